using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace ServiceOrdering.Patch;

/// <summary>JSON as it comes in, checked, and the measures of a tree.</summary>
internal static class JsonText
{
    // A size is counted in the characters of the text, not in those of their \u escapes.
    private static readonly JsonWriterOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Reads JSON that is valid to its last string, with no member twice in an object.</summary>
    /// <exception cref="PatchException">Malformed, or TooLarge where it is nested too deep.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> utf8, int depth)
    {
        Scan(utf8.Span, depth);
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = depth, AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(utf8, options);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw Malformed("with every member once in its object", e);
        }
    }

    public static JsonNode? ToNode(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Object => JsonObject.Create(element),
        JsonValueKind.Array => JsonArray.Create(element),
        _ => JsonValue.Create(element),
    };

    /// <summary>Counts the bytes of a tree's text.</summary>
    public static long Size(JsonNode? node)
    {
        if (node is null)
        {
            return "null".Length;
        }

        using var writer = new Utf8JsonWriter(Stream.Null, Plain);
        node.WriteTo(writer);
        return writer.BytesCommitted + writer.BytesPending;
    }

    /// <summary>Counts the objects and arrays within each other; 0 for a plain value.</summary>
    public static int Depth(JsonNode? node) => node switch
    {
        JsonObject members => 1 + members.Select(member => Depth(member.Value)).DefaultIfEmpty().Max(),
        JsonArray elements => 1 + elements.Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };

    // A JsonDocument looks into its strings only when they are asked for, and fails then; so they are looked at here.
    private static void Scan(ReadOnlySpan<byte> utf8, int depth)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new PatchException(PatchProblemKind.Malformed, "The patch must be UTF-8.");
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= depth)
                {
                    throw new PatchException(
                        PatchProblemKind.TooLarge, $"The patch is nested deeper than the {depth} levels that are allowed.");
                }

                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (JsonException e)
        {
            throw Malformed("of one value", e);
        }
        catch (InvalidOperationException)
        {
            throw new PatchException(
                PatchProblemKind.Malformed,
                $"The patch must be JSON: the string before byte {reader.BytesConsumed} has a \\u escape of half a character.");
        }
    }

    private static PatchException Malformed(string allowed, JsonException e) =>
        new(PatchProblemKind.Malformed, $"The patch must be JSON {allowed}: {e.Message}");
}
