using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.EventSubscriptions;

/// <summary>A page of subscriptions.</summary>
internal sealed record EventSubscriptionPage(IReadOnlyList<StoredEventSubscription> Subscriptions, int TotalCount);

/// <summary>Event subscriptions in the database, and what operators do to them.</summary>
internal sealed class EventSubscriptionStore(Database database)
{
    private const string Columns =
        """
        body, generation, position, (select last from event_position), missed_events, suspended_reason, failed_attempts, failing_since, next_try,
        last_success, last_failure, last_error, attempts
        """;

    /// <summary>Stores a new subscription, which starts with the next event.</summary>
    public Task<StoredEventSubscription> CreateAsync(EventSubscription subscription, CancellationToken cancellationToken)
    {
        var registered = subscription.Clone();
        registered.ClearSecret();
        var body = JsonFormat.ToUtf8Bytes(registered);
        return database.WriteAsync(session =>
        {
            var twin = session.Prepare("select id from event_subscription where api = @api and callback = @callback and query = @query")
                .With("@api", subscription.Api)
                .With("@callback", subscription.Callback)
                .With("@query", subscription.Query)
                .ReadFirst(row => row.Text(0));
            if (twin is not null)
                throw ApiErrors.EventSubscriptionExists(twin);
            session.Prepare(
                """
                insert into event_subscription (id, api, body, secret, generation, position, missed_events, failed_attempts, attempts)
                select @id, @api, @body, @secret, 1, last, 0, 0, 0 from event_position
                """)
                .With("@id", subscription.Id)
                .With("@api", subscription.Api)
                .WithUtf8("@body", body)
                .With("@secret", subscription.HasSecret ? subscription.Secret : null)
                .Execute();
            return Get(session, "", subscription.Id);
        }, cancellationToken);
    }

    /// <param name="api">The API that it has to belong to; empty for any.</param>
    /// <param name="id">Its id.</param>
    public StoredEventSubscription Get(string api, string id) => database.Read(session => Get(session, api, id));

    public StoredEventSubscription? Find(string id) => database.Read(session => Find(session, "", id));

    /// <summary>Oldest first.</summary>
    public EventSubscriptionPage List(string api, int offset, int limit) => database.ReadConsistently(session =>
    {
        var total = session.Prepare("select count(*) from event_subscription where @api in ('', api)")
            .With("@api", api)
            .ReadFirst(row => row.Integer(0));
        var page = session.Prepare(
            $"select {Columns} from event_subscription where @api in ('', api) order by id limit @limit offset @offset")
            .With("@api", api)
            .With("@limit", limit)
            .With("@offset", offset)
            .Read(Read);
        return new EventSubscriptionPage(page, (int)total);
    });

    public List<string> ListIds() => database.Read(session => session.Prepare("select id from event_subscription").Read(row => row.Text(0)));

    public Task<bool> DeleteAsync(string api, string id, CancellationToken cancellationToken) => database.WriteAsync(session =>
    {
        Get(session, api, id);
        session.Prepare("delete from delivery_attempt where subscription_id = @id").With("@id", id).Execute();
        session.Prepare("delete from event_subscription where id = @id").With("@id", id).Execute();
        return true;
    }, cancellationToken);

    public Task<bool> RotateSecretAsync(string id, string secret, DateTimeOffset previousUntil, CancellationToken cancellationToken) => database.WriteAsync(session =>
    {
        Get(session, "", id);
        // Asking twice for the same secret does not make it its own predecessor.
        session.Prepare(
            """
            update event_subscription set secret = @secret, previous_secret = secret, previous_secret_until = @until
            where id = @id and secret is not @secret
            """)
            .With("@id", id)
            .With("@secret", secret)
            .With("@until", TmfDate.Text(TmfDate.Of(previousUntil)))
            .Execute();
        return true;
    }, cancellationToken);

    public Task<StoredEventSubscription> ResumeAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(session => StartOver(session, id, Get(session, "", id).Position), cancellationToken);

    /// <summary>Delivers what comes after a position.</summary>
    public Task<StoredEventSubscription> ReplayAsync(string id, long position, CancellationToken cancellationToken) => database.WriteAsync(session =>
    {
        Get(session, "", id);
        return StartOver(session, id, position);
    }, cancellationToken);

    /// <summary>Newest first.</summary>
    public List<DeliveryAttempt> ListAttempts(string id, ResumeTokens tokens) => database.ReadConsistently(session =>
    {
        Get(session, "", id);
        return session.Prepare(
            """
            select number, event_id, event_type, position, time, duration_ms, status_code, error
            from delivery_attempt where subscription_id = @id order by number desc
            """)
            .With("@id", id)
            .Read(row =>
            {
                var attempt = new DeliveryAttempt
                {
                    Number = row.Integer(0),
                    EventId = row.Text(1),
                    EventType = row.Text(2),
                    ResumeToken = tokens.Write(row.Integer(3) - 1),
                    Time = Timestamp.FromDateTimeOffset(Time(row, 4)!.Value),
                    Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(row.Integer(5))),
                    Error = row.IsNull(7) ? "" : row.Text(7),
                };
                if (!row.IsNull(6))
                    attempt.StatusCode = (int)row.Integer(6);
                return attempt;
            });
    });

    private static StoredEventSubscription StartOver(Session session, string id, long position)
    {
        session.Prepare(
            """
            update event_subscription set generation = generation + 1, position = @position, suspended_reason = null,
                failed_attempts = 0, failing_since = null, next_try = null
            where id = @id
            """)
            .With("@id", id)
            .With("@position", position)
            .Execute();
        return Get(session, "", id);
    }

    private static StoredEventSubscription Get(Session session, string api, string id) =>
        Find(session, api, id) ?? throw ApiErrors.EventSubscriptionNotFound(id);

    private static StoredEventSubscription? Find(Session session, string api, string id) =>
        session.Prepare($"select {Columns} from event_subscription where id = @id and @api in ('', api)")
            .With("@id", id)
            .With("@api", api)
            .ReadFirst(Read);

    private static StoredEventSubscription Read(Row row) => new()
    {
        Subscription = JsonFormat.Parse<EventSubscription>(row.Utf8(0)),
        Generation = row.Integer(1),
        Position = row.Integer(2),
        LastPosition = row.Integer(3),
        MissedEvents = row.Integer(4),
        SuspendedReason = row.IsNull(5) ? null : row.Text(5),
        FailedAttempts = (int)row.Integer(6),
        FailingSince = Time(row, 7),
        NextTry = Time(row, 8),
        LastSuccess = Time(row, 9),
        LastFailure = Time(row, 10),
        LastError = row.IsNull(11) ? null : row.Text(11),
        Attempts = row.Integer(12),
    };

    private static DateTimeOffset? Time(Row row, int column) =>
        row.IsNull(column) ? null : DateTimeOffset.Parse(row.Text(column), CultureInfo.InvariantCulture);
}
