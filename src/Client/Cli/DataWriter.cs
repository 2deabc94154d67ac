using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using ServiceOrdering.Json;

namespace ServiceOrdering.Cli;

/// <summary>Writes resources for programs, exactly as the REST API has them: as JSON, or in YAML's words.</summary>
internal static class DataWriter
{
    public static void Write(IMessage resource, TextWriter output, OutputFormat format, bool indented)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        using var writer = Writer(utf8, indented && format == OutputFormat.Json);
        JsonFormat.Write(resource, writer);
        writer.Flush();
        if (format == OutputFormat.Yaml)
        {
            Yaml.Write(utf8.WrittenMemory, output);
            return;
        }

        Flush(writer, utf8, output);
        output.WriteLine();
    }

    /// <summary>Writes resources as one array, or one after the other, each as soon as it is there.</summary>
    public static async Task WriteAsync<T>(IAsyncEnumerable<T> resources, TextWriter output, OutputFormat format, bool indented)
        where T : IMessage
    {
        switch (format)
        {
            case OutputFormat.JsonLines:
                await foreach (var resource in resources)
                {
                    Write(resource, output, format, indented: false);
                }

                break;
            case OutputFormat.Yaml:
                await WriteYamlAsync(resources, output);
                break;
            default:
                await WriteArrayAsync(resources, output, indented);
                break;
        }
    }

    private static async Task WriteArrayAsync<T>(IAsyncEnumerable<T> resources, TextWriter output, bool indented)
        where T : IMessage
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

    private static async Task WriteYamlAsync<T>(IAsyncEnumerable<T> resources, TextWriter output)
        where T : IMessage
    {
        var isEmpty = true;
        await foreach (var resource in resources)
        {
            Yaml.WriteElement(JsonFormat.ToUtf8Bytes(resource), output);
            isEmpty = false;
        }

        if (isEmpty)
        {
            output.WriteLine("[]");
        }
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
