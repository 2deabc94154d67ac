using System.Threading.Channels;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// Does what is due, on one server of all: checks and begins orders, looks again at those that waited for others, ends leases
/// that ran out and pauses that are over. When something is due stands in the database; between two of them nothing is done,
/// however many orders wait.
/// </summary>
internal sealed partial class DueWork(
    Database database, Leases leases, ResourceTable<ServiceOrder> orders, ServiceOrderStore store, ServiceOrderChecking checking, WorkStore work,
    IOptions<CheckingOptions> options, ErrorLogLimit limit, TimeProvider time, ILogger<DueWork> logger) : BackgroundService
{
    internal const string Earliest = "select (select min(at) from service_order_due), (select min(due) from work where due is not null)";

    private const string LeaseName = "due work";
    private const int LargestRound = 64;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);
    // A timer takes no longer time.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Lease? _lease;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void Wake() => _signal.Writer.TryWrite(true);
        database.Committed += Wake;
        leases.Changed += Wake;
        try
        {
            while (true)
            {
                TimeSpan pause;
                try
                {
                    pause = await IsMineAsync(stoppingToken) ? await WorkAsync(stoppingToken) : BetweenLooks;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e);
                    pause = BetweenLooks;
                }
                if (pause > TimeSpan.Zero)
                    await SleepAsync(pause, stoppingToken);
            }
        }
        finally
        {
            database.Committed -= Wake;
            leases.Changed -= Wake;
        }
    }

    private async Task<bool> IsMineAsync(CancellationToken cancellationToken)
    {
        if (!leases.IsMine(LeaseName))
        {
            if (_lease is { IsLost: false } held)
                await leases.ReleaseAsync(held);
            _lease = null;
            return false;
        }
        if (_lease is null or { IsLost: true })
            _lease = (await leases.TakeAsync([LeaseName], cancellationToken)).SingleOrDefault();
        return _lease is not null;
    }

    /// <summary>Does what is due now.</summary>
    /// <returns>How long nothing more is.</returns>
    private async Task<TimeSpan> WorkAsync(CancellationToken cancellationToken)
    {
        var (order, item) = await database.ReadAsync(session => session.FindAsync<(long? Order, long? Item)>(Earliest));
        var first = Math.Min(order ?? long.MaxValue, item ?? long.MaxValue) - time.GetUtcNow().ToUnixTimeMilliseconds();
        if (first > 0)
            return first < LongestSleep.TotalMilliseconds ? TimeSpan.FromMilliseconds(first) : LongestSleep;

        var now = time.GetUtcNow();
        var due = await database.ReadAsync(session => ServiceOrderDue.ListAsync(session, now, LargestRound));
        var rows = await database.ReadAsync(session => WorkTable.DueAsync(session, now, LargestRound));
        await Task.WhenAll([.. due.Select(each => LookAsync(each, cancellationToken)), .. rows.Select(row => EndAsync(row, cancellationToken))]);
        return TimeSpan.Zero;
    }

    private async Task SleepAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signal = _signal.Reader.WaitToReadAsync(end.Token).AsTask();
        await Task.WhenAny(signal, Task.Delay(pause, time, end.Token));
        await end.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _signal.Reader.TryRead(out _);
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
                if (limit.Admit("catalog") is not null)
                    LogCatalog(e.Message);
            }
            else if (limit.Admit("due order") is { } leftOut)
            {
                LogNotLookedAt(e, due.OrderId, leftOut);
            }
            await PutOffAsync(due, time.GetUtcNow() + PauseAfterFault, cancellationToken);
        }
    }

    private async Task<bool> LookOnceAsync(DueServiceOrder due, CancellationToken cancellationToken)
    {
        var stored = await database.ReadAsync(session => orders.FindAsync(session, due.OrderId));
        var now = time.GetUtcNow();
        var (steps, released) = stored is null ? ([], [])
            : stored.Resource.State == ServiceOrderState.Acknowledged ? (await CheckAsync(stored.Resource, now, cancellationToken), [])
            : await FindReleasedAsync(stored.Resource, now);
        // It passed, and waits for its date.
        if (steps is null)
            return await PutOffAsync(due, stored!.Resource.RequestedStartDate.ToDateTimeOffset(), cancellationToken);
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
    private async ValueTask<IReadOnlyList<ServiceOrder>?> CheckAsync(ServiceOrder order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (options.Value.Mode == CheckingMode.Manual)
            return [];
        var problems = await checking.CheckAsync(order, "", cancellationToken);
        if (problems.Count > 0)
        {
            var rejected = order.Clone();
            ServiceOrderChecks.Reject(rejected, problems, now);
            return [rejected];
        }
        if (order.RequestedStartDate is { } start && start.ToDateTimeOffset() > now)
            return null;
        var begun = order.Clone();
        ServiceOrderLifecycle.Begin(begun, now);
        return [.. ServiceOrderLifecycle.Steps(order, begun)];
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
            if (await database.ReadAsync(session => orders.FindAsync(session, id)) is { } other)
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

    private async Task EndAsync(WorkRow row, CancellationToken cancellationToken)
    {
        try
        {
            if (row.State == "leased")
                await work.LoseAsync(row, isExpired: true, cancellationToken);
            else
                await WakeAsync(row, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (limit.Admit("due item") is { } leftOut)
                LogNotEnded(e, row.ItemId, row.OrderId, leftOut);
            await WakeAsync(row, cancellationToken);
        }
    }

    /// <summary>Lets an item be tried again; one whose lease cannot be ended is seen again in a moment.</summary>
    private Task<bool> WakeAsync(WorkRow row, CancellationToken cancellationToken) => database.WriteAsync(
        Caller.Server,
        async write =>
        {
            if (row.State == "leased")
                await WorkTable.PutOffAsync(write, row, write.Clock + PauseAfterFault);
            else
                await WorkTable.WakeAsync(write, row);
            return true;
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Error, "What is due could not be found; this is tried again")]
    private partial void LogFailed(Exception cause);

    [LoggerMessage(LogLevel.Warning, "Orders are not checked for now: {Reason}")]
    private partial void LogCatalog(string reason);

    [LoggerMessage(LogLevel.Error, "The order {OrderId} could not be looked at, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotLookedAt(Exception cause, string orderId, int leftOut);

    [LoggerMessage(LogLevel.Error, "The lease on item {ItemId} of the order {OrderId} could not be ended, which is tried again; {LeftOut} like it were left out of the log")]
    private partial void LogNotEnded(Exception cause, string itemId, string orderId, int leftOut);
}
