using System.Globalization;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hub;

/// <summary>A subscription and how far its delivery has come: its row.</summary>
internal sealed class StoredEventSubscription
{
    /// <summary>The columns of <see cref="StoredEventSubscription"/>, and where the log ends.</summary>
    public const string Columns =
        """
        id, body, generation, position, (select last from event_position) as LastPosition, missed_events as MissedEvents,
        suspended_reason as SuspendedReason, failed_attempts as FailedAttempts, failing_since as FailingSinceText, next_try as NextTryText,
        last_success as LastSuccessText, last_failure as LastFailureText, last_error as LastError, attempts, sight as SightText
        """;

    public required string Id { get; init; }

    public required string Body { get; init; }

    /// <summary>Grows with every act of an operator that delivery has to start over for.</summary>
    public required long Generation { get; init; }

    /// <summary>Up to here everything was delivered or did not match.</summary>
    public required long Position { get; init; }

    /// <summary>Position of the last event of the log when this was read.</summary>
    public required long LastPosition { get; init; }

    public required long MissedEvents { get; init; }

    public string? SuspendedReason { get; init; }

    public required long FailedAttempts { get; init; }

    public string? FailingSinceText { get; init; }

    public string? NextTryText { get; init; }

    public string? LastSuccessText { get; init; }

    public string? LastFailureText { get; init; }

    public string? LastError { get; init; }

    /// <summary>How many attempts there were; the number of the last one.</summary>
    public required long Attempts { get; init; }

    public required string SightText { get; init; }

    /// <summary>How much it hears: as much as who has registered it saw.</summary>
    public Sight Sight => field ??= Sight.Parse(SightText);

    /// <summary>What was registered.</summary>
    public EventSubscription Subscription => field ??= JsonFormat.Parse<EventSubscription>(Body);

    public DateTimeOffset? FailingSince => Time(FailingSinceText);

    public DateTimeOffset? NextTry => Time(NextTryText);

    public bool IsSuspended => SuspendedReason is not null;

    /// <summary>The subscription as clients see it. How many events there are behind its place is told to who sees all of them.</summary>
    /// <param name="sight">How much the client sees.</param>
    /// <param name="tokens">Makes tokens of positions.</param>
    /// <param name="livePosition">Where the running delivery is: it passes events that do not match without storing each.</param>
    public EventSubscription Shown(Sight sight, long? livePosition, ResumeTokens tokens)
    {
        var position = Math.Max(livePosition ?? 0, Position);
        var delivery = new EventDelivery
        {
            State = IsSuspended ? EventDeliveryState.Suspended : FailedAttempts > 0 ? EventDeliveryState.Retrying : EventDeliveryState.Active,
            SuspendedReason = SuspendedReason ?? "",
            ResumeToken = tokens.Write(position),
            Lag = sight.SeesAll ? Math.Max(0, LastPosition - position) : 0,
            MissedEvents = MissedEvents,
            LastError = LastError ?? "",
            FailedAttempts = (int)FailedAttempts,
        };
        if (Time(LastSuccessText) is { } success)
            delivery.LastSuccess = TmfDate.Of(success);
        if (Time(LastFailureText) is { } failure)
            delivery.LastFailure = TmfDate.Of(failure);
        if (NextTry is { } next)
            delivery.NextTry = TmfDate.Of(next);
        var shown = Subscription.Clone();
        shown.Delivery = delivery;
        return shown;
    }

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
