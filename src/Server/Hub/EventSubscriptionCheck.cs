using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;

namespace ServiceOrdering.Server.Hub;

/// <summary>Finds out whether subscriptions can be read, and stand where the log has been.</summary>
internal sealed class EventSubscriptionCheck : IIntegrityCheck
{
    public async ValueTask CheckAsync(Session session, Findings findings, CancellationToken cancellationToken)
    {
        await findings.StartAsync(session, "event_subscription");
        await foreach (var row in session.StreamAsync<Row>(
            "select id as Id, api as Api, callback as Callback, query as Query, sight as Sight, position as Position, (select last from event_position) as LastPosition, body as Body from event_subscription order by id"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Looked(row.Body.Length);
            if (row.Position > row.LastPosition)
                findings.Add($"event_subscription {row.Id}: it stands at position {row.Position}, and the log ends at {row.LastPosition}.");
            try
            {
                var subscription = JsonFormat.Parse<EventSubscription>(row.Body);
                Sight.Parse(row.Sight);
                foreach (var (column, kept, said) in new[] { ("callback", row.Callback, subscription.Callback), ("query", row.Query, subscription.Query) })
                {
                    if (kept != said)
                        findings.Add($"event_subscription {row.Id}: its column {column} has '{kept}', and its text says '{said}'.");
                }
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException)
            {
                findings.Add($"event_subscription {row.Id}: it cannot be read: {e.Message}");
            }
        }
    }

    private sealed class Row
    {
        public required string Id { get; init; }

        public required string Api { get; init; }

        public required string Callback { get; init; }

        public required string Query { get; init; }

        public required string Sight { get; init; }

        public required long Position { get; init; }

        public required long LastPosition { get; init; }

        public required string Body { get; init; }
    }
}
