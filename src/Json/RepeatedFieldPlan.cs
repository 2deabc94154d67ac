using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>A field with a list of values.</summary>
internal sealed class RepeatedFieldPlan<T>(FieldDescriptor descriptor, PropertyInfo property) : FieldPlan(descriptor)
{
    private readonly Func<IMessage, RepeatedField<T>> _get = Getter<RepeatedField<T>>(property);
    private readonly ValueCodec<T> _codec = (ValueCodec<T>)ValueCodec.For(descriptor, property.PropertyType.GetGenericArguments()[0]);

    public override bool TakesNull => false;

    public override bool IsSet(IMessage message) => _get(message).Count > 0;

    public override void Write(Utf8JsonWriter writer, IMessage message)
    {
        if (IsSet(message))
        {
            writer.WritePropertyName(EncodedName);
            WriteValue(writer, message);
        }
        else
        {
            WriteAbsent(writer);
        }
    }

    public override void WriteValue(Utf8JsonWriter writer, IMessage message)
    {
        var count = Count(message);
        writer.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            WriteElement(writer, message, i);
        }

        writer.WriteEndArray();
    }

    public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reading.Mismatch(ref reader, "Must be an array.");
            return;
        }

        var list = _get(message);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _codec.TryRead(ref reader, reading, out var element);
            list.Add(element);
        }
    }

    public override IEnumerable<IMessage> Messages(IMessage message) => _get(message).Cast<IMessage>();

    public override string Subscript(IMessage message, int index) => $"[{index}]";

    public override int Count(IMessage message) => _get(message).Count;

    public override void WriteElement(Utf8JsonWriter writer, IMessage message, int index)
    {
        var element = _get(message)[index];
        if (_codec.CanWrite(element))
        {
            _codec.Write(writer, element);
        }
    }
}
