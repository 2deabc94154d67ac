using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>What an event says beside its resource.</summary>
/// <param name="Type">The event's type, as the standard names it.</param>
/// <param name="Domain">What it is about.</param>
/// <param name="Title">What happened, for people.</param>
internal sealed record EventKind(string Type, string Domain, string Title)
{
    /// <summary>Whether the envelope is that of v5 of the standards: an entity with a class of its own. Default: v4's.</summary>
    public bool IsEntity { get; init; }
}

/// <summary>Writes events in the standards' envelope into the log. The resource comes as the JSON that it is stored as.</summary>
internal static class EventEnvelope
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <param name="session">The write that the event is of.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="resource">The resource's name in events.</param>
    /// <param name="resourceId">The resource's id.</param>
    /// <param name="resourceJson">As much of the resource as the event tells.</param>
    /// <param name="time">When it happened, as JSON has it.</param>
    /// <param name="correlationId">What the event has in common with the call that caused it; empty for nothing.</param>
    /// <param name="fieldPath">The attributes that it is about, where its type names them.</param>
    /// <returns>The event's position.</returns>
    public static long Append(
        Session session, EventKind kind, string resource, string resourceId, ReadOnlySpan<byte> resourceJson, string time,
        string correlationId, string? fieldPath = null)
    {
        var id = Guid.CreateVersion7().ToString();
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        if (kind.IsEntity)
            writer.WriteString("id", id);
        writer.WriteString("eventId", id);
        writer.WriteString("eventTime", time);
        writer.WriteString("eventType", kind.Type);
        if (correlationId.Length > 0)
            writer.WriteString("correlationId", correlationId);
        writer.WriteString("domain", kind.Domain);
        writer.WriteString("title", kind.Title);
        writer.WriteString(kind.IsEntity ? "timeOccurred" : "timeOcurred", time);
        if (fieldPath is not null)
            writer.WriteString("fieldPath", fieldPath);
        writer.WriteStartObject("event");
        writer.WritePropertyName(resource);
        writer.WriteRawValue(resourceJson, skipInputValidation: true);
        writer.WriteEndObject();
        if (kind.IsEntity)
        {
            writer.WriteString("@baseType", "Event");
            writer.WriteString("@type", kind.Type);
        }
        writer.WriteEndObject();
        writer.Flush();
        return EventLog.Append(session, id, kind.Type, resource, resourceId, time, buffer.WrittenSpan);
    }
}
