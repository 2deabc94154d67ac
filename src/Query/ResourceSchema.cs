using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;

namespace ServiceOrdering.Query;

/// <summary>How the values of an attribute compare.</summary>
internal enum AttributeType
{
    /// <summary>Neither an attribute nor an extension: nothing is ever there.</summary>
    None,
    Text,
    Number,
    Boolean,
    Date,
    Enum,
    Object,

    /// <summary>Free JSON: a Value, or an extension member. Compares by what is found there.</summary>
    Any,
}

/// <summary>How many JSON values stand under one name.</summary>
internal enum StepShape
{
    One,
    Many,

    /// <summary>Only the document knows.</summary>
    Any,
}

internal sealed record ResourceAttribute(FieldDescriptor Field, AttributeType Type, StepShape Shape, IReadOnlyList<string> EnumValues)
{
    /// <summary>The attributes of an object.</summary>
    public Lazy<ResourceSchema>? Schema { get; init; }

    /// <summary>The attribute of a resource that may have either of two of the same name.</summary>
    public ResourceAttribute Or(ResourceAttribute other) => (Type, Shape) != (other.Type, other.Shape)
        ? new ResourceAttribute(Field, AttributeType.Any, StepShape.Any, [])
        : this with
        {
            EnumValues = [.. EnumValues.Union(other.EnumValues)],
            Schema = Schema is null || Field.MessageType == other.Field.MessageType
                ? Schema
                : new Lazy<ResourceSchema>(() => ResourceSchema.Either(Schema.Value, other.Schema!.Value)),
        };
}

/// <summary>
/// The attributes of a resource by their JSON names, taken from its protobuf message. A <c>google.protobuf.Struct</c>
/// field named <c>extensions</c> holds the members that the message does not know; in JSON they stand beside the others.
/// </summary>
public sealed class ResourceSchema
{
    private static readonly ConcurrentDictionary<MessageDescriptor, ResourceSchema> Schemas = new();

    private readonly Dictionary<string, ResourceAttribute> _attributes = new(StringComparer.Ordinal);

    private ResourceSchema(ResourceSchema left, ResourceSchema right)
    {
        Message = left.Message;
        Name = left.Name == right.Name ? left.Name : null;
        Extensions = left.Extensions ?? right.Extensions;
        foreach (var attribute in left.Attributes.Concat(right.Attributes))
        {
            var name = attribute.Field.JsonName;
            _attributes[name] = _attributes.TryGetValue(name, out var known) ? known.Or(attribute) : attribute;
        }
    }

    private ResourceSchema(MessageDescriptor message)
    {
        Message = message;
        Name = message.Name;
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (field.Name == "extensions" && field.FieldType == FieldType.Message && field.MessageType == Struct.Descriptor)
            {
                Extensions = field;
            }
            else
            {
                _attributes[field.JsonName] = Describe(field);
            }
        }
    }

    /// <summary>The message that describes the resource; of several, the first.</summary>
    public MessageDescriptor Message { get; }

    /// <summary>What the resource is called; null where it may be one of several.</summary>
    internal string? Name { get; }

    /// <summary>The names of the attributes.</summary>
    internal IEnumerable<string> Names => _attributes.Keys;

    /// <summary>What a collection of these resources is called, and JSONPath may start from: <c>serviceOrder</c>.</summary>
    internal string CollectionName => JsonNamingPolicy.CamelCase.ConvertName(Message.Name);

    internal FieldDescriptor? Extensions { get; }

    internal AttributeScope Scope => new(AttributeType.Object, this, [], Depth: 0);

    internal IEnumerable<ResourceAttribute> Attributes => _attributes.Values;

    /// <summary>The schema of a message; built once per process.</summary>
    public static ResourceSchema For(MessageDescriptor message) => Schemas.GetOrAdd(message, static m => new ResourceSchema(m));

    /// <summary>
    /// The schema of something that is described by one of several messages: their attributes together. Where two differ in
    /// the type of an attribute, its values compare by what is found there.
    /// </summary>
    public static ResourceSchema ForAny(IEnumerable<MessageDescriptor> messages) => messages.Select(For).Aggregate(Either);

    internal static ResourceSchema Either(ResourceSchema left, ResourceSchema right) => left == right ? left : new(left, right);

    internal ResourceAttribute? Find(string jsonName) => _attributes.GetValueOrDefault(jsonName);

    private static ResourceAttribute Describe(FieldDescriptor field)
    {
        var type = field.IsMap ? AttributeType.Any : TypeOf(field);
        var shape = type == AttributeType.Any ? StepShape.Any : field.IsRepeated ? StepShape.Many : StepShape.One;
        return new ResourceAttribute(field, type, shape, type == AttributeType.Enum ? [.. EnumNames.All(field.EnumType)] : [])
        {
            Schema = type == AttributeType.Object ? new Lazy<ResourceSchema>(() => For(field.MessageType)) : null,
        };
    }

    private static AttributeType TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => AttributeType.Boolean,
        FieldType.Enum => AttributeType.Enum,
        FieldType.String or FieldType.Bytes => AttributeType.Text,
        FieldType.Message or FieldType.Group => field.MessageType.FullName switch
        {
            "google.protobuf.Timestamp" => AttributeType.Date,
            "google.protobuf.BoolValue" => AttributeType.Boolean,
            "google.protobuf.StringValue" or "google.protobuf.BytesValue" => AttributeType.Text,
            "google.protobuf.Duration" or "google.protobuf.FieldMask" => AttributeType.Text,
            "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" => AttributeType.Number,
            "google.protobuf.Int32Value" or "google.protobuf.UInt32Value" => AttributeType.Number,
            "google.protobuf.Int64Value" or "google.protobuf.UInt64Value" => AttributeType.Number,
            "google.protobuf.Value" or "google.protobuf.Struct" => AttributeType.Any,
            "google.protobuf.ListValue" or "google.protobuf.Any" => AttributeType.Any,
            _ => AttributeType.Object,
        },
        _ => AttributeType.Number,
    };
}
