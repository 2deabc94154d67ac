using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Server.Onap;

/// <summary>What two messages have alike: texts and dates of the same name in JSON mean the same in both dialects.</summary>
internal static class SharedMembers
{
    private static readonly ConcurrentDictionary<(MessageDescriptor From, MessageDescriptor To), (IFieldAccessor From, IFieldAccessor To)[]> Pairs = new();

    /// <summary>Copies the texts and dates that the one has and the other has a place for.</summary>
    public static T Copy<T>(IMessage from, T to)
        where T : IMessage
    {
        foreach (var (source, target) in Pairs.GetOrAdd((from.Descriptor, to.Descriptor), static key => [.. Find(key.From, key.To)]))
        {
            if (source.HasValue(from))
                target.SetValue(to, source.GetValue(from));
        }
        return to;
    }

    private static IEnumerable<(IFieldAccessor From, IFieldAccessor To)> Find(MessageDescriptor from, MessageDescriptor to) =>
        from source in @from.Fields.InDeclarationOrder()
        where IsPlain(source)
        join target in to.Fields.InDeclarationOrder() on source.JsonName equals target.JsonName
        where IsPlain(target) && source.FieldType == target.FieldType
        select (source.Accessor, target.Accessor);

    private static bool IsPlain(FieldDescriptor field) =>
        !field.IsRepeated && (field.FieldType == FieldType.String || (field.FieldType == FieldType.Message && field.MessageType == Timestamp.Descriptor));
}
