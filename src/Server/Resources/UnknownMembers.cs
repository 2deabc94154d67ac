using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using Tmf.Rest.V1;

namespace ServiceOrdering.Server.Resources;

/// <summary>Members that a change brings into a resource and the standard does not know: refused where a caller wants strict handling.</summary>
internal static class UnknownMembers
{
    /// <summary>A violation for each, by its place in the resource. What was there before, at any place, is no slip of this request.</summary>
    public static List<FieldViolation> Find(IMessage before, IMessage after)
    {
        var known = Of(before, "").Select(member => (member.Owner.Descriptor, member.Name)).ToHashSet();
        return
        [
            .. Of(after, "").Where(member => !known.Contains((member.Owner.Descriptor, member.Name))).Select(member => RequestFields.Violation(
                member.Place + member.Name, ErrorReason.FieldInvalid,
                $"{member.Owner.Descriptor.Name} has no member \"{member.Name}\"{NearName.Hint(member.Name, member.Owner.Descriptor.Fields.InDeclarationOrder().Select(field => field.JsonName))}")),
        ];
    }

    private static IEnumerable<(IMessage Owner, string Place, string Name)> Of(IMessage message, string place)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType != FieldType.Message || field.IsMap || field.Accessor.GetValue(message) is not { } value)
                continue;
            if (field.GetOptions()?.GetExtension(RestExtensions.Extensions) ?? false)
            {
                foreach (var name in ((Struct)value).Fields.Keys)
                    yield return (message, place, name);
            }
            else if (field.MessageType.File.Package != "google.protobuf")
            {
                var children = value is IList list ? list.Cast<IMessage>().Select((child, i) => (child, $"{place}{field.Name}[{i}].")) : [((IMessage)value, $"{place}{field.Name}.")];
                foreach (var member in children.SelectMany(child => Of(child.Item1, child.Item2)))
                    yield return member;
            }
        }
    }
}
