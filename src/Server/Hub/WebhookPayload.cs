using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Events;

namespace ServiceOrdering.Server.Hub;

/// <summary>The body of a delivery: the event as TM Forum has it, trimmed to what the subscription asks for, or within a CloudEvent.</summary>
internal sealed class WebhookPayload(EventPayloadFormat format, FieldSelection fields, string publicAddress, EventApi api, EventTypes types) : INotifications
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public required EventFilter Filter { get; init; }

    private bool IsCloudEvent => format == EventPayloadFormat.CloudEvents;

    public string ContentType => IsCloudEvent ? "application/cloudevents+json; charset=utf-8" : "application/json; charset=utf-8";

    public ValueTask<IReadOnlyList<Notification>> OfAsync(LoggedEvent logged) => new([new Notification(logged.Id, logged.Type, Body(logged))]);

    private ReadOnlyMemory<byte> Body(LoggedEvent logged)
    {
        var (told, envelope) = types.Read(logged.Type, logged.Body.Span, publicAddress);
        fields.Apply(envelope);
        return IsCloudEvent ? CloudEvent(logged, told) : JsonFormat.ToUtf8Bytes(told);
    }

    private ReadOnlyMemory<byte> CloudEvent(LoggedEvent logged, Event told)
    {
        var output = new ArrayBufferWriter<byte>(logged.Body.Length + 512);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("specversion", "1.0");
        writer.WriteString("id", logged.Root.GetProperty("eventId").GetString());
        writer.WriteString("source", publicAddress + api.Path);
        writer.WriteString("type", logged.Type);
        writer.WriteString("subject", $"{logged.Resource}/{logged.ResourceId}");
        writer.WriteString("time", logged.Root.GetProperty("eventTime").GetString());
        writer.WriteString("datacontenttype", "application/json");
        // CloudEvents' extension for distributed tracing: the context that the event was made in, and not that of this delivery.
        if (logged.Trace is not null)
            writer.WriteString("traceparent", logged.Trace);
        writer.WritePropertyName("data");
        JsonFormat.Write(told, writer);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }
}
