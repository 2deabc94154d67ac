using System.Text;
using System.Text.Json;

namespace ServiceOrdering.Json;

/// <summary>One pass over one JSON text: whose text it is, and what is wrong with it so far.</summary>
internal sealed class JsonReading(JsonSource source)
{
    public const int MaxViolations = 100;

    public static readonly JsonReaderOptions AnyOptions = new() { MaxDepth = JsonFormat.MaxStoredDepth };

    // The envelope of an event has two levels around the resource.
    private const int MaxFreeDepth = JsonFormat.MaxDepth + 2;

    private List<Finding>? _findings;

    public JsonSource Source => source;

    public int MaxDepth { get; init; } = source == JsonSource.Stored ? JsonFormat.MaxStoredDepth : JsonFormat.MaxDepth;

    public JsonReaderOptions ReaderOptions => new() { MaxDepth = MaxDepth };

    public string TooDeep => $"The text is nested deeper than the {MaxDepth} levels that are allowed.";

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<Finding> Findings => _findings ?? [];

    /// <summary>How many were left out.</summary>
    public int MoreFindings { get; private set; }

    /// <summary>Notes a violation at the token that the reader stands on.</summary>
    public void Violate(ref Utf8JsonReader reader, string message, JsonViolationKind kind = JsonViolationKind.Invalid)
    {
        _findings ??= [];
        if (_findings.Count < MaxViolations)
        {
            _findings.Add(new Finding(reader.TokenStartIndex, kind, message));
        }
        else
        {
            MoreFindings++;
        }
    }

    /// <summary>Whether the object or array of free JSON that the reader stands on is too deep to be told to every client.</summary>
    public static bool IsTooDeepToTell(ref Utf8JsonReader reader) => reader.CurrentDepth >= MaxFreeDepth;

    /// <summary>Notes that the value is of another JSON type than its field, and passes over the value.</summary>
    public void Mismatch(ref Utf8JsonReader reader, string expected)
    {
        Violate(ref reader, expected);
        Skip(ref reader);
    }

    /// <summary>The string or member name that the reader stands on.</summary>
    /// <exception cref="MalformedJsonException">An escape stands for half of a surrogate pair.</exception>
    public static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException) when (reader.ValueIsEscaped)
        {
            throw LoneSurrogate(ref reader);
        }
    }

    /// <summary>The string or member name that the reader stands on, as UTF-8 without escapes.</summary>
    /// <exception cref="MalformedJsonException">An escape stands for half of a surrogate pair.</exception>
    public static ReadOnlySpan<byte> Utf8Text(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(Text(ref reader)) : reader.ValueSpan;

    public static MalformedJsonException Duplicate(ref Utf8JsonReader reader, string name) =>
        new($"The member \"{name}\" stands twice in one object.", reader.TokenStartIndex);

    /// <summary>Passes over the value that the reader stands on; it has to be JSON all the same.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                Skip(ref reader);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = Text(ref reader);
                if (!names.Add(name))
                {
                    throw Duplicate(ref reader, name);
                }

                reader.Read();
                Skip(ref reader);
            }
        }
        else if (reader.ValueIsEscaped)
        {
            Text(ref reader);
        }
    }

    private static MalformedJsonException LoneSurrogate(ref Utf8JsonReader reader) =>
        new("An escape stands for half of a surrogate pair.", reader.TokenStartIndex);

    /// <summary>A violation, and the byte that it starts at.</summary>
    public readonly record struct Finding(long Offset, JsonViolationKind Kind, string Message);
}

/// <summary>The text is JSON by its grammar and still not accepted; or not JSON.</summary>
internal sealed class MalformedJsonException(string message, long offset) : Exception(message)
{
    public long Offset => offset;
}
