using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

/// <summary>Tells of orders whose dates have passed, or cannot be kept any more by what remains to be done.</summary>
internal sealed partial class DueDates(
    Database database, ResourceTable<ServiceOrder> orders, JeopardyDue jeopardy, ErrorLogLimit admission, TimeProvider time, ILogger<DueDates> logger) : IDue
{
    internal const string First = "select min(at) from jeopardy_due";

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    public string Earliest => First;

    public async Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var due = await database.ReadAsync(session => JeopardyDue.ListAsync(session, now, limit));
        await Task.WhenAll(due.GroupBy(each => each.OrderId).Select(order => LookAsync(order.Key, [.. order], cancellationToken)));
    }

    /// <summary>Looks at an order. One that cannot be written is put off, and holds up no other.</summary>
    private async Task LookAsync(string orderId, IReadOnlyList<DueDate> due, CancellationToken cancellationToken)
    {
        try
        {
            await Database.RetryAsync(async () => await LookOnceAsync(orderId, due, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (admission.Admit("due date") is { } leftOut)
                LogNotTold(e, orderId, leftOut);
            var at = (time.GetUtcNow() + PauseAfterFault).ToUnixTimeMilliseconds();
            await database.WriteAsync(
                Caller.Server,
                async write =>
                {
                    foreach (var each in due)
                        await JeopardyDue.PutOffAsync(write, each, at);
                    return true;
                },
                cancellationToken);
        }
    }

    private async Task<bool> LookOnceAsync(string orderId, IReadOnlyList<DueDate> due, CancellationToken cancellationToken)
    {
        var stored = await database.ReadAsync(session => orders.FindAsync(session, orderId, Sight.All));
        var now = time.GetUtcNow();
        var (after, next) = stored?.Resource.RequestedCompletionDate is null || ServiceOrderLifecycle.IsFinal(stored.Resource.State)
            ? (null, null)
            : Tell(stored.Resource, isMissed: due.Any(each => each.Type == JeopardyAlerts.CompletionDateMissedType), now);
        var draft = after is null ? null : new Draft<ServiceOrder>(after);
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                if (draft is not null)
                    await orders.WriteAsync(write, stored, draft);
                foreach (var each in due)
                {
                    if (next is { } at)
                        await JeopardyDue.PutOffAsync(write, each, at);
                    else
                        await JeopardyDue.RemoveAsync(write, each);
                }
                return true;
            },
            cancellationToken);
    }

    /// <summary>The order with its alert, or when it is to be looked at again. One that has missed its date is no longer at risk.</summary>
    private (ServiceOrder? After, long? Next) Tell(ServiceOrder order, bool isMissed, DateTimeOffset now)
    {
        var after = order.Clone();
        if (isMissed)
        {
            var date = order.RequestedCompletionDate.ToDateTimeOffset();
            return date > now ? (null, date.ToUnixTimeMilliseconds()) : JeopardyAlerts.CompletionDateMissed(after, now) ? (after, null) : (null, null);
        }
        // Items were finished since, or last other times.
        if (jeopardy.RiskOf(order) is not { } at)
            return (null, null);
        return at > now.ToUnixTimeMilliseconds() ? (null, at) : JeopardyAlerts.CompletionDateAtRisk(after, jeopardy.Remaining(order)!, now) ? (after, null) : (null, null);
    }

    [LoggerMessage(LogLevel.Error, "An alert could not be added to the order {OrderId}, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotTold(Exception cause, string orderId, int leftOut);
}
