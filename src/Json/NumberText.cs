using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>
/// The text of a number in free JSON that an IEEE double cannot give back: <c>9007199254740993</c>, <c>1.10</c>. It travels
/// in the Value beside the nearest double, as a field that the Value does not know, and so through whatever copies, compares
/// or sends messages. Who reads the Value alone sees the double.
/// </summary>
internal static class NumberText
{
    /// <summary>The number of that field, of wire type bytes: that of our options.</summary>
    public const int FieldNumber = 51641;

    // Whatever fits into these two can be read by both databases: PostgreSQL takes 16383 digits behind the point.
    private const int Longest = 1000;
    private const int LongestExponent = 4;

    private const int DoubleLength = 40;

    // Up to here every integer is a double, and is written with all of its digits.
    private const int SafeDigits = 15;

    /// <summary>What a number that is refused is not.</summary>
    public static readonly string Expected =
        $"Must be a number within the range of an IEEE double, of at most {Longest} characters and with an exponent of at most {LongestExponent} digits.";

    private static readonly uint Tag = WireFormat.MakeTag(FieldNumber, WireFormat.WireType.LengthDelimited);

    // The tag of number_value and the eight bytes of a double.
    private static readonly int PlainSize = new Value { NumberValue = 0 }.CalculateSize();

    /// <summary>A Value of the number, with its text where the double would be written in another way; null where it is refused.</summary>
    /// <param name="text">A number of JSON.</param>
    /// <param name="number">The nearest double.</param>
    public static Value? Read(ReadOnlySpan<byte> text, double number)
    {
        var value = new Value { NumberValue = number };
        if (IsSafeInteger(text))
            return value;
        if (!IsAllowed(text, number))
            return null;
        Span<byte> written = stackalloc byte[DoubleLength];
        number.TryFormat(written, out var length, default, CultureInfo.InvariantCulture);
        if (!text.SequenceEqual(written[..length]))
            value.MergeFrom(Field(text));
        return value;
    }

    /// <summary>The text that came with a number; null where there is none, or none that is this number.</summary>
    public static byte[]? Of(Value value)
    {
        if (value.CalculateSize() == PlainSize)
            return null;
        byte[]? text = null;
        var input = new CodedInputStream(value.ToByteArray());
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == Tag)
                text = input.ReadBytes().ToByteArray();
            else
                input.SkipLastField();
        }
        // A client may have sent anything, or have set another number since.
        return text is not null && IsNumber(text, out var number) && BitConverter.DoubleToInt64Bits(number) == BitConverter.DoubleToInt64Bits(value.NumberValue) ? text : null;
    }

    private static bool IsSafeInteger(ReadOnlySpan<byte> text) =>
        text.Length <= SafeDigits && text[0] != '-' && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool IsAllowed(ReadOnlySpan<byte> text, double number)
    {
        var exponent = text.IndexOfAny((byte)'e', (byte)'E') is var at and >= 0 ? text[(at + 1)..].TrimStart("+-"u8) : [];
        return double.IsFinite(number) && text.Length <= Longest && exponent.Length <= LongestExponent;
    }

    private static bool IsNumber(ReadOnlySpan<byte> text, out double number)
    {
        number = 0;
        var reader = new Utf8JsonReader(text);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length == text.Length
                && reader.TryGetDouble(out number) && IsAllowed(text, number);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Field(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[CodedOutputStream.ComputeTagSize(FieldNumber) + CodedOutputStream.ComputeLengthSize(text.Length) + text.Length];
        var output = new CodedOutputStream(bytes);
        output.WriteTag(Tag);
        output.WriteBytes(ByteString.CopyFrom(text));
        output.Flush();
        return bytes;
    }
}
