using System.Globalization;
using Grpc.Core;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>Orders in the form that callers of ONAP's NBI see.</summary>
internal sealed class NbiOrderView(Database database, AnswerBudget budget, PublicAddress address)
{
    // In this dialect what is absent is said, and messages twice.
    private const int MoreThanStored = 3;

    /// <summary>Where an order is, by the version that it was placed by.</summary>
    public string LocationOf(string id, string version, ServerCallContext context) => $"{address.For(context)}{Targets.BaseOf(version)}/{OrderToNbi.HrefOf(id)}";

    /// <summary>Makes room for an order. To be called before it is written: what was written is answered.</summary>
    public void MakeRoom(long size, ServerCallContext context) => budget.Take(MoreThanStored * size, context);

    public async ValueTask<Nbi.ServiceOrder> ShowAsync(ServiceOrder order) => OrderToNbi.Order(order, await FindPercentagesAsync([order.Id]));

    /// <summary>Adds to orders how much of their items is done.</summary>
    public async ValueTask FillPercentagesAsync(IReadOnlyList<Nbi.ServiceOrder> shown)
    {
        var orders = shown.ToDictionary(order => order.Id);
        foreach (var ((orderId, itemId), percentage) in await FindPercentagesAsync([.. orders.Keys]))
        {
            if (orders[orderId].OrderItem.FirstOrDefault(item => item.Id == itemId) is { } item)
                item.PercentProgress = percentage.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>How much of items in work is done, by order and item.</summary>
    public ValueTask<IReadOnlyDictionary<(string OrderId, string ItemId), long>> FindPercentagesAsync(IReadOnlyCollection<string> orderIds) =>
        database.ReadAsync(session => WorkTable.PercentagesAsync(session, orderIds));
}
