using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ServiceOrdering.Json;

/// <summary>Integers: as numbers up to 32 bits, as strings above, since many JSON parsers keep only 53 bits. Both are read.</summary>
internal sealed class IntegerCodec<T> : ValueCodec<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static readonly IntegerCodec<T> Instance = new();

    private static readonly bool Quoted = Unsafe.SizeOf<T>() > sizeof(int);
    private static readonly string Expected = $"Must be an integer from {T.MinValue} to {T.MaxValue}.";

    public override bool IsDefault(T value) => T.IsZero(value);

    public override void Write(Utf8JsonWriter writer, T value)
    {
        Span<byte> text = stackalloc byte[24];
        value.TryFormat(text[1..], out var length, default, CultureInfo.InvariantCulture);
        if (Quoted)
        {
            text[0] = text[length + 1] = (byte)'"';
            writer.WriteRawValue(text[..(length + 2)], skipInputValidation: true);
        }
        else
        {
            writer.WriteRawValue(text[1..(length + 1)], skipInputValidation: true);
        }
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out T value)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String && TryParse(JsonReading.Utf8Text(ref reader), out value))
        {
            return true;
        }

        value = T.Zero;
        reading.Mismatch(ref reader, Expected);
        return false;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out T value)
    {
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && text[0] != (byte)'+')
        {
            return true;
        }

        // 1.0 and 1e3 are integers as well.
        const NumberStyles Fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text.Length <= 64
            && decimal.TryParse(text, Fraction, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number)
            && number >= decimal.CreateChecked(T.MinValue)
            && number <= decimal.CreateChecked(T.MaxValue)
            && text[0] is (byte)'-' or >= (byte)'0' and <= (byte)'9')
        {
            value = T.CreateChecked(number);
            return true;
        }

        return false;
    }
}

/// <summary>Binary floating point numbers: as numbers, and as "NaN", "Infinity" and "-Infinity".</summary>
internal sealed class FloatCodec<T> : ValueCodec<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    public static readonly FloatCodec<T> Instance = new();

    // A zero with a sign is not the default.
    public override bool IsDefault(T value) => T.IsZero(value) && !T.IsNegative(value);

    public override void Write(Utf8JsonWriter writer, T value)
    {
        if (T.IsFinite(value))
        {
            Span<byte> text = stackalloc byte[40];
            value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
            writer.WriteRawValue(text[..length], skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(T.IsNaN(value) ? "NaN"u8 : T.IsPositive(value) ? "Infinity"u8 : "-Infinity"u8);
        }
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out T value)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
        {
            var text = JsonReading.Utf8Text(ref reader);
            if (reader.TokenType == JsonTokenType.String && TryName(text, out value))
            {
                return true;
            }

            const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            if (T.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && T.IsFinite(value))
            {
                return true;
            }
        }

        value = T.Zero;
        reading.Mismatch(ref reader, "Must be a number within the range of its type, or \"NaN\", \"Infinity\" or \"-Infinity\".");
        return false;
    }

    private static bool TryName(ReadOnlySpan<byte> text, out T value)
    {
        value = text.SequenceEqual("Infinity"u8) ? T.PositiveInfinity : text.SequenceEqual("-Infinity"u8) ? T.NegativeInfinity : T.NaN;
        return !T.IsNaN(value) || text.SequenceEqual("NaN"u8);
    }
}
