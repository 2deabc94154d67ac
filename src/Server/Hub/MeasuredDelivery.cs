using System.Diagnostics;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Hub;

/// <summary>
/// Measures attempts to deliver. Each has a span in the trace of the call that made the event, which ends at the listener: the span is
/// what the request's <c>traceparent</c> names. Where there is no span, that of the event goes on as it came.
/// </summary>
internal static class MeasuredDelivery
{
    public static async Task<WebhookAnswer> SendAsync(WebhookMessage message, string subscriptionId, LoggedEvent logged, WebhookSender sender, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        // Without the path and the query of the callback, which may hold what only the listener is to know.
        var span = Tracing.StartOfEvent("webhook", ActivityKind.Client, logged.Trace, message.EventId, logged.Type)?
            .SetTag("http.request.method", "POST")
            .SetTag("server.address", message.Callback.Host)
            .SetTag("server.port", message.Callback.Port)
            .SetTag("service_ordering.subscription.id", subscriptionId);
        string? error = "The server is shutting down, or somebody else has the delivery now.";
        try
        {
            var answer = await sender.SendAsync(message with { Trace = span?.Id ?? logged.Trace }, stop);
            Metrics.DeliveryDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("outcome", Outcome(answer)));
            if (answer.StatusCode is { } status)
                span?.SetTag("http.response.status_code", status);
            error = answer.Error;
            return answer;
        }
        finally
        {
            Tracing.End(span, error);
        }
    }

    private static string Outcome(WebhookAnswer answer) => answer switch
    {
        { Error: null } => "taken",
        { IsGone: true } => "gone",
        { StatusCode: null } => "unanswered",
        _ => "refused",
    };
}
