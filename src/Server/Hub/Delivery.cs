using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hub;

/// <summary>What all deliveries work with.</summary>
internal sealed record DeliveryServices(
    Database Database, EventTail Tail, EventLog Log, EventApis Apis, EventSubscriptionStore Store, WebhookSender Sender, DeliveryLanes Lanes,
    Leases Leases, IOptions<WebhookOptions> Options, TimeProvider Time, UnreadableEvents Unreadable);

/// <summary>
/// The delivery of one subscription, by the server that has its lease: a cursor over the log. One event at a time, in order; the
/// next one only when the one before was taken and that is durable. What an event makes several bodies of is
/// sent one by one too; where the delivery is taken up anew in between, it begins with the first of them.
/// </summary>
internal sealed class Delivery
{
    // Passing an event over is not worth a write; having passed many is, so that a restart need not look at them again.
    private const int PassedBeforeStored = 1000;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);
    private static readonly WebhookAnswer SecretIsLost = new(null, "The secret cannot be decrypted, since its key is lost; nothing is sent until it is given a new one.");

    private readonly DeliveryServices _services;
    private readonly StoredEventSubscription _subscription;
    private readonly Lease _lease;
    private readonly EventCursor _cursor;
    private readonly INotifications _notifications;
    private readonly Uri _callback;
    private long _storedPosition;
    private long _missed;
    private long _storedMissed;
    private long _attempts;
    private int _failures;
    private DateTimeOffset? _failingSince;
    private DateTimeOffset? _nextTry;
    private bool _isSlow;

    public Delivery(StoredEventSubscription subscription, Lease lease, string publicAddress, DeliveryServices services)
    {
        _services = services;
        _subscription = subscription;
        _lease = lease;
        var api = services.Apis.Find(subscription.Subscription.Api)!;
        _notifications = services.Apis.DialectOf(api).Open(api, subscription.Subscription, subscription.Sight, publicAddress);
        _cursor = new EventCursor(services.Tail, services.Log, services.Database, _notifications.Filter, services.Time, LongestSilence);
        _callback = new Uri(subscription.Subscription.Callback);
        _storedPosition = subscription.Position;
        _cursor.MoveTo(subscription.Position);
        _missed = _storedMissed = subscription.MissedEvents;
        _attempts = subscription.Attempts;
        _failures = (int)subscription.FailedAttempts;
        _failingSince = subscription.FailingSince;
        _nextTry = subscription.NextTry;
        _isSlow = _failures > 0;
    }

    /// <summary>Up to here everything was delivered or did not match.</summary>
    public long Position => _cursor.Seen;

    /// <summary>Delivers until the subscription is suspended, or an operator has started it over or removed it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await _cursor.OpenAsync();
            while (await TakeAsync(await _cursor.NextAsync(stop), stop))
            {
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (_cursor.Done > _storedPosition)
                await StorePassedAsync(_cursor.Done);
        }
        finally
        {
            _cursor.Close();
        }
    }

    /// <returns>False where delivery ends.</returns>
    private async Task<bool> TakeAsync(CursorStep step, CancellationToken stop)
    {
        switch (step.Kind)
        {
            case CursorStepKind.Event:
                return await DeliverAsync(step.Event!, stop) && await PassAsync();
            case CursorStepKind.Unreadable:
                _services.Unreadable.Report(step.Event!, null);
                _missed++;
                return await PassAsync();
            case CursorStepKind.Gone:
                var oldest = (await _services.Database.ReadAsync(EventLog.BoundsAsync)).Oldest;
                var gone = Math.Max(0, oldest - 1 - _cursor.Position);
                // How many of them were for who does not hear everything nobody knows any more; how many others there were it is not told.
                _missed += _subscription.Sight.SeesAll ? gone : Math.Min(1, gone);
                _cursor.MoveTo(Math.Max(_cursor.Position, oldest - 1));
                return await PassAsync();
            default:
                return await PassAsync();
        }
    }

    private async Task<bool> PassAsync()
    {
        var isWorthStoring = _cursor.Position - _storedPosition >= PassedBeforeStored || _missed != _storedMissed;
        return !isWorthStoring || await StorePassedAsync(_cursor.Position);
    }

    /// <summary>Sends what there is to be told of an event.</summary>
    /// <returns>False where it is given up.</returns>
    private async Task<bool> DeliverAsync(LoggedEvent logged, CancellationToken stop)
    {
        IReadOnlyList<Notification> notifications;
        try
        {
            notifications = await _notifications.OfAsync(logged);
        }
        catch (Exception e) when (e is not RpcException)
        {
            _services.Unreadable.Report(logged, e);
            _missed++;
            return true;
        }

        for (var i = 0; i < notifications.Count; i++)
        {
            if (!await DeliverAsync(logged, notifications[i], isLast: i == notifications.Count - 1, stop))
                return false;
        }
        return true;
    }

    /// <summary>Sends a notification until the listener takes it.</summary>
    /// <returns>False where it is given up.</returns>
    private async Task<bool> DeliverAsync(LoggedEvent logged, Notification notification, bool isLast, CancellationToken stop)
    {
        while (true)
        {
            var time = _services.Time;
            if (_nextTry - time.GetUtcNow() is { } wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, stop);

            // Another server may have sent it by now, and what comes after it.
            if (!_services.Leases.IsSure(_lease))
                return false;
            if (await _services.Lanes.RunAsync(_isSlow, () => SendAsync(logged, notification, stop), stop) is not { } attempt)
                return false;
            _isSlow = DeliveryLanes.IsSlow(attempt.Duration, attempt.Answer);
            if (attempt.Answer.Error is null)
            {
                // While there is more of an event to tell, the place is before it.
                if (isLast)
                    _cursor.Finish();
                (_failures, _failingSince, _nextTry, _storedPosition) = (0, null, null, isLast ? logged.Position : logged.Position - 1);
                return await _services.Store.DeliveredAsync(_subscription.Id, _subscription.Generation, _lease, attempt, _storedPosition);
            }
            if (!await FailAsync(attempt))
                return false;
        }
    }

    /// <returns>Null where the subscription is no longer ours to deliver.</returns>
    private async Task<RecordedAttempt?> SendAsync(LoggedEvent logged, Notification notification, CancellationToken stop)
    {
        var started = _services.Time.GetTimestamp();
        var now = _services.Time.GetUtcNow();
        if (await _services.Store.FindSecretsAsync(_subscription.Id, _subscription.Generation, now) is not { } secrets)
            return null;
        var message = new WebhookMessage(_callback, notification.Id, _notifications.ContentType, notification.Body, secrets.All);
        var answer = secrets.IsLost ? SecretIsLost : await MeasuredDelivery.SendAsync(message, _subscription.Id, logged, _services.Sender, stop);
        return new RecordedAttempt(++_attempts, logged.Position, notification.Id, notification.Type, now, _services.Time.GetElapsedTime(started), answer);
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
        return await _services.Store.FailedAsync(_subscription.Id, _subscription.Generation, _lease, attempt, failure) && suspended is null;
    }

    private Task<bool> StorePassedAsync(long position)
    {
        (_storedPosition, _storedMissed) = (position, _missed);
        return _services.Store.PassedAsync(_subscription.Id, _subscription.Generation, _lease, position, _missed);
    }
}
