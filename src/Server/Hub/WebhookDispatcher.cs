using System.Threading.Channels;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hub;

/// <summary>
/// Keeps one delivery running for each subscription that is not suspended, on one server of all: whoever has its lease. It
/// compares what runs with what is to run, whenever something may have changed.
/// </summary>
internal sealed partial class WebhookDispatcher(
    EventSubscriptionStore subscriptions, DeliveryServices services, Leases leases, Database database, CallbackRules rules, PublicAddress address,
    IHostApplicationLifetime lifetime, ILogger<WebhookDispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);

    // How late what another server did to a subscription is seen here.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Running> _running = [];
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Where the delivery of a subscription is; null where it does not run here, or not yet again.</summary>
    public long? PositionOf(StoredEventSubscription subscription)
    {
        lock (_gate)
            return _running.GetValueOrDefault(subscription.Id) is { } running && running.Generation == subscription.Generation ? running.Delivery?.Position : null;
    }

    /// <summary>The deliveries that run here, by their subscriptions, and where they are.</summary>
    public IReadOnlyList<(string Id, long Position)> Positions =>
        [.. All().Where(running => running.Delivery is not null).Select(running => (running.Id, running.Delivery!.Position))];

    /// <summary>To be called when something was done to a subscription.</summary>
    public void LookAgain() => _changed.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Where the server listens decides which callbacks are allowed.
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        leases.Changed += LookAgain;
        if (rules.LoopbackIsAllowed)
            LogLoopbackIsAllowed();
        try
        {
            while (true)
            {
                await LookAsync(stoppingToken);
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                if (database.IsShared)
                    timeout.CancelAfter(BetweenLooks);
                await _changed.Reader.ReadAsync(timeout.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            leases.Changed -= LookAgain;
            await StopAllAsync();
        }
    }

    /// <summary>Starts, ends and restarts deliveries.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var wanted = (await subscriptions.ListActiveAsync()).Where(subscription => leases.IsMine(LeaseOf(subscription.Id)))
                .ToDictionary(subscription => subscription.Id, subscription => subscription.Generation);
            foreach (var running in All())
            {
                if (running.Lease.IsLost || wanted.GetValueOrDefault(running.Id) != running.Generation)
                    await running.Stop.CancelAsync();
                if (running.Task.IsCompleted)
                    await EndAsync(running, keepsLease: wanted.ContainsKey(running.Id));
            }
            await StartAsync([.. wanted.Keys.Except(All().Select(running => running.Id))], cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogLookFailed(e);
            await Task.Delay(PauseAfterFault, cancellationToken);
            LookAgain();
        }
    }

    private async Task StartAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        foreach (var lease in await leases.TakeAsync([.. ids.Select(LeaseOf)], cancellationToken))
        {
            // As it is now: under the lease nobody else moves it on.
            var id = lease.Name[LeaseOf("").Length..];
            var subscription = await subscriptions.FindAsync(id);
            var running = new Running(id, subscription?.Generation ?? 0, lease);
            lock (_gate)
                _running[id] = running;
            running.Task = subscription is { IsSuspended: false } ? Task.Run(() => RunAsync(running), CancellationToken.None) : Task.CompletedTask;
            _ = running.Task.ContinueWith(_ => LookAgain(), TaskScheduler.Default);
        }
    }

    private async Task EndAsync(Running running, bool keepsLease)
    {
        lock (_gate)
            _running.Remove(running.Id);
        running.Stop.Dispose();
        // What starts over here in a moment takes it again.
        if (!keepsLease)
            await leases.ReleaseAsync(running.Lease);
    }

    private Task StopAllAsync() => Task.WhenAll(All().Select(async running =>
    {
        await running.Stop.CancelAsync();
        await running.Task;
        await EndAsync(running, keepsLease: !database.IsShared);
    }));

    private List<Running> All()
    {
        lock (_gate)
            return [.. _running.Values];
    }

    private async Task RunAsync(Running running)
    {
        var stop = running.Stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await subscriptions.FindAsync(running.Id) is not { IsSuspended: false } subscription || subscription.Generation != running.Generation)
                    return;
                running.Delivery = new Delivery(subscription, running.Lease, address.Default, services);
                await running.Delivery.RunAsync(stop);
                if (await subscriptions.FindAsync(running.Id) is { SuspendedReason: { } reason } now && now.Generation == subscription.Generation)
                    LogSuspended(running.Id, new Uri(subscription.Subscription.Callback).GetLeftPart(UriPartial.Path), reason);
                return;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                LogFault(e, running.Id);
                await Task.Delay(PauseAfterFault, services.Time, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (Exception e)
            {
                LogFault(e, running.Id);
            }
        }
    }

    private static string LeaseOf(string id) => "delivery/" + id;

    [LoggerMessage(LogLevel.Information, "Callbacks may lead to this machine (127.0.0.0/8, ::1), since only this machine can reach the server")]
    private partial void LogLoopbackIsAllowed();

    [LoggerMessage(LogLevel.Warning, "Event subscription {Id} to {Callback} is suspended: {Reason}")]
    private partial void LogSuspended(string id, string callback, string reason);

    [LoggerMessage(LogLevel.Error, "Delivery of event subscription {Id} failed and is taken up again")]
    private partial void LogFault(Exception cause, string id);

    [LoggerMessage(LogLevel.Error, "What is to be delivered could not be looked up; this is tried again")]
    private partial void LogLookFailed(Exception cause);

    private sealed class Running(string id, long generation, Lease lease)
    {
        public string Id => id;

        public long Generation => generation;

        public Lease Lease => lease;

        public CancellationTokenSource Stop { get; } = new();

        public Task Task { get; set; } = Task.CompletedTask;

        public Delivery? Delivery { get; set; }
    }
}
