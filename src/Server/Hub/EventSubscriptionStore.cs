using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hub;

/// <summary>A page of subscriptions.</summary>
internal sealed record EventSubscriptionPage(IReadOnlyList<StoredEventSubscription> Subscriptions, long TotalCount);

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
/// Event subscriptions in the database, what operators do to them, and how far deliveries have come. What a delivery writes is
/// void, and says so, once an operator has started the subscription over or removed it, or another server has taken it over; none of
/// it can be cancelled: what happened is recorded, or it would happen again.
/// </summary>
internal sealed class EventSubscriptionStore(Database database, IOptions<WebhookOptions> options)
{
    private const string Find = $"select {StoredEventSubscription.Columns} from event_subscription where id = @id and @api in ('', api)";

    /// <summary>Stores a new subscription, which starts with the next event.</summary>
    /// <param name="caller">Who has it stored.</param>
    /// <param name="subscription">The subscription.</param>
    /// <param name="exists">Refuses it where there is one with the same callback and query, whose id it is told.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<StoredEventSubscription> CreateAsync(
        Caller caller, EventSubscription subscription, Func<string, RpcException> exists, CancellationToken cancellationToken)
    {
        var registered = subscription.Clone();
        registered.ClearSecret();
        var body = JsonFormat.ToText(registered);
        return database.WriteAsync(caller, async write =>
        {
            var twin = await write.Session.FindAsync<string>(
                "select id from event_subscription where api = @api and callback = @callback and query = @query",
                new { api = subscription.Api, callback = subscription.Callback, query = subscription.Query });
            if (twin is not null)
                throw exists(twin);
            await write.Session.SendAsync(
                """
                insert into event_subscription (id, api, callback, query, body, secret, generation, position, missed_events, failed_attempts, attempts)
                values (@id, @api, @callback, @query, @body, @secret, 1, @position, 0, 0, 0)
                """,
                new
                {
                    id = subscription.Id,
                    api = subscription.Api,
                    callback = subscription.Callback,
                    query = subscription.Query,
                    body,
                    secret = subscription.HasSecret ? subscription.Secret : null,
                    position = write.UpcomingPosition - 1,
                });
            return await GetAsync(write.Session, "", subscription.Id);
        }, cancellationToken);
    }

    /// <param name="api">The API that it has to belong to; empty for any.</param>
    /// <param name="id">Its id.</param>
    public ValueTask<StoredEventSubscription> GetAsync(string api, string id) => database.ReadAsync(session => GetAsync(session, api, id));

    public ValueTask<StoredEventSubscription?> FindAsync(string id) =>
        database.ReadAsync(session => session.FindAsync<StoredEventSubscription>(Find, new { id, api = "" }));

    /// <summary>Oldest first.</summary>
    public ValueTask<EventSubscriptionPage> ListAsync(string api, int offset, int limit, CancellationToken cancellationToken) => database.ScanAsync(async session =>
    {
        var total = await session.FindAsync<long>("select count(*) from event_subscription where @api in ('', api)", new { api });
        var page = await session.ListAsync<StoredEventSubscription>(
            $"select {StoredEventSubscription.Columns} from event_subscription where @api in ('', api) order by id limit @limit offset @offset",
            new { api, limit, offset });
        return new EventSubscriptionPage(page, total);
    }, cancellationToken);

    /// <summary>Those of an API that fit, oldest first.</summary>
    public ValueTask<EventSubscriptionPage> ListAsync(
        string api, Predicate<EventSubscription> isWanted, int offset, int limit, CancellationToken cancellationToken) => database.ScanAsync(async session =>
    {
        var page = new List<StoredEventSubscription>();
        var total = 0;
        await foreach (var stored in session.StreamAsync<StoredEventSubscription>(
            $"select {StoredEventSubscription.Columns} from event_subscription where api = @api order by id", Parameters.Of("api", api)))
        {
            if (isWanted(stored.Subscription) && total++ >= offset && page.Count < limit)
                page.Add(stored);
        }
        return new EventSubscriptionPage(page, total);
    }, cancellationToken);

    /// <summary>Those that events are delivered to.</summary>
    public ValueTask<List<(string Id, long Generation)>> ListActiveAsync() => database.ReadAsync(session =>
        session.ListAsync<(string Id, long Generation)>("select id, generation from event_subscription where suspended_reason is null"));

    public Task DeleteAsync(Caller caller, string api, string id, CancellationToken cancellationToken) => database.WriteAsync(caller, async write =>
    {
        await GetAsync(write.Session, api, id);
        await write.Session.SendAsync("delete from delivery_attempt where subscription_id = @id", new { id });
        return await write.Session.ExecuteAsync("delete from event_subscription where id = @id", new { id });
    }, cancellationToken);

    public Task RotateSecretAsync(Caller caller, string id, string secret, DateTimeOffset previousUntil, CancellationToken cancellationToken) =>
        database.WriteAsync(caller, async write =>
        {
            await GetAsync(write.Session, "", id);
            // Asking twice for the same secret does not make it its own predecessor.
            return await write.Session.ExecuteAsync(
                """
                update event_subscription set secret = @secret, previous_secret = secret, previous_secret_until = @until
                where id = @id and (secret is null or secret <> @secret)
                """,
                new { id, secret, until = Text(previousUntil) });
        }, cancellationToken);

    public Task<StoredEventSubscription> ResumeAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        database.WriteAsync(caller, async write => await StartOverAsync(write, id, (await GetAsync(write.Session, "", id)).Position), cancellationToken);

    /// <summary>Delivers what comes after a position.</summary>
    public Task<StoredEventSubscription> ReplayAsync(Caller caller, string id, long position, CancellationToken cancellationToken) =>
        database.WriteAsync(caller, async write =>
        {
            await GetAsync(write.Session, "", id);
            return await StartOverAsync(write, id, position);
        }, cancellationToken);

    /// <summary>Newest first.</summary>
    public ValueTask<List<DeliveryAttempt>> ListAttemptsAsync(string id, ResumeTokens tokens, CancellationToken cancellationToken) => database.ScanAsync(async session =>
    {
        await GetAsync(session, "", id);
        var rows = await session.ListAsync<(long Number, string EventId, string EventType, long Position, string Time, long Milliseconds, long? StatusCode, string? Error)>(
            """
            select number, event_id, event_type, position, time, duration_ms, status_code, error
            from delivery_attempt where subscription_id = @id order by number desc
            """,
            new { id });
        return rows.ConvertAll(row =>
        {
            var attempt = new DeliveryAttempt
            {
                Number = row.Number,
                EventId = row.EventId,
                EventType = row.EventType,
                ResumeToken = tokens.Write(row.Position - 1),
                Time = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(row.Time, CultureInfo.InvariantCulture)),
                Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(row.Milliseconds)),
                Error = row.Error ?? "",
            };
            if (row.StatusCode is { } status)
                attempt.StatusCode = (int)status;
            return attempt;
        });
    }, cancellationToken);

    /// <summary>The listener took what was sent; all up to a position was told.</summary>
    public Task<bool> DeliveredAsync(string id, long generation, Lease lease, RecordedAttempt attempt, long position) => WriteIfCurrentAsync(async write =>
    {
        await write.Session.SendAsync(
            $"""
            update event_subscription set position = @position, attempts = @number, last_success = @time, failed_attempts = 0, failing_since = null,
                next_try = null
            where id = @id and generation = @generation and {Lease.Holds}
            """,
            lease.Fence(write, Parameters.Of("id", id).With("generation", generation).With("position", position)
                .With("number", attempt.Number).With("time", Text(attempt.Time))),
            expect: 1);
        await RecordAsync(write, id, attempt);
    });

    /// <summary>The listener did not take an event.</summary>
    public Task<bool> FailedAsync(string id, long generation, Lease lease, RecordedAttempt attempt, DeliveryFailure failure) => WriteIfCurrentAsync(async write =>
    {
        await write.Session.SendAsync(
            $"""
            update event_subscription set position = @position, attempts = @number, last_failure = @time, last_error = @error,
                failed_attempts = @failures, failing_since = @failingSince, next_try = @nextTry, suspended_reason = @suspendedReason
            where id = @id and generation = @generation and {Lease.Holds}
            """,
            lease.Fence(write, Parameters.Of("id", id).With("generation", generation).With("position", attempt.Position - 1)
                .With("number", attempt.Number).With("time", Text(attempt.Time)).With("error", attempt.Answer.Error)
                .With("failures", failure.Count).With("failingSince", Text(failure.Since))
                .With("nextTry", failure.NextTry is { } next ? Text(next) : null).With("suspendedReason", failure.SuspendedReason)),
            expect: 1);
        await RecordAsync(write, id, attempt);
    });

    /// <summary>Events were passed over, because they do not match, cannot be read or are no longer there.</summary>
    public Task<bool> PassedAsync(string id, long generation, Lease lease, long position, long missedEvents) => WriteIfCurrentAsync(write => write.Session.SendAsync(
        $"update event_subscription set position = @position, missed_events = @missedEvents where id = @id and generation = @generation and {Lease.Holds}",
        lease.Fence(write, Parameters.Of("id", id).With("generation", generation).With("position", position).With("missedEvents", missedEvents)),
        expect: 1));

    /// <summary>
    /// What a delivery is signed with now: nothing, one secret, or two while one replaces the other. Null where the subscription was
    /// removed or started over: then nothing is to be sent.
    /// </summary>
    public async ValueTask<IReadOnlyList<string>?> FindSecretsAsync(string id, long generation, DateTimeOffset now)
    {
        var found = await database.ReadAsync(session => session.ListAsync<(string? Secret, string? Previous)>(
            """
            select secret, case when previous_secret_until > @now then previous_secret end
            from event_subscription where id = @id and generation = @generation
            """,
            Parameters.Of("id", id).With("generation", generation).With("now", Text(now))));
        return found is [var (secret, previous)] ? [.. new[] { secret, previous }.OfType<string>()] : null;
    }

    /// <returns>False where the delivery is no longer the subscription's.</returns>
    private async Task<bool> WriteIfCurrentAsync(Func<Write, ValueTask> write)
    {
        try
        {
            return await database.WriteAsync(
                Caller.Server,
                async turn =>
                {
                    await write(turn);
                    return true;
                },
                CancellationToken.None);
        }
        catch (ConflictException)
        {
            return false;
        }
    }

    private static async ValueTask<StoredEventSubscription> StartOverAsync(Write write, string id, long position)
    {
        await write.Session.SendAsync(
            """
            update event_subscription set generation = generation + 1, position = @position, suspended_reason = null,
                failed_attempts = 0, failing_since = null, next_try = null
            where id = @id
            """,
            new { id, position },
            expect: 1);
        return await GetAsync(write.Session, "", id);
    }

    private static async ValueTask<StoredEventSubscription> GetAsync(Session session, string api, string id) =>
        await session.FindAsync<StoredEventSubscription>(Find, new { id, api }) ?? throw ApiErrors.EventSubscriptionNotFound(id);

    private async ValueTask RecordAsync(Write write, string id, RecordedAttempt attempt)
    {
        await write.Session.SendAsync(
            """
            insert into delivery_attempt (subscription_id, number, event_id, event_type, position, time, duration_ms, status_code, error)
            values (@id, @number, @eventId, @eventType, @position, @time, @duration, @status, @error)
            """,
            new
            {
                id,
                number = attempt.Number,
                eventId = attempt.EventId,
                eventType = attempt.EventType,
                position = attempt.Position,
                time = Text(attempt.Time),
                duration = (long)attempt.Duration.TotalMilliseconds,
                status = attempt.Answer.StatusCode,
                error = attempt.Answer.Error,
            });
        await write.Session.SendAsync(
            "delete from delivery_attempt where subscription_id = @id and number <= @last", new { id, last = attempt.Number - options.Value.AttemptsKept });
    }

    private static string Text(DateTimeOffset time) => TmfDate.Text(TmfDate.Of(time));
}
