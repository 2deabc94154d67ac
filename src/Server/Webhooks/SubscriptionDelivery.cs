using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.EventSubscriptions;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Webhooks;

/// <summary>What all deliveries work with.</summary>
internal sealed record DeliveryServices(
    Database Database, EventTail Tail, DeliveryStore Store, WebhookSender Sender, DeliveryLanes Lanes, IOptions<WebhookOptions> Options, TimeProvider Time);

/// <summary>
/// The delivery of one subscription: a cursor over the log. One event at a time, in order; the next one only when the one
/// before was taken and that is durable.
/// </summary>
internal sealed class SubscriptionDelivery
{
    // What a delivery that waits for its next try holds on to.
    private const int BatchEvents = 64;
    private const int BatchBytes = 64 * 1024;

    // Passing an event over is not worth a write; having passed many is, so that a restart need not look at them again.
    private const int PassedBeforeStored = 1000;

    private readonly DeliveryServices _services;
    private readonly StoredEventSubscription _subscription;
    private readonly Watcher _watcher;
    private readonly WebhookPayload _payload;
    private readonly Uri _callback;
    private long _position;
    private long _storedPosition;
    private long _missed;
    private long _storedMissed;
    private long _attempts;
    private int _failures;
    private DateTimeOffset? _failingSince;
    private DateTimeOffset? _nextTry;
    private bool _isSlow;

    public SubscriptionDelivery(StoredEventSubscription subscription, string publicAddress, DeliveryServices services)
    {
        _services = services;
        _subscription = subscription;
        var query = EventQuery.Parse(subscription.Subscription.Query);
        var api = EventApi.Find(subscription.Subscription.Api)!;
        _watcher = new Watcher(new EventFilter(query.Filter, api.EventTypes, null));
        _payload = new WebhookPayload(subscription.Subscription.Format, query.Fields, publicAddress, api);
        _callback = new Uri(subscription.Subscription.Callback);
        _position = _storedPosition = subscription.Position;
        _missed = _storedMissed = subscription.MissedEvents;
        _attempts = subscription.Attempts;
        _failures = subscription.FailedAttempts;
        _failingSince = subscription.FailingSince;
        _nextTry = subscription.NextTry;
        _isSlow = _failures > 0;
    }

    /// <summary>Up to here everything was delivered or did not match.</summary>
    public long Position => _services.Tail.SeenBy(_watcher, Volatile.Read(ref _position));

    /// <summary>Delivers until the subscription is suspended, or an operator has started it over or removed it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _services.Tail.Join(_watcher);
        try
        {
            while (await AdvanceAsync(stop))
            {
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (_position > _storedPosition)
                await StorePassedAsync(_position);
        }
        finally
        {
            _services.Tail.Leave(_watcher);
        }
    }

    /// <summary>Takes the next events, from memory or from the database, or waits for them.</summary>
    /// <returns>False where delivery ends.</returns>
    private async Task<bool> AdvanceAsync(CancellationToken stop)
    {
        var tail = _services.Tail;
        if (_position >= tail.Last)
        {
            // What was read from the database may be ahead of what the tail has seen.
            var wakeup = await tail.WaitAsync(_watcher, _position, stop);
            return await PassToAsync(Math.Max(_position, wakeup.Position));
        }
        if (tail.Find(_position + 1) is { } known)
            return await TakeAsync(known, stop);

        var batch = _services.Database.Read(session => EventLog.ReadAfter(session, _position, BatchEvents, BatchBytes, _watcher.Filter.IsWanted));
        if (batch is null)
        {
            var oldest = _services.Database.ReadConsistently(EventLog.Bounds).Oldest;
            _missed += Math.Max(0, oldest - 1 - _position);
            return await PassToAsync(Math.Max(_position, oldest - 1));
        }
        foreach (var logged in batch.Events)
        {
            if (!await TakeAsync(logged, stop))
                return false;
        }
        return await PassToAsync(batch.Position);
    }

    private async Task<bool> TakeAsync(LoggedEvent logged, CancellationToken stop)
    {
        if (_watcher.Filter.Matches(logged) && !await DeliverAsync(logged, stop))
            return false;
        return await PassToAsync(logged.Position);
    }

    private async Task<bool> PassToAsync(long position)
    {
        Volatile.Write(ref _position, position);
        var isWorthStoring = _position - _storedPosition >= PassedBeforeStored || _missed != _storedMissed;
        return !isWorthStoring || await StorePassedAsync(_position);
    }

    /// <summary>Sends an event until the listener takes it.</summary>
    /// <returns>False where it is given up.</returns>
    private async Task<bool> DeliverAsync(LoggedEvent logged, CancellationToken stop)
    {
        var body = _payload.Of(logged);
        while (true)
        {
            var time = _services.Time;
            if (_nextTry - time.GetUtcNow() is { } wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, stop);

            var attempt = await _services.Lanes.RunAsync(_isSlow, () => SendAsync(logged, body, stop), stop);
            _isSlow = DeliveryLanes.IsSlow(attempt.Duration, attempt.Answer);
            if (attempt.Answer.Error is null)
            {
                (_failures, _failingSince, _nextTry, _storedPosition) = (0, null, null, logged.Position);
                return await _services.Store.DeliveredAsync(_subscription.Id, _subscription.Generation, attempt);
            }
            if (!await FailAsync(attempt))
                return false;
        }
    }

    private async Task<RecordedAttempt> SendAsync(LoggedEvent logged, ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        var id = logged.Root.GetProperty("eventId").GetString()!;
        var started = _services.Time.GetTimestamp();
        var now = _services.Time.GetUtcNow();
        var message = new WebhookMessage(_callback, id, _payload.ContentType, body, _services.Store.Secrets(_subscription.Id, now));
        var answer = await _services.Sender.SendAsync(message, stop);
        return new RecordedAttempt(++_attempts, logged.Position, id, logged.Type, now, _services.Time.GetElapsedTime(started), answer);
    }

    /// <returns>False where the subscription is suspended or no longer ours.</returns>
    private async Task<bool> FailAsync(RecordedAttempt attempt)
    {
        var now = _services.Time.GetUtcNow();
        _failures++;
        _failingSince ??= now;
        _nextTry = attempt.Answer.IsGone
            ? null
            : RetrySchedule.NextTry(
                _services.Options.Value, _failures, _failingSince.Value, now, attempt.Answer.RetryAfter, Random.Shared.NextDouble());
        var suspended = _nextTry is not null ? null
            : attempt.Answer.IsGone ? "The listener answered 410: it is gone."
            : $"The listener did not take event {attempt.EventId} in {_failures} attempts since {_failingSince.Value:yyyy-MM-dd'T'HH:mm:ss'Z'}. "
                + attempt.Answer.Error;
        _storedPosition = attempt.Position - 1;
        var failure = new DeliveryFailure(_failures, _failingSince.Value, _nextTry, suspended);
        return await _services.Store.FailedAsync(_subscription.Id, _subscription.Generation, attempt, failure) && suspended is null;
    }

    private Task<bool> StorePassedAsync(long position)
    {
        (_storedPosition, _storedMissed) = (position, _missed);
        return _services.Store.PassedAsync(_subscription.Id, _subscription.Generation, position, _missed);
    }
}
