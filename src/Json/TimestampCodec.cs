using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>
/// Instants: written in UTC with exactly milliseconds, the rest cut; read from RFC 3339 with any offset and any number
/// of fraction digits, of which nine count.
/// </summary>
internal sealed class TimestampCodec : ValueCodec<Timestamp>
{
    public static readonly TimestampCodec Instance = new();

    private const int WrittenLength = 26;
    private const int NanosPerMillisecond = 1_000_000;
    private const long UnixEpoch = 62_135_596_800;

    public override bool IsDefault(Timestamp value) => false;

    public override void Write(Utf8JsonWriter writer, Timestamp value)
    {
        if (value.Nanos is < 0 or >= 1_000_000_000)
        {
            throw new InvalidOperationException($"{value.Nanos} nanoseconds are no part of a second.");
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(value.Seconds).UtcDateTime;
        Span<byte> text = stackalloc byte[WrittenLength];
        "\"0000-00-00T00:00:00.000Z\""u8.CopyTo(text);
        Digits(text, 1, 4, time.Year);
        Digits(text, 6, 2, time.Month);
        Digits(text, 9, 2, time.Day);
        Digits(text, 12, 2, time.Hour);
        Digits(text, 15, 2, time.Minute);
        Digits(text, 18, 2, time.Second);
        Digits(text, 21, 3, value.Nanos / NanosPerMillisecond);
        writer.WriteRawValue(text, skipInputValidation: true);
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out Timestamp value)
    {
        if (reader.TokenType == JsonTokenType.String && TryParse(JsonReading.Utf8Text(ref reader), out value))
        {
            return true;
        }

        value = new Timestamp();
        reading.Mismatch(ref reader, "Must be a date and time with offset, as in 2026-01-15T08:00:00.000Z.");
        return false;
    }

    // 2026-01-15T08:00:00[.fraction](Z|+01:00)
    private static bool TryParse(ReadOnlySpan<byte> text, out Timestamp value)
    {
        value = new Timestamp();
        if (text.Length < 20
            || !TryDigits(text[..4], out var year) || text[4] != '-'
            || !TryDigits(text[5..7], out var month) || text[7] != '-'
            || !TryDigits(text[8..10], out var day) || text[10] is not ((byte)'T' or (byte)'t')
            || !TryDigits(text[11..13], out var hour) || text[13] != ':'
            || !TryDigits(text[14..16], out var minute) || text[16] != ':'
            || !TryDigits(text[17..19], out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59
            || !TryFraction(text[19..], out var nanos, out var fractionLength)
            || !TryOffset(text[(19 + fractionLength)..], out var offset))
        {
            return false;
        }

        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerSecond;
        var utc = local - offset;
        if (utc < 0 || utc > DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond)
        {
            return false;
        }

        value.Seconds = utc - UnixEpoch;
        value.Nanos = nanos;
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out int nanos, out int length)
    {
        nanos = 0;
        length = 0;
        if (text[0] != '.')
        {
            return true;
        }

        length = 1;
        for (var unit = 100_000_000; length < text.Length && text[length] is >= (byte)'0' and <= (byte)'9'; length++, unit /= 10)
        {
            nanos += (text[length] - '0') * unit;
        }

        return length > 1;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.Length == 1)
        {
            return text[0] is (byte)'Z' or (byte)'z';
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryDigits(text[1..3], out var hours) || !TryDigits(text[4..], out var minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = ((hours * 60) + minutes) * (text[0] == '-' ? -60 : 60);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private static void Digits(Span<byte> text, int start, int count, int value)
    {
        for (var i = start + count - 1; i >= start; i--, value /= 10)
        {
            text[i] = (byte)('0' + (value % 10));
        }
    }
}
