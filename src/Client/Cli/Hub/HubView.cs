using ServiceOrdering.Events.V1;
using Spectre.Console;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Hub;

/// <summary>Shows subscriptions and attempts: as JSON, one as a card, several as a table.</summary>
internal static class HubView
{
    public static void Write(Screen screen, EventSubscription subscription)
    {
        if (screen.IsJson)
        {
            screen.WriteJson(subscription);
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

    public static async Task WriteAsync(Screen screen, IReadOnlyList<EventSubscription> subscriptions)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonAsync(subscriptions.ToAsyncEnumerable());
            return;
        }

        var table = Create("ID", "STATE", "LAG", "LAST SUCCESS", "NEXT TRY", "CALLBACK", "QUERY");
        foreach (var subscription in subscriptions)
        {
            var delivery = subscription.Delivery;
            table.AddRow(
                Cell(subscription.Id),
                State(Word(delivery.State)),
                Cell($"{delivery.Lag}"),
                Cell(Time(delivery.LastSuccess)),
                Cell(Time(delivery.NextTry)),
                Cell(subscription.Callback),
                Cell(subscription.Query));
        }

        screen.Write(table);
    }

    public static async Task WriteAsync(Screen screen, IReadOnlyList<DeliveryAttempt> attempts)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonAsync(attempts.ToAsyncEnumerable());
            return;
        }

        var table = Create("NUMBER", "TIME", "EVENT", "EVENT ID", "STATUS", "MS", "REPLAY AFTER", "ERROR");
        foreach (var attempt in attempts)
        {
            table.AddRow(
                Cell($"{attempt.Number}"),
                Cell(Time(attempt.Time)),
                Cell(attempt.EventType),
                Cell(attempt.EventId),
                Cell(attempt.HasStatusCode ? $"{attempt.StatusCode}" : ""),
                Cell($"{attempt.Duration.ToTimeSpan().TotalMilliseconds:0}"),
                Cell(attempt.ResumeToken),
                Cell(attempt.Error));
        }

        screen.Write(table);
    }
}
