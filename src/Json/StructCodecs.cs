using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>Any JSON object; members keep their order.</summary>
internal sealed class StructCodec : ValueCodec<Struct>
{
    public static readonly StructCodec Instance = new();

    public override bool IsDefault(Struct value) => false;

    public override void Write(Utf8JsonWriter writer, Struct value)
    {
        writer.WriteStartObject();
        foreach (var (name, member) in value.Fields)
        {
            writer.WritePropertyName(name);
            AnyValueCodec.Instance.Write(writer, member);
        }

        writer.WriteEndObject();
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out Struct value)
    {
        value = new Struct();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reading.Mismatch(ref reader, "Must be an object.");
            return false;
        }

        var fits = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            fits &= TryReadMember(ref reader, reading, value);
        }

        return fits;
    }

    /// <summary>Reads the member whose name the reader stands on.</summary>
    public static bool TryReadMember(ref Utf8JsonReader reader, JsonReading reading, Struct value)
    {
        var name = JsonReading.Text(ref reader);
        if (value.Fields.ContainsKey(name))
        {
            throw JsonReading.Duplicate(ref reader, name);
        }

        reader.Read();
        var fits = AnyValueCodec.Instance.TryRead(ref reader, reading, out var member);
        value.Fields.Add(name, member);
        return fits;
    }
}

/// <summary>Any JSON value. Its numbers are IEEE doubles that remember their text: see <see cref="NumberText"/>.</summary>
internal sealed class AnyValueCodec : ValueCodec<Value>
{
    public static readonly AnyValueCodec Instance = new();

    public override bool TakesNull => true;

    public override bool IsDefault(Value value) => false;

    public override void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.NumberValue:
                if (NumberText.Of(value) is { } text)
                    writer.WriteRawValue(text, skipInputValidation: true);
                else
                    FloatCodec<double>.Instance.Write(writer, value.NumberValue);
                break;
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.StructValue:
                StructCodec.Instance.Write(writer, value.StructValue);
                break;
            case Value.KindOneofCase.ListValue:
                ListValueCodec.Instance.Write(writer, value.ListValue);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out Value value)
    {
        value = new Value();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                value.StringValue = JsonReading.Text(ref reader);
                return true;
            case JsonTokenType.Number:
                if (NumberText.Read(reader.ValueSpan, reader.GetDouble()) is { } number)
                {
                    value = number;
                    return true;
                }

                value.NumberValue = 0;
                reading.Violate(ref reader, NumberText.Expected);
                return false;
            case JsonTokenType.True or JsonTokenType.False:
                value.BoolValue = reader.TokenType == JsonTokenType.True;
                return true;
            case JsonTokenType.StartObject or JsonTokenType.StartArray when JsonReading.IsTooDeepToTell(ref reader):
                JsonReading.Skip(ref reader);
                value.NullValue = NullValue.NullValue;
                return true;
            case JsonTokenType.StartObject:
                var fits = StructCodec.Instance.TryRead(ref reader, reading, out var members);
                value.StructValue = members;
                return fits;
            case JsonTokenType.StartArray:
                fits = ListValueCodec.Instance.TryRead(ref reader, reading, out var elements);
                value.ListValue = elements;
                return fits;
            default:
                value.NullValue = NullValue.NullValue;
                return true;
        }
    }
}

/// <summary>Any JSON array.</summary>
internal sealed class ListValueCodec : ValueCodec<ListValue>
{
    public static readonly ListValueCodec Instance = new();

    public override bool IsDefault(ListValue value) => false;

    public override void Write(Utf8JsonWriter writer, ListValue value)
    {
        writer.WriteStartArray();
        foreach (var element in value.Values)
        {
            AnyValueCodec.Instance.Write(writer, element);
        }

        writer.WriteEndArray();
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out ListValue value)
    {
        value = new ListValue();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reading.Mismatch(ref reader, "Must be an array.");
            return false;
        }

        var fits = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            fits &= AnyValueCodec.Instance.TryRead(ref reader, reading, out var element);
            value.Values.Add(element);
        }

        return fits;
    }
}
