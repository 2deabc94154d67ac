using ServiceOrdering.Events.V1;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Hub;

/// <summary>Shows subscriptions and attempts: as JSON, one as a card, several as a table.</summary>
internal static class HubView
{
    public static Columns<EventSubscription> Columns { get; } = new(
        subscription => subscription.Id,
        ["ID", "STATE", "LAG", "CALLBACK", "LAST SUCCESS", "NEXT TRY", "QUERY"],
        subscription =>
        [
            Id(subscription.Id),
            State(Word(subscription.Delivery.State)),
            Short($"{subscription.Delivery.Lag}"),
            Cell(subscription.Callback),
            When(subscription.Delivery.LastSuccess),
            When(subscription.Delivery.NextTry),
            Cell(subscription.Query),
        ]);

    public static Columns<DeliveryAttempt> AttemptColumns { get; } = new(
        attempt => $"{attempt.Number}",
        ["NUMBER", "TIME", "STATUS", "MS", "EVENT", "ERROR", "REPLAY AFTER", "EVENT ID"],
        attempt =>
        [
            Short($"{attempt.Number}"),
            When(attempt.Time),
            Short(attempt.HasStatusCode ? $"{attempt.StatusCode}" : ""),
            Short($"{attempt.Duration.ToTimeSpan().TotalMilliseconds:0}"),
            Cell(attempt.EventType),
            Cell(attempt.Error),
            Id(attempt.ResumeToken),
            Id(attempt.EventId),
        ]);

    public static void Write(Screen screen, EventSubscription subscription)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(subscription);
            return;
        }

        var delivery = subscription.Delivery;
        WriteLine(screen, "id", subscription.Id);
        WriteLine(screen, "api", subscription.Api);
        WriteLine(screen, "callback", subscription.Callback);
        WriteLine(screen, "query", subscription.Query);
        WriteLine(screen, "format", Word(subscription.Format));
        WriteLine(screen, "secret", subscription.Secret);
        WriteLine(screen, "created", Time(subscription.Created));
        WriteLine(screen, "state", Word(delivery.State));
        WriteLine(screen, "suspended", delivery.SuspendedReason);
        WriteLine(screen, "token", delivery.ResumeToken);
        WriteLine(screen, "lag", $"{delivery.Lag}");
        WriteLine(screen, "missed events", delivery.MissedEvents > 0 ? $"{delivery.MissedEvents}" : "");
        WriteLine(screen, "last success", Time(delivery.LastSuccess));
        WriteLine(screen, "last failure", Time(delivery.LastFailure));
        WriteLine(screen, "last error", delivery.LastError);
        WriteLine(screen, "failed", delivery.FailedAttempts > 0 ? $"{delivery.FailedAttempts}" : "");
        WriteLine(screen, "next try", Time(delivery.NextTry));
    }
}
