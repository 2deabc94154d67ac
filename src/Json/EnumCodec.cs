using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace ServiceOrdering.Json;

/// <summary>
/// Enum values: SERVICE_ORDER_STATE_IN_PROGRESS of ServiceOrderState is "inProgress". The _UNSPECIFIED zero has no JSON
/// form. Names are read exactly.
/// </summary>
internal sealed class EnumCodec<T> : ValueCodec<T>
    where T : struct, Enum
{
    private readonly Dictionary<int, JsonEncodedText> _names = [];
    private readonly int[] _numbers;
    private readonly NameTable _table;
    private readonly string _expected;
    private readonly EnumDescriptor _descriptor;

    public EnumCodec(EnumDescriptor descriptor)
    {
        _descriptor = descriptor;
        IsNull = descriptor.FullName == "google.protobuf.NullValue";
        var values = descriptor.Values.Where(value => !EnumNames.IsUnspecified(value)).ToList();
        var names = values.ConvertAll(value => EnumNames.Json(value.Name, descriptor.Name));
        foreach (var (value, name) in values.Zip(names))
        {
            _names.TryAdd(value.Number, JsonEncodedText.Encode(name));
        }

        _numbers = [.. values.Select(value => value.Number)];
        _table = new NameTable(names);
        _expected = IsNull ? "Must be null." : $"Must be one of {string.Join(", ", names)}.";
    }

    public override bool TakesNull => IsNull;

    private bool IsNull { get; }

    public override bool IsDefault(T value) => Number(value) == 0;

    public override bool CanWrite(T value) => IsNull || Number(value) != 0 || _names.ContainsKey(0);

    public override void Write(Utf8JsonWriter writer, T value)
    {
        if (IsNull)
        {
            writer.WriteNullValue();
        }
        else if (_names.TryGetValue(Number(value), out var name))
        {
            writer.WriteStringValue(name);
        }
        else
        {
            // A value of a newer contract: kept, so that what is stored can be loaded again.
            writer.WriteNumberValue(Number(value));
        }
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out T value)
    {
        value = default;
        if (IsNull && reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (reading.Source == JsonSource.Protobuf && !IsNull)
        {
            return TryReadProtobuf(ref reader, reading, out value);
        }

        if (reader.TokenType == JsonTokenType.String && _table.Find(JsonReading.Utf8Text(ref reader)) is var index and >= 0)
        {
            value = Unsafe.As<int, T>(ref _numbers[index]);
            return true;
        }

        if (reading.Source == JsonSource.Stored && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
        {
            value = Unsafe.As<int, T>(ref number);
            return true;
        }

        reading.Mismatch(ref reader, _expected);
        return false;
    }

    private bool TryReadProtobuf(ref Utf8JsonReader reader, JsonReading reading, out T value)
    {
        var known = reader.TokenType == JsonTokenType.String ? _descriptor.FindValueByName(JsonReading.Text(ref reader)) : null;
        var number = known?.Number ?? 0;
        if (known is null && !(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out number)))
        {
            value = default;
            reading.Mismatch(ref reader, $"Must be one of {string.Join(", ", _descriptor.Values.Where(each => !EnumNames.IsUnspecified(each)).Select(each => each.Name))}.");
            return false;
        }

        value = Unsafe.As<int, T>(ref number);
        return true;
    }

    private static int Number(T value) => Unsafe.As<T, int>(ref value);
}
