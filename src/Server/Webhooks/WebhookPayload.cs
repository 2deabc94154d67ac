using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Webhooks;

/// <summary>The body of a delivery: the event as TM Forum has it, trimmed to what the subscription asks for, or within a CloudEvent.</summary>
internal sealed class WebhookPayload(EventPayloadFormat format, FieldSelection fields, string source)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private bool IsCloudEvent => format == EventPayloadFormat.CloudEvents;

    public string ContentType => IsCloudEvent ? "application/cloudevents+json; charset=utf-8" : "application/json; charset=utf-8";

    public ReadOnlyMemory<byte> Of(LoggedEvent logged)
    {
        if (!IsCloudEvent && fields.IsAll)
            return logged.Body;

        var output = new ArrayBufferWriter<byte>(logged.Body.Length + 512);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        if (!IsCloudEvent)
        {
            WriteEvent(writer, logged);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteString("specversion", "1.0");
            writer.WriteString("id", logged.Id);
            writer.WriteString("source", source);
            writer.WriteString("type", logged.Type);
            writer.WriteString("subject", $"{logged.Resource}/{logged.ResourceId}");
            writer.WriteString("time", logged.Time);
            writer.WriteString("datacontenttype", "application/json");
            writer.WritePropertyName("data");
            WriteEvent(writer, logged);
            writer.WriteEndObject();
        }
        writer.Flush();
        return output.WrittenMemory;
    }

    private void WriteEvent(Utf8JsonWriter writer, LoggedEvent logged)
    {
        if (fields.IsAll)
        {
            writer.WriteRawValue(logged.Body, skipInputValidation: true);
            return;
        }
        using var document = JsonDocument.Parse(logged.Body);
        fields.Write(document.RootElement, writer);
    }
}
