using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Json;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>A field of a message, or of the messages in it: <c>service_order.href</c>.</summary>
internal sealed class FieldPath
{
    private readonly FieldPlan[] _fields;

    private FieldPath(FieldPlan[] fields)
    {
        _fields = fields;
        ProtoName = string.Join('.', fields.Select(field => field.Descriptor.Name));
        JsonName = string.Join('.', fields.Select(field => field.JsonName));
    }

    /// <summary>The field that the path ends at.</summary>
    public FieldPlan Field => _fields[^1];

    public IEnumerable<FieldDescriptor> Descriptors => _fields.Select(step => step.Descriptor);

    /// <summary>The path in proto names.</summary>
    public string ProtoName { get; }

    /// <summary>The path in JSON names.</summary>
    public string JsonName { get; }

    /// <summary>Whether the field's value has a form as plain text, as in a path, a query or a header.</summary>
    public bool IsText => !Field.Descriptor.IsMap && (Field.Descriptor.FieldType is not (FieldType.Message or FieldType.Group)
        || Field.Descriptor.MessageType.File.Name is "google/protobuf/timestamp.proto" or "google/protobuf/duration.proto"
            or "google/protobuf/field_mask.proto" or "google/protobuf/wrappers.proto");

    /// <summary>The path from a message, in proto names or, where asked for, JSON names too; null where there is none.</summary>
    public static FieldPath? Find(MessageDescriptor message, string path, bool orJsonName = false)
    {
        var fields = new List<FieldPlan>();
        foreach (var name in path.Split('.'))
        {
            if (message is null || MessagePlan.Of(message).Find(name, orJsonName) is not { } field)
            {
                return null;
            }

            fields.Add(field);
            message = field.Descriptor is { FieldType: FieldType.Message, IsRepeated: false } ? field.Descriptor.MessageType : null!;
        }

        return new FieldPath([.. fields]);
    }

    /// <summary>Whether the path is the same as the other or leads into it.</summary>
    public bool IsWithin(FieldPath other) =>
        _fields.Length >= other._fields.Length && Descriptors.Take(other._fields.Length).SequenceEqual(other.Descriptors);

    /// <summary>Sets the field, or adds to a list.</summary>
    /// <returns>What is wrong with the text, or null.</returns>
    public string? ReadText(string text, IMessage message, JsonSource source = JsonSource.Request) => Field.ReadText(text, Owner(message), source);

    /// <summary>The field's value as text, or null where it is not set.</summary>
    public string? Text(IMessage message)
    {
        foreach (var field in _fields.AsSpan(..^1))
        {
            if (!field.IsSet(message))
            {
                return null;
            }

            message = field.Child(message);
        }

        return Field.Text(message);
    }

    /// <summary>The field's value as a number; zero where it is not set.</summary>
    public long Number(IMessage message) => long.Parse(Text(message) ?? "0", CultureInfo.InvariantCulture);

    // The message that holds the field, created where it is missing.
    private IMessage Owner(IMessage message)
    {
        foreach (var field in _fields.AsSpan(..^1))
        {
            message = field.Child(message);
        }

        return message;
    }
}
