using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>
/// When the dates of open orders are missed or at risk, in a table that has only those that were not told of. It follows the
/// orders. A date that was over when it was asked for does not pass, and is not in it.
/// </summary>
internal sealed class JeopardyDue(IOptions<JeopardyOptions> options)
{
    internal const string Due = "select order_id as OrderId, type as Type, at as At from jeopardy_due where at <= @now order by at limit @limit";

    /// <summary>Brings the table from one state of an order to the next.</summary>
    public async ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after)
    {
        var (old, current) = (WithDate(before), WithDate(after?.Resource));
        if (current is null)
        {
            if (old is not null)
                await write.Session.SendAsync("delete from jeopardy_due where order_id = @orderId", Parameters.Of("orderId", old.Id));
            return;
        }
        var date = current.RequestedCompletionDate.ToDateTimeOffset();
        var isNew = old is null || !old.RequestedCompletionDate.Equals(current.RequestedCompletionDate);
        if (isNew && date <= write.Now)
            await write.Session.SendAsync("delete from jeopardy_due where order_id = @orderId", Parameters.Of("orderId", current.Id));
        if (date <= write.Now)
            return;
        if (isNew)
            await SetAsync(write, current.Id, JeopardyAlerts.CompletionDateMissedType, date.ToUnixTimeMilliseconds());
        var (oldRisk, risk) = (isNew ? null : RiskOf(old!), RiskOf(current));
        if (risk is { } at && (isNew || (risk != oldRisk && !JeopardyAlerts.Has(current, JeopardyAlerts.CompletionDateAtRiskType))))
            await SetAsync(write, current.Id, JeopardyAlerts.CompletionDateAtRiskType, at);
        else if (risk is null && (isNew || oldRisk is not null))
            await RemoveAsync(write, current.Id, JeopardyAlerts.CompletionDateAtRiskType);
    }

    /// <summary>The last instant at which the order can still be completed by its date, in milliseconds since 1970; null where what remains takes no time that is known.</summary>
    public long? RiskOf(ServiceOrder order) => Remaining(order) is { Time.Ticks: > 0 } remaining
        ? order.RequestedCompletionDate.ToDateTimeOffset().ToUnixTimeMilliseconds() - (long)remaining.Time.TotalMilliseconds
        : null;

    /// <summary>What remains of an order that takes longest; null where no durations are known.</summary>
    public RemainingWork? Remaining(ServiceOrder order) => options.Value.Durations.Count == 0 ? null : RemainingWork.Of(order, options.Value.Durations);

    /// <summary>Those that are due, the longest ones first.</summary>
    public static ValueTask<List<DueDate>> ListAsync(Session session, DateTimeOffset now, int limit) => session.ListAsync<DueDate>(
        Due, Parameters.Of("now", now.ToUnixTimeMilliseconds()).With("limit", limit));

    /// <summary>Has one looked at again later, unless it was set anew since.</summary>
    public static ValueTask PutOffAsync(Write write, DueDate due, long at) => write.Session.SendAsync(
        "update jeopardy_due set at = @at where order_id = @orderId and type = @type and at = @seen",
        Parameters.Of("at", at).With("orderId", due.OrderId).With("type", due.Type).With("seen", due.At));

    /// <summary>It was told of, and was not set anew since.</summary>
    public static ValueTask RemoveAsync(Write write, DueDate due) => write.Session.SendAsync(
        "delete from jeopardy_due where order_id = @orderId and type = @type and at = @seen",
        Parameters.Of("orderId", due.OrderId).With("type", due.Type).With("seen", due.At));

    private static ValueTask SetAsync(Write write, string orderId, string type, long at) => write.Session.SendAsync(
        "insert into jeopardy_due (order_id, type, at) values (@orderId, @type, @at) on conflict (order_id, type) do update set at = excluded.at",
        Parameters.Of("orderId", orderId).With("type", type).With("at", at));

    private static ValueTask RemoveAsync(Write write, string orderId, string type) => write.Session.SendAsync(
        "delete from jeopardy_due where order_id = @orderId and type = @type", Parameters.Of("orderId", orderId).With("type", type));

    /// <summary>The order, where it is open and has a date to be completed by.</summary>
    private static ServiceOrder? WithDate(ServiceOrder? order) =>
        order?.RequestedCompletionDate is not null && !ServiceOrderLifecycle.IsFinal(order.State) ? order : null;
}

/// <summary>A date of an order that is missed or at risk.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Type">The type of the alert that is raised.</param>
/// <param name="At">Since when, in milliseconds since 1970.</param>
internal sealed record DueDate(string OrderId, string Type, long At);
