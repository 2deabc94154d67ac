using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.EventSubscriptions;

namespace ServiceOrdering.Server.Webhooks;

/// <summary>What all deliveries work with.</summary>
internal sealed record DeliveryServices(
    LogTail Log, DeliveryStore Store, WebhookSender Sender, DeliveryLanes Lanes, IOptions<WebhookOptions> Options, TimeProvider Time);

/// <summary>
/// The delivery of one subscription: a cursor over the log. One event at a time, in order; the next one only when the one
/// before was taken and that is durable.
/// </summary>
internal sealed class SubscriptionDelivery
{
    private const int PageSize = 100;

    // Passing an event over is not worth a write; having passed many is, so that a restart need not look at them again.
    private const int PassedBeforeStored = 1000;

    private readonly DeliveryServices _services;
    private readonly StoredEventSubscription _subscription;
    private readonly EventQuery _query;
    private readonly WebhookPayload _payload;
    private readonly IReadOnlyList<string> _resources;
    private readonly Uri _callback;
    private readonly IReadOnlySet<string>? _types;
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
        _query = EventQuery.Parse(subscription.Subscription.Query);
        _types = _query.Filter.TryGetRequiredValues("eventType", out var types) ? types : null;
        var api = EventApi.Find(subscription.Subscription.Api)!;
        _resources = api.Resources;
        _payload = new WebhookPayload(subscription.Subscription.Format, _query.Fields, publicAddress + api.Path);
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
    public long Position => Volatile.Read(ref _position);

    /// <summary>Delivers until the subscription is suspended, or an operator has started it over or removed it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var grown = _services.Log.Grown;
                var events = _services.Log.ReadAfter(_position, PageSize);
                foreach (var logged in events)
                {
                    _missed += logged.Position - _position - 1;
                    if (Matches(logged) && !await DeliverAsync(logged, stop))
                        return;
                    Volatile.Write(ref _position, logged.Position);
                    if (_position - _storedPosition >= PassedBeforeStored && !await StorePassedAsync(_position))
                        return;
                }
                if (events.Count == 0)
                    await grown.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (_position > _storedPosition)
                await StorePassedAsync(_position);
        }
    }

    private bool Matches(LoggedEvent logged)
    {
        if (!_resources.Contains(logged.Resource) || _types?.Contains(logged.Type) == false)
            return false;
        if (_query.Filter.IsAll)
            return true;
        using var document = JsonDocument.Parse(logged.Body);
        return _query.Filter.Matches(document);
    }

    /// <summary>Sends an event until the listener takes it.</summary>
    /// <returns>False where it is given up.</returns>
    private async Task<bool> DeliverAsync(LoggedEvent logged, CancellationToken stop)
    {
        if (_missed != _storedMissed && !await StorePassedAsync(logged.Position - 1))
            return false;
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
        var started = _services.Time.GetTimestamp();
        var now = _services.Time.GetUtcNow();
        var message = new WebhookMessage(_callback, logged.Id, _payload.ContentType, body, _services.Store.Secrets(_subscription.Id, now));
        var answer = await _services.Sender.SendAsync(message, stop);
        return new RecordedAttempt(++_attempts, logged, now, _services.Time.GetElapsedTime(started), answer);
    }

    /// <returns>False where the subscription is suspended or no longer ours.</returns>
    private async Task<bool> FailAsync(RecordedAttempt attempt)
    {
        var now = _services.Time.GetUtcNow();
        _failures++;
        _failingSince ??= now;
        _nextTry = attempt.Answer.IsGone
            ? null
            : RetrySchedule.NextTry(_services.Options.Value, _failures, _failingSince.Value, now, attempt.Answer.RetryAfter, Random.Shared.NextDouble());
        var suspended = _nextTry is not null ? null
            : attempt.Answer.IsGone ? "The listener answered 410: it is gone."
            : $"The listener did not take event {attempt.Event.Id} in {_failures} attempts since {_failingSince.Value:yyyy-MM-dd'T'HH:mm:ss'Z'}. {attempt.Answer.Error}";
        _storedPosition = attempt.Event.Position - 1;
        return await _services.Store.FailedAsync(
                _subscription.Id, _subscription.Generation, attempt, _failures, _failingSince.Value, _nextTry, suspended)
            && suspended is null;
    }

    private Task<bool> StorePassedAsync(long position)
    {
        (_storedPosition, _storedMissed) = (position, _missed);
        return _services.Store.PassedAsync(_subscription.Id, _subscription.Generation, position, _missed);
    }
}
