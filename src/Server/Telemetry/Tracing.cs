using System.Diagnostics;

namespace ServiceOrdering.Server.Telemetry;

/// <summary>
/// The spans that the server makes beside those of the platform. They follow what a recorded call sets off, across the queue, the
/// log and the webhooks; where nobody records it, there are none. None of them becomes the current activity: they begin and end
/// on different threads.
/// </summary>
internal static class Tracing
{
    public const string SourceName = "ServiceOrdering";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody records spans.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>A span of what a call has done; null where the call is not recorded.</summary>
    public static Activity? StartOfCall(string name) => Activity.Current is { Recorded: true } call && IsOn ? Start(name, ActivityKind.Internal, call.Context, []) : null;

    /// <summary>
    /// A span of telling somebody of an event: in the trace of the call that made it, and linked to the span, as the conventions
    /// for messages want it of what happens later and somewhere else. Null where that call was not recorded.
    /// </summary>
    /// <param name="name">The span's name.</param>
    /// <param name="kind">Whether an answer is waited for.</param>
    /// <param name="trace">The <c>traceparent</c> that the event was made under.</param>
    /// <param name="eventId">The event's id.</param>
    /// <param name="eventType">The event's type.</param>
    public static Activity? StartOfEvent(string name, ActivityKind kind, string? trace, string eventId, string eventType)
    {
        if (!IsOn || !ActivityContext.TryParse(trace, null, isRemote: true, out var creation) || !creation.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
            return null;
        var span = Start(name, kind, creation, [new ActivityLink(creation)]);
        span?.SetTag("service_ordering.event.id", eventId).SetTag("service_ordering.event.type", eventType);
        return span;
    }

    public static Activity? Start(string name, ActivityKind kind, ActivityContext parent, IEnumerable<ActivityLink> links)
    {
        var current = Activity.Current;
        var span = Source.StartActivity(kind, parent, tags: null, links, name: name);
        Activity.Current = current;
        return span;
    }

    /// <summary>Ends a span.</summary>
    /// <param name="span">The span, if there is one.</param>
    /// <param name="error">What has gone wrong, if anything.</param>
    public static void End(Activity? span, string? error = null)
    {
        if (span is null)
            return;
        if (error is not null)
            span.SetStatus(ActivityStatusCode.Error, error);
        // To stop it makes its predecessor the current one.
        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }
}
