using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Hub;

/// <summary>How far deliveries are behind, each told by the server that it runs on, and how many were given up.</summary>
internal sealed class HubGauges(Database database, WebhookDispatcher dispatcher) : IGaugeReader
{
    internal const string Suspended = "select count(*) from event_subscription where suspended_reason is not null";

    // However many subscriptions there are: each has a series of its own.
    private const int MostSubscriptions = 100;

    public async ValueTask ReadAsync(GaugeValues values)
    {
        values.Add(Metrics.SuspendedSubscriptions, await database.ReadAsync(session => session.FindAsync<long>(Suspended)));
        var last = await database.ReadAsync(EventLog.LastAsync);
        foreach (var (id, position) in dispatcher.Positions.OrderBy(delivery => delivery.Position).Take(MostSubscriptions))
            values.Add(Metrics.SubscriptionLag, Math.Max(0, last - position), "subscription", id);
    }
}
