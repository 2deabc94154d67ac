using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;

namespace ServiceOrdering.Json;

/// <summary>
/// Messages as JSON text: protobuf's JSON mapping with lowerCamel enum values, millisecond timestamps and, for messages
/// with a field marked <c>tmf.rest.v1.extensions</c>, members that the message does not know. docs/transcoding.md lists
/// the rules.
/// </summary>
public static class JsonFormat
{
    /// <summary>
    /// Levels of objects and arrays within each other in what clients send; more is refused. A level of free JSON is three of
    /// protobuf (a Struct, its entry, a Value) and most parsers read 100: with an event's envelope around it and a value at
    /// the innermost place that is 94.
    /// </summary>
    public const int MaxDepth = 30;

    /// <summary>
    /// The same for text that is stored: what was accepted before there was a limit of 30. It is read all the same, and free
    /// JSON in it that is more than <see cref="MaxDepth"/> and an event's envelope deep is read as null.
    /// </summary>
    public const int MaxStoredDepth = 128;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // Text stays as it was sent: what is escaped beyond JSON's own needs only serves pages that embed it.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _output;

    /// <summary>Writes the message as one JSON text.</summary>
    /// <exception cref="InvalidOperationException">A timestamp is no instant of the years 1 to 9999.</exception>
    public static void Write(IMessage message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        var writer = Rent(output);
        Write(message, writer);
        Return(writer);
    }

    /// <summary>The message as one JSON text in UTF-8.</summary>
    /// <exception cref="InvalidOperationException">A timestamp is no instant of the years 1 to 9999.</exception>
    public static byte[] ToUtf8Bytes(IMessage message)
    {
        var output = _output ??= new ArrayBufferWriter<byte>(4096);
        Write(message, output);
        var bytes = output.WrittenSpan.ToArray();
        output.ResetWrittenCount();
        return bytes;
    }

    /// <summary>The message as one JSON text.</summary>
    /// <exception cref="InvalidOperationException">A timestamp is no instant of the years 1 to 9999.</exception>
    public static string ToText(IMessage message)
    {
        var output = _output ??= new ArrayBufferWriter<byte>(4096);
        Write(message, output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        output.ResetWrittenCount();
        return text;
    }

    /// <summary>Writes the message as one value of a larger text.</summary>
    /// <exception cref="InvalidOperationException">A timestamp is no instant of the years 1 to 9999.</exception>
    public static void Write(IMessage message, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(message);
        RootMessage.Of(message.Descriptor).Write(writer, message);
    }

    /// <summary>Reads one JSON text (UTF-8, with or without byte order mark) into the message.</summary>
    /// <param name="json">The text.</param>
    /// <param name="message">Takes what fits, even where something else does not.</param>
    /// <param name="source">Whose text it is.</param>
    /// <returns>All that is wrong with the text. Bytes never lead to an exception.</returns>
    public static JsonReadResult Read(ReadOnlySpan<byte> json, IMessage message, JsonSource source = JsonSource.Stored)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Read(json, message, new JsonReading(source));
    }

    /// <summary>Where a text stops being JSON that is accepted, as <see cref="Read(ReadOnlySpan{byte}, IMessage, JsonSource)"/> says it; null where it does not.</summary>
    /// <param name="json">UTF-8, with or without byte order mark.</param>
    /// <param name="maxDepth">Levels of objects and arrays that are allowed.</param>
    public static JsonMalformation? FindMalformation(ReadOnlySpan<byte> json, int maxDepth) =>
        Read(json, null, new JsonReading(JsonSource.Request) { MaxDepth = maxDepth }).Malformation;

    // Without a message it is only looked at.
    private static JsonReadResult Read(ReadOnlySpan<byte> json, IMessage? message, JsonReading reading)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        if (!Utf8.IsValid(json))
        {
            return Malformed(json, "The text is not valid UTF-8.", InvalidByte(json));
        }

