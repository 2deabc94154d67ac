using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.EventSubscriptions;

/// <summary>A subscription and how far its delivery has come.</summary>
internal sealed record StoredEventSubscription
{
    /// <summary>What was registered.</summary>
    public required EventSubscription Subscription { get; init; }

    /// <summary>Grows with every act of an operator that delivery has to start over for.</summary>
    public required long Generation { get; init; }

    /// <summary>Up to here everything was delivered or did not match.</summary>
    public required long Position { get; init; }

    /// <summary>Position of the last event of the log when this was read.</summary>
    public required long LastPosition { get; init; }

    public required long MissedEvents { get; init; }

    public string? SuspendedReason { get; init; }

    public required int FailedAttempts { get; init; }

    public DateTimeOffset? FailingSince { get; init; }

    public DateTimeOffset? NextTry { get; init; }

    public DateTimeOffset? LastSuccess { get; init; }

    public DateTimeOffset? LastFailure { get; init; }

    public string? LastError { get; init; }

    /// <summary>How many attempts there were; the number of the last one.</summary>
    public required long Attempts { get; init; }

    public string Id => Subscription.Id;

    public bool IsSuspended => SuspendedReason is not null;

    /// <summary>The subscription as clients see it.</summary>
    /// <param name="tokens">Makes tokens of positions.</param>
    /// <param name="livePosition">Where the running delivery is: it passes events that do not match without storing each.</param>
    public EventSubscription Shown(long? livePosition, ResumeTokens tokens)
    {
        var position = Math.Max(livePosition ?? 0, Position);
        var delivery = new EventDelivery
        {
            State = IsSuspended ? EventDeliveryState.Suspended : FailedAttempts > 0 ? EventDeliveryState.Retrying : EventDeliveryState.Active,
            SuspendedReason = SuspendedReason ?? "",
            ResumeToken = tokens.Write(position),
            Lag = Math.Max(0, LastPosition - position),
            MissedEvents = MissedEvents,
            LastError = LastError ?? "",
            FailedAttempts = FailedAttempts,
        };
        if (LastSuccess is { } success)
            delivery.LastSuccess = TmfDate.Of(success);
        if (LastFailure is { } failure)
            delivery.LastFailure = TmfDate.Of(failure);
        if (NextTry is { } next)
            delivery.NextTry = TmfDate.Of(next);
        var shown = Subscription.Clone();
        shown.Delivery = delivery;
        return shown;
    }
}
