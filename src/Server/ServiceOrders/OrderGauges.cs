using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>How many orders and items are in each state, of which count is kept with every write.</summary>
internal sealed class OrderGauges(Database database) : IGaugeReader
{
    internal const string Statement = "select resource, state, total from resource_count where resource in ('serviceOrder', 'serviceOrderItem')";

    public async ValueTask ReadAsync(GaugeValues values)
    {
        foreach (var (resource, state, total) in await database.ReadAsync(session => session.ListAsync<(string Resource, string State, long Total)>(Statement)))
            values.Add(resource == ItemCounts.Resource ? Metrics.OrderItems : Metrics.Orders, total, "state", state);
    }
}
