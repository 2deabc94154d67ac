using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Secrets;
using ServiceOrdering.Server.Security;
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

/// <summary>What a delivery is signed with.</summary>
/// <param name="All">Nothing, one secret, or two while one replaces the other.</param>
/// <param name="IsLost">Whether there is a secret that cannot be read: then nothing is to be sent.</param>
internal sealed record SigningSecrets(IReadOnlyList<string> All, bool IsLost);

/// <summary>
/// Event subscriptions in the database, what operators do to them, and how far deliveries have come. What a delivery writes is
/// void, and says so, once an operator has started the subscription over or removed it, or another server has taken it over; none of
/// it can be cancelled: what happened is recorded, or it would happen again.
/// </summary>
internal sealed class EventSubscriptionStore(
    Database database, SealedSecrets secrets, IOptions<WebhookOptions> options, IOptions<LimitsOptions> limits, IOptions<SecurityOptions> security)
{
    private const string Table = "event_subscription";
    private const int LongestOwner = 255;
    private const string Find = $"select {StoredEventSubscription.Columns} from event_subscription where id = @id and @api in ('', api)";

    // Who does not see everything has its own subscriptions, and no others; its own are those that hear what it hears.
    private const string OwnOnly = " and sight = @sight";

    /// <summary>Stores a new subscription, which starts with the next event, and for good hears no more than who has it stored.</summary>
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
        var secret = subscription.HasSecret ? secrets.Seal(Table, subscription.Id, subscription.Secret) : null;
        return database.WriteAsync(caller, async write =>
        {
            var twin = await write.Session.FindAsync<string>(
                "select id from event_subscription where api = @api and callback = @callback and query = @query and sight = @sight",
                new { api = subscription.Api, callback = subscription.Callback, query = subscription.Query, sight = caller.Sight.Text });
            if (twin is not null)
                throw exists(twin);
            if (limits.Value.Apply(security.Value) && await CountAsync(write) >= limits.Value.Subscriptions)
                throw ApiErrors.TooManySubscriptions(limits.Value.Subscriptions);
            await write.Session.SendAsync(
                """
                insert into event_subscription (id, api, callback, query, sight, body, secret, owner, generation, position, missed_events, failed_attempts, attempts)
                values (@id, @api, @callback, @query, @sight, @body, @secret, @owner, 1, @position, 0, 0, 0)
                """,
                new
                {
                    id = subscription.Id,
                    api = subscription.Api,
                    callback = subscription.Callback,
                    query = subscription.Query,
                    sight = caller.Sight.Text,
                    body,
                    secret,
                    owner = OwnerOf(caller),
                    position = write.UpcomingPosition - 1,
                });
            return await GetAsync(write.Session, "", subscription.Id, caller.Sight);
        }, cancellationToken);
    }

    /// <param name="api">The API that it has to belong to; empty for any.</param>
    /// <param name="id">Its id.</param>
    /// <param name="sight">How much who asks sees.</param>
    public ValueTask<StoredEventSubscription> GetAsync(string api, string id, Sight sight) => database.ReadAsync(session => GetAsync(session, api, id, sight));

    public ValueTask<StoredEventSubscription?> FindAsync(string id) =>
        database.ReadAsync(session => session.FindAsync<StoredEventSubscription>(Find, new { id, api = "" }));

    /// <summary>Oldest first.</summary>
    public ValueTask<EventSubscriptionPage> ListAsync(string api, Sight sight, int offset, int limit, CancellationToken cancellationToken) => database.ScanAsync(async session =>
    {
        var total = await session.FindAsync<long>($"select count(*) from event_subscription where @api in ('', api){Own(sight)}", new { api, sight = sight.Text });
        var page = await session.ListAsync<StoredEventSubscription>(
            $"select {StoredEventSubscription.Columns} from event_subscription where @api in ('', api){Own(sight)} order by id limit @limit offset @offset",
            new { api, limit, offset, sight = sight.Text });
        return new EventSubscriptionPage(page, total);
    }, cancellationToken);

    /// <summary>Those of an API that fit, oldest first.</summary>
    public ValueTask<EventSubscriptionPage> ListAsync(
        string api, Sight sight, Predicate<EventSubscription> isWanted, int offset, int limit, CancellationToken cancellationToken) => database.ScanAsync(async session =>
    {
        var page = new List<StoredEventSubscription>();
        var total = 0;
        await foreach (var stored in session.StreamAsync<StoredEventSubscription>(
            $"select {StoredEventSubscription.Columns} from event_subscription where api = @api{Own(sight)} order by id", new { api, sight = sight.Text }))
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
        await GetAsync(write.Session, api, id, caller.Sight);
        await write.Session.SendAsync("delete from delivery_attempt where subscription_id = @id", new { id });
        return await write.Session.ExecuteAsync("delete from event_subscription where id = @id", new { id });
    }, cancellationToken);

    public Task RotateSecretAsync(Caller caller, string id, string secret, DateTimeOffset previousUntil, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var stored = await database.ReadAsync(async session =>
        {
            await GetAsync(session, "", id, caller.Sight);
            return await session.FindAsync<string>("select coalesce(secret, '') from event_subscription where id = @id", new { id }) ?? "";
        });
        // Asking twice for the same secret does not make it its own predecessor.
        if (secrets.Open(Table, id, stored) == secret)
            return 0;
        var replacement = secrets.Seal(Table, id, secret);
        return await database.WriteAsync(caller, async write =>
        {
            await GetAsync(write.Session, "", id, caller.Sight);
            await write.Session.SendAsync(
                """
                update event_subscription set secret = @replacement, previous_secret = secret, previous_secret_until = @until
                where id = @id and coalesce(secret, '') = @stored
                """,
                new { id, replacement, stored, until = Text(previousUntil) },
                expect: 1);
            return 1;
        }, cancellationToken);
    });

    /// <summary>Encrypts the secrets that are not.</summary>
    /// <returns>How many subscriptions had one.</returns>
    public async Task<int> SealPlainSecretsAsync()
    {
        var plain = await database.ReadAsync(session => session.ListAsync<(string Id, string? Secret, string? Previous)>(
            "select id, secret, previous_secret from event_subscription where secret like 'whsec%' or previous_secret like 'whsec%'"));
        foreach (var (id, secret, previous) in plain)
        {
            var parameters = Parameters.Of("id", id).With("secret", Sealed(id, secret)).With("previous", Sealed(id, previous))
                .With("seen", secret ?? "").With("seenPrevious", previous ?? "");
            // What somebody else has changed in the meantime is encrypted.
            await database.WriteAsync(
                Caller.Server,
                write => write.Session.ExecuteAsync(
                    """
                    update event_subscription set secret = @secret, previous_secret = @previous
                    where id = @id and coalesce(secret, '') = @seen and coalesce(previous_secret, '') = @seenPrevious
                    """,
                    parameters),
                CancellationToken.None);
        }
        return plain.Count;
    }

    public Task<StoredEventSubscription> ResumeAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        database.WriteAsync(caller, async write => await StartOverAsync(write, id, (await GetAsync(write.Session, "", id, caller.Sight)).Position), cancellationToken);

    /// <summary>Delivers what comes after a position.</summary>
    public Task<StoredEventSubscription> ReplayAsync(Caller caller, string id, long position, CancellationToken cancellationToken) =>
        database.WriteAsync(caller, async write =>
        {
            await GetAsync(write.Session, "", id, caller.Sight);
            return await StartOverAsync(write, id, position);
        }, cancellationToken);

    /// <summary>Newest first.</summary>
    public ValueTask<List<DeliveryAttempt>> ListAttemptsAsync(string id, Sight sight, ResumeTokens tokens, CancellationToken cancellationToken) => database.ScanAsync(async session =>
    {
        await GetAsync(session, "", id, sight);
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
    /// What a delivery is signed with now. Null where the subscription was removed or started over: then nothing is to be sent.
    /// </summary>
    public async ValueTask<SigningSecrets?> FindSecretsAsync(string id, long generation, DateTimeOffset now)
    {
        var found = await database.ReadAsync(session => session.ListAsync<(string? Secret, string? Previous)>(
            """
            select secret, case when previous_secret_until > @now then previous_secret end
            from event_subscription where id = @id and generation = @generation
            """,
            Parameters.Of("id", id).With("generation", generation).With("now", Text(now))));
        if (found is not [var (sealedSecret, sealedPrevious)])
            return null;
        var secret = sealedSecret is null ? null : secrets.Open(Table, id, sealedSecret);
        var previous = sealedPrevious is null ? null : secrets.Open(Table, id, sealedPrevious);
        return new SigningSecrets([.. new[] { secret, previous }.OfType<string>()], IsLost: sealedSecret is not null && secret is null);
    }

    private string? Sealed(string id, string? secret) => secret is null || SealedSecrets.IsSealed(secret) ? secret : secrets.Seal(Table, id, secret);

    // What an index may have to hold is bounded.
    private static string? OwnerOf(Caller caller) => caller.Actor is { Length: > 0 } name ? name[..Math.Min(name.Length, LongestOwner)] : null;

    private static ValueTask<long> CountAsync(Write write) => OwnerOf(write.Caller) is { } owner
        ? write.Session.FindAsync<long>("select count(*) from event_subscription where owner = @owner", new { owner })
        : write.Session.FindAsync<long>("select count(*) from event_subscription where owner is null");

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
        return await GetAsync(write.Session, "", id, write.Caller.Sight);
    }

    private static string Own(Sight sight) => sight.SeesAll ? "" : OwnOnly;

    private static async ValueTask<StoredEventSubscription> GetAsync(Session session, string api, string id, Sight sight) =>
        await session.FindAsync<StoredEventSubscription>(Find + Own(sight), new { id, api, sight = sight.Text }) ?? throw ApiErrors.EventSubscriptionNotFound(id);

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
