using ServiceOrdering.Json;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>
/// What the items of an order were before the order was suspended (held or pending) as a whole: what resuming it brings them
/// back to. An item that was moved by itself since then is no longer in it.
/// </summary>
/// <param name="States">The states, by the items' ids.</param>
internal sealed record Suspension(IReadOnlyDictionary<string, ServiceOrderItemState> States)
{
    public static readonly Suspension None = new(new Dictionary<string, ServiceOrderItemState>());

    /// <summary>The suspension that an order is in.</summary>
    public static async ValueTask<Suspension> FindAsync(Session session, string orderId)
    {
        var items = await session.FindAsync<string>("select items from service_order_suspension where order_id = @orderId", Parameters.Of("orderId", orderId));
        return items is null ? None : new Suspension(JsonFormat.Parse<ServiceOrder>(items).ServiceOrderItem.ToDictionary(item => item.Id, item => item.State));
    }

    /// <summary>The same but for an item that has left it.</summary>
    public Suspension Without(string? itemId) => itemId is null ? this : new Suspension(States.Where(item => item.Key != itemId).ToDictionary());

    /// <summary>Remembers it in the write that changes the order.</summary>
    public ValueTask SaveAsync(Write write, string orderId)
    {
        if (States.Count == 0)
            return write.Session.SendAsync("delete from service_order_suspension where order_id = @orderId", Parameters.Of("orderId", orderId));
        var items = new ServiceOrder { ServiceOrderItem = { States.Select(item => new ServiceOrderItem { Id = item.Key, State = item.Value }) } };
        return write.Session.SendAsync(
            """
            insert into service_order_suspension (order_id, items) values (@orderId, @items)
            on conflict (order_id) do update set items = excluded.items
            """,
            Parameters.Of("orderId", orderId).With("items", JsonFormat.ToText(items)));
    }
}
