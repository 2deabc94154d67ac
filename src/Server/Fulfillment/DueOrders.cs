using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>Checks and begins orders when they are due, and looks again at those that waited for others.</summary>
internal sealed partial class DueOrders(
    Database database, ResourceTable<ServiceOrder> orders, ServiceOrderStore store, ServiceOrderChecking checking,
    IOptions<CheckingOptions> options, ErrorLogLimit admission, TimeProvider time, ILogger<DueOrders> logger) : IDue
{
    internal const string First = "select min(at) from service_order_due";

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    public string Earliest => First;

    public async Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var due = await database.ReadAsync(session => ServiceOrderDue.ListAsync(session, now, limit));
        await Task.WhenAll(due.Select(each => LookAsync(each, cancellationToken)));
    }

    /// <summary>Looks at an order. One that cannot be dealt with is put off, and holds up no other.</summary>
    private async Task LookAsync(DueServiceOrder due, CancellationToken cancellationToken)
    {
        try
        {
            await Database.RetryAsync(async () => await LookOnceAsync(due, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (e is CatalogUnavailableException)
            {
                if (admission.Admit("catalog") is not null)
                    LogCatalog(e.Message);
                await WaitAsync(due, e.Message, cancellationToken);
                return;
            }
            if (admission.Admit("due order") is { } leftOut)
            {
                LogNotLookedAt(e, due.OrderId, leftOut);
            }
            await PutOffAsync(due, time.GetUtcNow() + PauseAfterFault, cancellationToken);
        }
    }

    private async Task<bool> LookOnceAsync(DueServiceOrder due, CancellationToken cancellationToken)
    {
        var stored = await database.ReadAsync(session => orders.FindAsync(session, due.OrderId, Sight.All));
        var now = time.GetUtcNow();
        var (steps, released) = stored is null ? ([], [])
            : stored.Resource.State == ServiceOrderState.Acknowledged ? (await CheckAsync(stored.Resource, due.Sight, now, cancellationToken), [])
            : await FindReleasedAsync(stored.Resource, now);
        // It passed, and waits for its date.
        if (steps is null)
        {
            var start = stored!.Resource.RequestedStartDate.ToDateTimeOffset();
            var waiting = stored.Resource.Clone();
            return ServiceOrderChecks.GoOn(waiting) ? await WriteWaitingAsync(stored, waiting, start, cancellationToken) : await PutOffAsync(due, start, cancellationToken);
        }
        var drafts = steps.Select(step => new Draft<ServiceOrder>(step)).ToList();
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                if (drafts.Count > 0)
                    await store.WriteStepsAsync(write, stored!, drafts);
                foreach (var item in released)
                    await WorkTable.ReleaseAsync(write, due.OrderId, item);
                await ServiceOrderDue.RemoveAsync(write, due);
                return true;
            },
            cancellationToken);
    }

    /// <summary>The states that an acknowledged order passes through now; null where it has to wait for its date.</summary>
    private async ValueTask<IReadOnlyList<ServiceOrder>?> CheckAsync(ServiceOrder order, Sight sight, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (options.Value.Mode == CheckingMode.Manual)
            return [];
        var problems = await checking.CheckAsync(order, sight, "", cancellationToken);
        if (problems.Count > 0)
        {
            var rejected = order.Clone();
            ServiceOrderChecks.Reject(rejected, problems, now);
            return [rejected];
        }
        if (order.RequestedStartDate is { } start && start.ToDateTimeOffset() > now)
            return null;
        var begun = order.Clone();
        ServiceOrderChecks.GoOn(begun);
        ServiceOrderLifecycle.Begin(begun, now);
        return [.. ServiceOrderLifecycle.Steps(order, begun)];
    }

    /// <summary>Says of an order, once, that it cannot be checked yet, and puts off the next look at it.</summary>
    private Task<bool> WaitAsync(DueServiceOrder due, string why, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var now = time.GetUtcNow();
        var stored = await database.ReadAsync(session => orders.FindAsync(session, due.OrderId, Sight.All));
        var waiting = stored?.Resource.Clone();
        return waiting is { State: ServiceOrderState.Acknowledged } && ServiceOrderChecks.Wait(waiting, why, now)
            ? await WriteWaitingAsync(stored!, waiting, now + PauseAfterFault, cancellationToken)
            : await PutOffAsync(due, now + PauseAfterFault, cancellationToken);
    });

    private async Task<bool> WriteWaitingAsync(Stored<ServiceOrder> stored, ServiceOrder waiting, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var draft = new Draft<ServiceOrder>(waiting);
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                await orders.WriteAsync(write, stored, draft);
                // After a change it is looked at at once, unless somebody says when.
                await ServiceOrderDue.SetAsync(write, waiting.Id, at, Sight.All);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Items that nothing of other orders keeps from being worked any more. Those that change nothing are completed; what can never be worked has failed.</summary>
    private async ValueTask<(IReadOnlyList<ServiceOrder> Steps, IReadOnlyList<string> Released)> FindReleasedAsync(ServiceOrder order, DateTimeOffset now)
    {
        var outside = WorkItems.Of(order).Where(item => item.Value == Readiness.Outside).Select(item => item.Key).ToList();
        if (outside.Count == 0)
            return ([], []);
        var others = new Dictionary<string, ServiceOrder>();
        foreach (var id in WorkItems.OtherOrders(order))
        {
            if (await database.ReadAsync(session => orders.FindAsync(session, id, Sight.All)) is { } other)
                others.Add(id, other.Resource);
        }
        others[order.Id] = order;
        var after = order.Clone();
        var released = new List<string>();
        foreach (var item in ServiceOrderLifecycle.Leaves(after).Where(item => outside.Contains(item.Id)))
        {
            if (WorkItems.ObstacleOf(order, item.Id, others) is { } obstacle)
            {
                if (obstacle.IsFinal)
                    ServiceOrderLifecycle.FailDependent(item, $"{obstacle.Name}, which this item depends on, will not be completed.", now);
            }
            else if (item.Action == Tmf.Common.V4.OrderItemAction.NoChange)
            {
                item.State = ServiceOrderItemState.Completed;
            }
            else
            {
                released.Add(item.Id);
            }
        }
        ServiceOrderLifecycle.Settle(after, now);
        return (order.Equals(after) ? [] : [.. ServiceOrderLifecycle.Steps(order, after)], released);
    }

    private Task<bool> PutOffAsync(DueServiceOrder due, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        Caller.Server,
        async write =>
        {
            await ServiceOrderDue.PutOffAsync(write, due, at);
            return true;
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Warning, "Orders are not checked for now: {Reason}")]
    private partial void LogCatalog(string reason);

    [LoggerMessage(LogLevel.Error, "The order {OrderId} could not be looked at, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotLookedAt(Exception cause, string orderId, int leftOut);
}
