using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Webhooks;

/// <summary>One attempt to deliver, as it is recorded.</summary>
internal sealed record RecordedAttempt(
    long Number, long Position, string EventId, string EventType, DateTimeOffset Time, TimeSpan Duration, WebhookAnswer Answer);

/// <summary>What follows from a failure.</summary>
/// <param name="Count">How many times the event was sent in vain.</param>
/// <param name="Since">When it was first.</param>
/// <param name="NextTry">When it is sent again; null where it is not.</param>
/// <param name="SuspendedReason">Why it is not sent again.</param>
internal sealed record DeliveryFailure(int Count, DateTimeOffset Since, DateTimeOffset? NextTry, string? SuspendedReason);

/// <summary>
/// How far deliveries have come, in the database. Every write is void, and says so, once an operator has started the
/// subscription over or removed it. None can be cancelled: what happened is recorded, or it would happen again.
/// </summary>
internal sealed class DeliveryStore(Database database, IOptions<WebhookOptions> options)
{
    /// <summary>The listener took an event.</summary>
    public Task<bool> DeliveredAsync(string id, long generation, RecordedAttempt attempt) => database.WriteAsync(session =>
    {
        var isCurrent = session.Prepare(
            """
            update event_subscription set position = @position, attempts = @number, last_success = @time, failed_attempts = 0, failing_since = null,
                next_try = null
            where id = @id and generation = @generation
            """)
            .With("@position", attempt.Position)
            .With("@number", attempt.Number)
            .With("@time", Text(attempt.Time))
            .With("@id", id)
            .With("@generation", generation)
            .Execute() == 1;
        if (isCurrent)
            Record(session, id, attempt);
        return isCurrent;
    }, CancellationToken.None);

    /// <summary>The listener did not take an event.</summary>
    public Task<bool> FailedAsync(string id, long generation, RecordedAttempt attempt, DeliveryFailure failure) => database.WriteAsync(session =>
    {
        var isCurrent = session.Prepare(
            """
            update event_subscription set position = @position, attempts = @number, last_failure = @time, last_error = @error,
                failed_attempts = @failures, failing_since = @failingSince, next_try = @nextTry, suspended_reason = @suspendedReason
            where id = @id and generation = @generation
            """)
            .With("@position", attempt.Position - 1)
            .With("@number", attempt.Number)
            .With("@time", Text(attempt.Time))
            .With("@error", attempt.Answer.Error)
            .With("@failures", failure.Count)
            .With("@failingSince", Text(failure.Since))
            .With("@nextTry", failure.NextTry is { } next ? Text(next) : null)
            .With("@suspendedReason", failure.SuspendedReason)
            .With("@id", id)
            .With("@generation", generation)
            .Execute() == 1;
        if (isCurrent)
            Record(session, id, attempt);
        return isCurrent;
    }, CancellationToken.None);

    /// <summary>Events were passed over, because they do not match or are no longer there.</summary>
    public Task<bool> PassedAsync(string id, long generation, long position, long missedEvents) =>
        database.WriteAsync(session => session.Prepare(
            "update event_subscription set position = @position, missed_events = @missedEvents where id = @id and generation = @generation")
            .With("@position", position)
            .With("@missedEvents", missedEvents)
            .With("@id", id)
            .With("@generation", generation)
            .Execute() == 1, CancellationToken.None);

    /// <summary>What deliveries are signed with now: nothing, one secret, or two while one replaces the other.</summary>
    public IReadOnlyList<string> Secrets(string id, DateTimeOffset now) => database.Read(session => session.Prepare(
        """
        select secret from event_subscription where id = @id and secret is not null
        union all
        select previous_secret from event_subscription where id = @id and previous_secret is not null and previous_secret_until > @now
        """)
        .With("@id", id)
        .With("@now", Text(now))
        .Read(row => row.Text(0)));

    private void Record(Session session, string id, RecordedAttempt attempt)
    {
        session.Prepare(
            """
            insert into delivery_attempt (subscription_id, number, event_id, event_type, position, time, duration_ms, status_code, error)
            values (@id, @number, @eventId, @eventType, @position, @time, @duration, nullif(@status, 0), @error)
            """)
            .With("@id", id)
            .With("@number", attempt.Number)
            .With("@eventId", attempt.EventId)
            .With("@eventType", attempt.EventType)
            .With("@position", attempt.Position)
            .With("@time", Text(attempt.Time))
            .With("@duration", (long)attempt.Duration.TotalMilliseconds)
            .With("@status", (long)(attempt.Answer.StatusCode ?? 0))
            .With("@error", attempt.Answer.Error)
            .Execute();
        session.Prepare("delete from delivery_attempt where subscription_id = @id and number <= @last")
            .With("@id", id)
            .With("@last", attempt.Number - options.Value.AttemptsKept)
            .Execute();
    }

    private static string Text(DateTimeOffset time) => TmfDate.Text(TmfDate.Of(time));
}
