using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Hub;

/// <summary>Keeps one delivery running for each subscription that is not suspended.</summary>
internal sealed partial class WebhookDispatcher(
    EventSubscriptionStore subscriptions, DeliveryServices services, CallbackRules rules, PublicAddress address,
    IHostApplicationLifetime lifetime, ILogger<WebhookDispatcher> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Running> _running = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Where a running delivery is; null where none runs.</summary>
    public long? PositionOf(string id)
    {
        lock (_gate)
            return _running.GetValueOrDefault(id)?.Delivery?.Position;
    }

    /// <summary>Takes up what was changed in a subscription: starts, ends or restarts its delivery.</summary>
    public void Restart(string id)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            var before = _running.GetValueOrDefault(id);
            before?.Stop.Cancel();
            var running = new Running(CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token));
            _running[id] = running;
            running.Task = Task.Run(() => RunAsync(id, running, before?.Task));
        }
    }

    public override void Dispose()
    {
        _stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Where the server listens decides which callbacks are allowed.
            var started = new TaskCompletionSource();
            using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(stoppingToken);
            if (rules.LoopbackIsAllowed)
                LogLoopbackIsAllowed();
            foreach (var id in await subscriptions.ListIdsAsync())
                Restart(id);
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await StopDeliveriesAsync();
        }
    }

    private Task StopDeliveriesAsync()
    {
        lock (_gate)
        {
            _stopping.Cancel();
            return Task.WhenAll(_running.Values.Select(running => running.Task));
        }
    }

    private async Task RunAsync(string id, Running running, Task? before)
    {
        // Two deliveries of one subscription would break its order.
        if (before is not null)
            await before;
        var stop = running.Stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await DeliverAsync(id, running, stop);
                break;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                LogFault(e, id);
                await Task.Delay(PauseAfterFault, services.Time, stop).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            catch (Exception e)
            {
                LogFault(e, id);
            }
        }
        lock (_gate)
        {
            if (_running.GetValueOrDefault(id) == running)
                _running.Remove(id);
        }
        running.Stop.Dispose();
    }

    private async Task DeliverAsync(string id, Running running, CancellationToken stop)
    {
        if (await subscriptions.FindAsync(id) is not { IsSuspended: false } subscription)
            return;
        running.Delivery = new Delivery(subscription, address.Default, services);
        await running.Delivery.RunAsync(stop);
        if (await subscriptions.FindAsync(id) is { SuspendedReason: { } reason } now && now.Generation == subscription.Generation)
            LogSuspended(id, subscription.Subscription.Callback, reason);
    }

    [LoggerMessage(LogLevel.Information, "Callbacks may lead to this machine (127.0.0.0/8, ::1), since only this machine can reach the server")]
    private partial void LogLoopbackIsAllowed();

    [LoggerMessage(LogLevel.Warning, "Event subscription {Id} to {Callback} is suspended: {Reason}")]
    private partial void LogSuspended(string id, string callback, string reason);

    [LoggerMessage(LogLevel.Error, "Delivery of event subscription {Id} failed and is taken up again")]
    private partial void LogFault(Exception cause, string id);

    private sealed class Running(CancellationTokenSource stop)
    {
        public CancellationTokenSource Stop { get; } = stop;

        public Task Task { get; set; } = Task.CompletedTask;

        public Delivery? Delivery { get; set; }
    }
}
