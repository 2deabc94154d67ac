using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>Walks over the objects that a service consists of, at whatever depth.</summary>
internal static class ServiceParts
{
    private static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> Objects = new();

    /// <summary>Every object within a message, outer ones first, with its path in proto names. The path is what leads to the message, with its dot at the end.</summary>
    public static IEnumerable<(IMessage Part, string Path)> All(IMessage message, string path)
    {
        foreach (var field in Objects.GetOrAdd(message.Descriptor, FieldsOf))
        {
            var value = field.Accessor.GetValue(message);
            if (value is IList list)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    foreach (var part in WithInner((IMessage)list[i]!, $"{path}{field.Name}[{i}]"))
                        yield return part;
                }
            }
            else if (value is IMessage inner)
            {
                foreach (var part in WithInner(inner, path + field.Name))
                    yield return part;
            }
        }
    }

    private static IEnumerable<(IMessage Part, string Path)> WithInner(IMessage message, string path) =>
        All(message, path + ".").Prepend((message, path));

    // Dates and free JSON, extensions among it, are values and no objects of the standard.
    private static FieldDescriptor[] FieldsOf(MessageDescriptor message) => [.. message.Fields.InDeclarationOrder().Where(field =>
        field.FieldType == FieldType.Message && field.MessageType.File.Package != "google.protobuf")];
}
