using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>Spans of time as seconds: "3s", "-0.250s"; written with 0, 3, 6 or 9 digits of fraction.</summary>
internal sealed class DurationCodec : ValueCodec<Duration>
{
    public static readonly DurationCodec Instance = new();

    public const long MaxSeconds = 315_576_000_000;

    public override bool IsDefault(Duration value) => false;

    public override void Write(Utf8JsonWriter writer, Duration value)
    {
        var sign = value.Seconds < 0 || value.Nanos < 0 ? "-" : "";
        var nanos = Math.Abs(value.Nanos);
        var fraction = nanos switch
        {
            0 => "",
            _ when nanos % 1_000_000 == 0 => $".{nanos / 1_000_000:000}",
            _ when nanos % 1_000 == 0 => $".{nanos / 1_000:000000}",
            _ => $".{nanos:000000000}",
        };
        writer.WriteStringValue($"{sign}{Math.Abs(value.Seconds)}{fraction}s");
    }

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out Duration value)
    {
        if (reader.TokenType == JsonTokenType.String && TryParse(JsonReading.Text(ref reader), out value))
        {
            return true;
        }

        value = new Duration();
        reading.Mismatch(ref reader, "Must be a duration in seconds, as in \"1.5s\".");
        return false;
    }

    private static bool TryParse(string text, out Duration value)
    {
        value = new Duration();
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!text.EndsWith('s') || !decimal.TryParse(text.AsSpan()[..^1], Style, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(seconds) > MaxSeconds)
        {
            return false;
        }

        var whole = decimal.Truncate(seconds);
        value.Seconds = (long)whole;
        value.Nanos = (int)((seconds - whole) * 1_000_000_000);
        return true;
    }
}