        var reader = new Utf8JsonReader(json, reading.ReaderOptions);
        try
        {
            reader.Read();
            if (message is null)
            {
                JsonReading.Skip(ref reader);
            }
            else
            {
                RootMessage.Of(message.Descriptor).Read(ref reader, reading, message);
            }

            // Whatever follows the value is refused here.
            while (reader.Read())
            {
            }
        }
        catch (MalformedJsonException e)
        {
            return Malformed(json, e.Message, e.Offset);
        }
        catch (JsonException e)
        {
            var offset = Math.Max(reader.BytesConsumed, ErrorOffset(json, e));
            return Malformed(json, IsTooDeep(json, offset, ref reader) ? reading.TooDeep : Sentence(e), offset);
        }

        return new JsonReadResult(null, Violations(json, reading)) { MoreViolations = reading.MoreFindings };
    }

    /// <summary>Reads text that <see cref="Write(IMessage, IBufferWriter{byte})"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is no such message.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> json)
        where T : IMessage<T>, new()
    {
        var message = new T();
        var result = Read(json, message);
        if (result.Malformation is { } malformation)
        {
            throw new InvalidDataException(malformation.Message);
        }

        return result.Succeeded
            ? message
            : throw new InvalidDataException($"{result.Violations[0].Place}: {result.Violations[0].Message}");
    }

    /// <summary>Reads text that <see cref="ToText"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is no such message.</exception>
    public static T Parse<T>(string json)
        where T : IMessage<T>, new()
    {
        ArgumentNullException.ThrowIfNull(json);
        var utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            return Parse<T>(utf8.AsSpan(0, Encoding.UTF8.GetBytes(json, utf8)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>A writer of the calling thread, or a new one while that is in use.</summary>
    internal static Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        if (_writer is not { } writer)
        {
            return new Utf8JsonWriter(output, WriterOptions);
        }

        _writer = null;
        writer.Reset(output);
        return writer;
    }

    /// <summary>Flushes the writer and keeps it for the next text.</summary>
    internal static void Return(Utf8JsonWriter writer)
    {
        writer.Flush();
        writer.Reset(NoOutput.Instance);
        _writer = writer;
    }

    private static JsonReadResult Malformed(ReadOnlySpan<byte> json, string message, long offset)
    {
        var (line, column) = JsonPlaces.Position(json, offset);
        var pointer = JsonPlaces.Pointers(json, [offset])[0];
        return new JsonReadResult(new JsonMalformation($"{message} Line {line}, byte {column}.", line, column, pointer), []);
    }

    private static JsonViolation[] Violations(ReadOnlySpan<byte> json, JsonReading reading)
    {
        var findings = reading.Findings;
        if (findings.Count == 0)
        {
            return [];
        }

        var pointers = JsonPlaces.Pointers(json, [.. findings.Select(finding => finding.Offset)]);
        return [.. findings.Zip(pointers, (finding, pointer) => new JsonViolation(pointer, finding.Kind, finding.Message))];
    }

    // The reader stands before what would open one level too many.
    private static bool IsTooDeep(ReadOnlySpan<byte> json, long offset, ref Utf8JsonReader reader)
    {
        var open = reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1 : 0);
        return open >= reader.CurrentState.Options.MaxDepth && offset < json.Length && json[(int)offset] is (byte)'{' or (byte)'[';
    }

    // The position, which the reader's message ends with, is told in our own way.
    private static string Sentence(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    private static long ErrorOffset(ReadOnlySpan<byte> json, JsonException e)
    {
        var offset = 0;
        for (var line = e.LineNumber ?? 0; line > 0; line--)
        {
            offset += json[offset..].IndexOf((byte)'\n') + 1;
        }

        return offset + (e.BytePositionInLine ?? 0);
    }

    private static int InvalidByte(ReadOnlySpan<byte> json)
    {
        var offset = 0;
        while (System.Text.Rune.DecodeFromUtf8(json[offset..], out _, out var length) == OperationStatus.Done)
        {
            offset += length;
        }

        return offset;
    }

    // A kept writer must not keep its last output alive.
    private sealed class NoOutput : IBufferWriter<byte>
    {
        public static readonly NoOutput Instance = new();

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => new byte[Math.Max(1, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
