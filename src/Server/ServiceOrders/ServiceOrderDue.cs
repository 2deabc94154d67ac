using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>
/// When orders are to be looked at next, in a table that has only those: an acknowledged one to be checked and begun, one in
/// progress because of others that it depends on. However many wait for a date, finding those that are due costs the same.
/// </summary>
internal static class ServiceOrderDue
{
    internal const string Due = "select order_id as OrderId, at as At, sight as SightText from service_order_due where at <= @now order by at limit @limit";

    /// <summary>Brings the table from one state of an order to the next.</summary>
    public static async ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after)
    {
        if (after?.Resource is { State: ServiceOrderState.Acknowledged } order)
            await SetAsync(write, order.Id, write.Clock, write.Caller.Sight);
        else if (before is not null && (before.State == ServiceOrderState.Acknowledged || after is null))
            await RemoveAsync(write, before.Id);
    }

    /// <summary>Has an order looked at, with no more in sight than what everybody saw who has written it since it waits.</summary>
    public static ValueTask SetAsync(Write write, string orderId, DateTimeOffset at, Sight sight) => write.Session.SendAsync(
        $"""
        insert into service_order_due (order_id, at, sight) values (@orderId, @at, @sight)
        on conflict (order_id) do update set at = excluded.at{(sight.SeesAll ? "" : ", sight = excluded.sight")}
        """,
        Parameters.Of("orderId", orderId).With("at", at.ToUnixTimeMilliseconds()).With("sight", sight.Text));

    /// <summary>Puts off the next look at an order, unless it was asked for again since.</summary>
    public static ValueTask PutOffAsync(Write write, DueServiceOrder due, DateTimeOffset at) => write.Session.SendAsync(
        "update service_order_due set at = @at where order_id = @orderId and at = @seen",
        Parameters.Of("at", at.ToUnixTimeMilliseconds()).With("orderId", due.OrderId).With("seen", due.At));

    /// <summary>An order was looked at, and nobody has asked for it again since.</summary>
    public static ValueTask RemoveAsync(Write write, DueServiceOrder due) => write.Session.SendAsync(
        "delete from service_order_due where order_id = @orderId and at = @seen", Parameters.Of("orderId", due.OrderId).With("seen", due.At));

    /// <summary>Orders that are due, the longest ones first.</summary>
    public static ValueTask<List<DueServiceOrder>> ListAsync(Session session, DateTimeOffset now, int limit) => session.ListAsync<DueServiceOrder>(
        Due,
        Parameters.Of("now", now.ToUnixTimeMilliseconds()).With("limit", limit));

    private static ValueTask RemoveAsync(Write write, string orderId) =>
        write.Session.SendAsync("delete from service_order_due where order_id = @orderId", Parameters.Of("orderId", orderId));
}

/// <summary>An order that is to be looked at.</summary>
/// <param name="OrderId">Its id.</param>
/// <param name="At">Since when, in milliseconds since 1970.</param>
/// <param name="SightText">How much of the inventory is seen by who has placed it.</param>
internal sealed record DueServiceOrder(string OrderId, long At, string SightText)
{
    public Sight Sight => Sight.Parse(SightText);
}
