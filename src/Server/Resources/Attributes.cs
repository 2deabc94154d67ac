using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using Tmf.Rest.V1;

namespace ServiceOrdering.Server.Resources;

/// <summary>The first-level attributes of resources.</summary>
internal static class Attributes
{
    public static bool IsSet(FieldDescriptor attribute, IMessage resource) => attribute.IsRepeated
        ? ((IList)attribute.Accessor.GetValue(resource)).Count > 0
        : attribute.Accessor.HasValue(resource);

    /// <summary>The attributes in which two states of a resource differ.</summary>
    public static IEnumerable<FieldDescriptor> Changed<T>(T before, T after)
        where T : IMessage<T> => before.Descriptor.Fields.InDeclarationOrder().Where(attribute =>
            (attribute.HasPresence && attribute.Accessor.HasValue(before) != attribute.Accessor.HasValue(after))
            || !Equals(attribute.Accessor.GetValue(before), attribute.Accessor.GetValue(after)));

    /// <summary>The names of the extension members in which two states of a resource differ.</summary>
    public static IEnumerable<string> ChangedExtensions(Struct? before, Struct? after)
    {
        var (was, becomes) = (before?.Fields ?? [], after?.Fields ?? []);
        return was.Keys.Union(becomes.Keys).Where(name => !Equals(was.GetValueOrDefault(name), becomes.GetValueOrDefault(name)));
    }

    /// <summary>Refuses changes of attributes that clients cannot change.</summary>
    public static IEnumerable<FieldViolation> CheckImmutable<T>(T before, T after)
        where T : IMessage<T> => Changed(before, after)
            .Where(attribute => !FieldRules.IsSettable(attribute, Phase.Change))
            .Select(attribute => RequestFields.Violation(attribute.Name, ErrorReason.FieldImmutable, $"'{attribute.JsonName}' cannot be changed."));
}
