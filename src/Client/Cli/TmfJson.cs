using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using ServiceOrdering.Json;

namespace ServiceOrdering.Cli;

/// <summary>Reads and writes resources exactly as the REST API does.</summary>
internal static class TmfJson
{
    /// <summary>Reads a request body. What only the server sets is skipped.</summary>
    /// <exception cref="UnfitJsonException">The text is not JSON, or members of it do not fit.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, string source)
        where T : IMessage<T>, new()
    {
        var resource = new T();
        var result = JsonFormat.Read(utf8, resource, JsonSource.Request);
        return result.Succeeded ? resource : throw new UnfitJsonException(source, result);
    }

    /// <summary>A value on one line.</summary>
    public static string Text(IMessage value) => Encoding.UTF8.GetString(JsonFormat.ToUtf8Bytes(value));

    public static void Write(IMessage resource, TextWriter output, bool indented)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using var writer = Writer(utf8, indented);
        JsonFormat.Write(resource, writer);
        Flush(writer, utf8, output);
        output.WriteLine();
    }

    /// <summary>Writes resources as one array, each as soon as it is there.</summary>
    public static async Task WriteAsync(IAsyncEnumerable<IMessage> resources, TextWriter output, bool indented)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        await using var writer = Writer(utf8, indented);
        writer.WriteStartArray();
        await foreach (var resource in resources)
        {
            JsonFormat.Write(resource, writer);
            Flush(writer, utf8, output);
        }

        writer.WriteEndArray();
        Flush(writer, utf8, output);
        output.WriteLine();
    }

    private static Utf8JsonWriter Writer(ArrayBufferWriter<byte> utf8, bool indented) =>
        new(utf8, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static void Flush(Utf8JsonWriter writer, ArrayBufferWriter<byte> utf8, TextWriter output)
    {
        writer.Flush();
        output.Write(Encoding.UTF8.GetString(utf8.WrittenSpan));
        utf8.ResetWrittenCount();
    }
}

/// <summary>A JSON text that cannot be sent.</summary>
internal sealed class UnfitJsonException(string source, JsonReadResult result)
    : Exception($"{source}: {result.Malformation?.Message ?? "some members do not fit."}")
{
    /// <summary>The members that do not fit, each with its JSON Pointer.</summary>
    public IReadOnlyList<JsonViolation> Violations => result.Violations;
}
