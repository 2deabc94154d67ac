using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Server.Resources;
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

    /// <param name="write">The write that the event is of.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="resource">The resource's name in events.</param>
    /// <param name="resourceId">The resource's id.</param>
    /// <param name="parties">The parties that may hear of it, where they are bound to what names them; null for what is not meant for the outside.</param>
    /// <param name="resourceJson">As much of the resource as the event tells; null for all of it, as this write creates it.</param>
    /// <param name="fieldPath">The attributes that it is about, where its type names them.</param>
    /// <param name="at">When it happened, where the resource says so itself. Default: when the write is made.</param>
    /// <param name="previous">What the resource was before, as JSON, beside what the event tells. Default: nothing.</param>
    public static ValueTask AppendAsync(
        Write write, EventKind kind, string resource, string resourceId, IReadOnlyCollection<string>? parties, string? resourceJson, string? fieldPath = null, Timestamp? at = null, string? previous = null)
    {
        var id = ResourceId.New();
        var time = TmfDate.Text(at ?? TmfDate.Of(write.Now));
        var (text, gap) = Text(write.Caller.CorrelationId, kind, id, time, resource, resourceJson, fieldPath);
        return EventLog.AppendAsync(write, id, kind.Type, resource, resourceId, time, text, resourceJson is null ? gap : null, EventParties.Text(parties), previous);
    }

    /// <returns>The envelope, and how many characters of it come before the resource.</returns>
    private static (string Text, int Gap) Text(
        string correlationId, EventKind kind, string id, string time, string resource, string? resourceJson, string? fieldPath)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
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
        writer.Flush();
        // All ASCII: bytes are characters.
        var gap = buffer.WrittenCount;
        if (resourceJson is not null)
            writer.WriteRawValue(resourceJson, skipInputValidation: true);
        writer.WriteEndObject();
        if (kind.IsEntity)
        {
            writer.WriteString("@baseType", "Event");
            writer.WriteString("@type", kind.Type);
        }
        writer.WriteEndObject();
        writer.Flush();
        return (Encoding.UTF8.GetString(buffer.WrittenSpan), gap);
    }
}
