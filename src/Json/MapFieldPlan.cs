using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>A map field: a JSON object whose member names are the keys.</summary>
internal sealed class MapFieldPlan<TKey, TValue>(FieldDescriptor descriptor, PropertyInfo property) : FieldPlan(descriptor)
    where TKey : notnull
{
    private readonly Func<IMessage, MapField<TKey, TValue>> _get = Getter<MapField<TKey, TValue>>(property);
    private readonly ValueCodec<TValue> _codec =
        (ValueCodec<TValue>)ValueCodec.For(descriptor.MessageType.FindFieldByNumber(2), property.PropertyType.GetGenericArguments()[1]);

    public override bool TakesNull => false;

    public override bool IsSet(IMessage message) => _get(message).Count > 0;

    public override void Write(Utf8JsonWriter writer, IMessage message)
    {
        if (IsSet(message))
        {
            writer.WritePropertyName(EncodedName);
            WriteValue(writer, message);
        }
    }

    public override void WriteValue(Utf8JsonWriter writer, IMessage message)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in _get(message))
        {
            if (_codec.CanWrite(value))
            {
                writer.WritePropertyName(Text(key));
                _codec.Write(writer, value);
            }
        }

        writer.WriteEndObject();
    }

    public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reading.Mismatch(ref reader, "Must be an object.");
            return;
        }

        var map = _get(message);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonReading.Text(ref reader);
            if (!names.Add(name))
            {
                throw JsonReading.Duplicate(ref reader, name);
            }

            var isKey = TryParse(name, out var key);
            if (!isKey)
            {
                reading.Violate(ref reader, $"\"{name}\" is no key of this map: keys are of type {Descriptor.MessageType.FindFieldByNumber(1).FieldType}.");
            }

            reader.Read();
            if (_codec.TryRead(ref reader, reading, out var value) && isKey)
            {
                map[key!] = value;
            }
        }
    }

    public override IEnumerable<IMessage> Messages(IMessage message) => _get(message).Values.Cast<IMessage>();

    public override string Subscript(IMessage message, int index) => $"[\"{Text(_get(message).Keys.ElementAt(index))}\"]";

    private static string Text(TKey key) =>
        key is bool flag ? (flag ? "true" : "false") : Convert.ToString(key, CultureInfo.InvariantCulture)!;

    private static bool TryParse(string name, out TKey? key)
    {
        try
        {
            key = (TKey)Convert.ChangeType(name, typeof(TKey), CultureInfo.InvariantCulture);
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            key = default;
            return false;
        }
    }
}
