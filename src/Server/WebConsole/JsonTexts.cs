using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.WebConsole;

/// <summary>JSON for people to read, and values of it that people write.</summary>
internal static class JsonTexts
{
    // A page escapes what it shows.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonFormat.MaxStoredDepth };

    public static string Of(IMessage message) => Of(JsonFormat.ToUtf8Bytes(message));

    /// <summary>The text in lines; as it is, where it is no JSON.</summary>
    public static string Of(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonFormat.MaxStoredDepth });
            return JsonSerializer.Serialize(JsonElement.ParseValue(ref reader), Readable);
        }
        catch (JsonException)
        {
            return System.Text.Encoding.UTF8.GetString(json);
        }
    }

    /// <summary>A value in a cell: a text as it is, anything else as JSON.</summary>
    public static string Of(Value? value) => value is null ? "" : value.KindCase == Value.KindOneofCase.StringValue ? value.StringValue : JsonFormat.ToText(value);
}
