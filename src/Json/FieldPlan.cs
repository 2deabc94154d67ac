using System.Buffers;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Tmf.Rest.V1;

namespace ServiceOrdering.Json;

/// <summary>One field of a message: its member in JSON, and compiled access to it.</summary>
internal abstract class FieldPlan
{
    private readonly Absent _absent;

    protected FieldPlan(FieldDescriptor descriptor)
    {
        Descriptor = descriptor;
        JsonName = NameInJson(descriptor);
        EncodedName = JsonEncodedText.Encode(JsonName);
        IsSettableAtCreation = FieldRules.IsSettable(descriptor, Phase.Creation);
        Oneof = descriptor.RealContainingOneof?.Index ?? -1;
        _absent = FieldRules.AbsentForm(descriptor);
    }

    public FieldDescriptor Descriptor { get; }

    public string JsonName { get; }

    /// <summary>Whether the body that creates a resource can set the field.</summary>
    public bool IsSettableAtCreation { get; }

    /// <summary>Index of the oneof that the field is in, or -1.</summary>
    public int Oneof { get; }

    public abstract bool TakesNull { get; }

    protected JsonEncodedText EncodedName { get; }

    // An Any is what it is made of: there is no registry to look its type up in.
    public static string NameInJson(FieldDescriptor descriptor) =>
        descriptor.FullName == "google.protobuf.Any.type_url" ? "@type" : descriptor.JsonName;

    /// <summary>The type of the messages in the field, also in a list or as values of a map; null where there are none.</summary>
    public static MessageDescriptor? MessageIn(FieldDescriptor field)
    {
        if (field.FieldType != FieldType.Message)
        {
            return null;
        }

        var value = field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
        return value.FieldType == FieldType.Message ? value.MessageType : null;
    }

    public static FieldPlan Of(FieldDescriptor descriptor)
    {
        var property = descriptor.ContainingType.ClrType.GetProperty(descriptor.PropertyName)!;
        if (descriptor.IsMap)
        {
            return Create(typeof(MapField<,>), typeof(MapFieldPlan<,>), descriptor, property);
        }

        return descriptor.IsRepeated
            ? Create(typeof(RepeatedField<>), typeof(RepeatedFieldPlan<>), descriptor, property)
            : (FieldPlan)Activator.CreateInstance(typeof(SingularFieldPlan<>).MakeGenericType(property.PropertyType), descriptor, property)!;
    }

    public abstract void Write(Utf8JsonWriter writer, IMessage message);

    /// <summary>Reads the value that the reader stands on into the field.</summary>
    public abstract void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message);

    /// <summary>Whether the field holds something: explicitly, or other than the default where there is no presence.</summary>
    public abstract bool IsSet(IMessage message);

    /// <summary>The messages in the field.</summary>
    public abstract IEnumerable<IMessage> Messages(IMessage message);

    /// <summary>What leads from the field to the message at the index, in a field path: <c>[0]</c>, <c>["key"]</c> or nothing.</summary>
    public abstract string Subscript(IMessage message, int index);

    /// <summary>Number of elements of a list.</summary>
    public virtual int Count(IMessage message) => IsSet(message) ? 1 : 0;

    /// <summary>Writes one element of a list.</summary>
    public virtual void WriteElement(Utf8JsonWriter writer, IMessage message, int index) => WriteValue(writer, message);

    /// <summary>Writes the field's value alone, also where it is not set: <c>[]</c>, <c>{}</c> or the default.</summary>
    public abstract void WriteValue(Utf8JsonWriter writer, IMessage message);

    /// <summary>Reads the value from the text of a path, a query parameter or a header; a list gets one more element.</summary>
    /// <returns>What is wrong with the text, or null.</returns>
    public virtual string? ReadText(string text, IMessage message, JsonSource source = JsonSource.Request)
    {
        var isBare = Descriptor.FieldType == FieldType.Bool
            || (Descriptor.FieldType == FieldType.Message && Descriptor.MessageType == BoolValue.Descriptor);
        var json = isBare && text is "true" or "false" ? Encoding.UTF8.GetBytes(text) : JsonSerializer.SerializeToUtf8Bytes(text);
        var reading = new JsonReading(source);
        var reader = new Utf8JsonReader(Descriptor.IsRepeated ? [(byte)'[', .. json, (byte)']'] : json);
        reader.Read();
        Read(ref reader, reading, message);
        return reading.Findings.Count == 0 ? null : reading.Findings[0].Message;
    }

    /// <summary>The value as the text of a header, or null where it is not set.</summary>
    public virtual string? Text(IMessage message)
    {
        if (!IsSet(message))
        {
            return null;
        }

        var json = new ArrayBufferWriter<byte>();
        var writer = JsonFormat.Rent(json);
        WriteValue(writer, message);
        JsonFormat.Return(writer);
        return Encoding.UTF8.GetString(json.WrittenSpan.Trim((byte)'"'));
    }

    /// <summary>The message in a field of one message, created where there is none.</summary>
    public virtual IMessage Child(IMessage message) =>
        throw new InvalidOperationException($"{Descriptor.FullName} is not one message.");

    /// <summary>Writes the member of a field that holds nothing, where the contract shows it.</summary>
    protected void WriteAbsent(Utf8JsonWriter writer)
    {
        switch (_absent)
        {
            case Absent.Null:
                writer.WriteNull(EncodedName);
                break;
            case Absent.Empty:
                writer.WriteStartArray(EncodedName);
                writer.WriteEndArray();
                break;
        }
    }

    internal static Func<IMessage, T> Getter<T>(PropertyInfo property)
    {
        var message = Expression.Parameter(typeof(IMessage));
        return Expression.Lambda<Func<IMessage, T>>(Expression.Property(Typed(message, property), property), message).Compile();
    }

    internal static Action<IMessage, T> Setter<T>(PropertyInfo property)
    {
        var message = Expression.Parameter(typeof(IMessage));
        var value = Expression.Parameter(typeof(T));
        var assignment = Expression.Assign(Expression.Property(Typed(message, property), property), value);
        return Expression.Lambda<Action<IMessage, T>>(assignment, message, value).Compile();
    }

    private static UnaryExpression Typed(ParameterExpression message, PropertyInfo property) =>
        Expression.Convert(message, property.DeclaringType!);

    private static FieldPlan Create(System.Type collection, System.Type plan, FieldDescriptor descriptor, PropertyInfo property) =>
        property.PropertyType.GetGenericTypeDefinition() == collection
            ? (FieldPlan)Activator.CreateInstance(plan.MakeGenericType(property.PropertyType.GetGenericArguments()), descriptor, property)!
            : throw new InvalidOperationException($"{descriptor.FullName} is not a {collection.Name}.");
}
