using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>That a worker has an item: nobody else changes its state meanwhile.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="Worker">Who has it.</param>
/// <param name="Until">When the lease runs out unless it is renewed, in milliseconds since 1970.</param>
internal sealed record ItemLease(string ItemId, string Worker, long Until)
{
    /// <summary>The leases on items of an order, by the items.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, ItemLease>> FindAsync(Session session, string orderId) =>
        (await session.ListAsync<ItemLease>(
            "select item_id as ItemId, worker as Worker, due as Until from work where order_id = @orderId and state = 'leased'", Parameters.Of("orderId", orderId)))
        .ToDictionary(lease => lease.ItemId);

    public string Describe() => $"Worker '{Worker}' holds item '{ItemId}' until {TmfDate.Text(TmfDate.Of(DateTimeOffset.FromUnixTimeMilliseconds(Until)))} or longer: only it changes the item's state.";
}
