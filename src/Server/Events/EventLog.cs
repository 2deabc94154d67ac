using System.Diagnostics;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>The part of the log that is kept: the position of its oldest event, and of the newest that there ever was.</summary>
internal readonly record struct EventLogBounds(long Oldest, long Last);

/// <summary>Events of the log, the position of the last that was looked at, and whether the reading stopped at a limit.</summary>
internal sealed record EventBatch(IReadOnlyList<LoggedEvent> Events, long Position, bool IsFull);

/// <summary>The log of everything that happened. Appending is part of the write that it tells of.</summary>
internal sealed class EventLog(Database database, EventTypes types)
{
    // What a database at a distance sends although nobody may ask for it.
    private const int StepBack = 100;

    private readonly string _read = Rows(types, database.AsUtf8);

    /// <summary>
    /// The log as a query, to which a condition is added. An event of a creation has a gap where the resource's text belongs, which
    /// stands in the resource's own row until that changes.
    /// </summary>
    /// <param name="types">The types of events.</param>
    /// <param name="asText">SQL that reads a text as the reader wants it.</param>
    public static string Rows(EventTypes types, Func<string, string> asText) =>
        $"""
        select position, event_log.id as Id, type, resource, resource_id as ResourceId, {asText("event_log.body")} as Body, gap, previous, parties, actor, trace,
            {asText($"coalesce({string.Concat(types.Resources.Select(resource => $"{resource.Table}.body, "))}null)")} as Text
        from event_log
        {string.Join('\n', types.Resources.Select(resource =>
            $"left join {resource.Table} on gap is not null and resource = '{resource.Name}' and {resource.Table}.id = resource_id"))}
        """;

    /// <summary>Appends one event, at the write's next position, with who makes the write and under which trace.</summary>
    public static ValueTask AppendAsync(
        Write write, string id, string type, string resource, string resourceId, string time, string body, int? gap, string? parties, string? previous = null)
    {
        write.Span?.AddEvent(new ActivityEvent("event", tags: new ActivityTagsCollection { ["service_ordering.event.id"] = id, ["service_ordering.event.type"] = type }));
        return write.Session.SendAsync(
            """
            insert into event_log (position, id, type, resource, resource_id, time, body, gap, previous, parties, actor, trace)
            values (@position, @id, @type, @resource, @resourceId, @time, @body, @gap, @previous, @parties, @actor, @trace)
            """,
            Parameters.Of("position", write.NextPosition()).With("id", id).With("type", type).With("resource", resource).With("resourceId", resourceId)
                .With("time", time).With("body", body).With("gap", gap).With("previous", previous).With("parties", parties)
                .With("actor", write.Caller.Actor is { Length: > 0 } actor ? actor : null).With("trace", write.Caller.Trace));
    }

    /// <summary>Looks at the events after a position, until a number of them or of bytes is reached, and takes those that are wanted.</summary>
    /// <returns>Null where events after the position are gone.</returns>
    public async ValueTask<EventBatch?> ReadAfterAsync(Session session, long position, int limit, int bytes, EventFilter? filter = null)
    {
        var events = new List<LoggedEvent>();
        var last = position;
        await foreach (var row in session.StreamAsync<Row>($"{_read} where position > @position order by position limit @limit", Parameters.Of("position", position).With("limit", limit)))
        {
            // Positions have no holes but where the retention has cut.
            if (row.Position != last + 1)
                return null;
            last++;
            var parties = EventParties.Parse(row.Parties);
            if (filter is null || filter.IsWanted(row.Type, row.ResourceId, parties))
            {
                var logged = Logged(row, parties);
                events.Add(logged);
                bytes -= logged.Size;
            }
            if (bytes <= 0)
                break;
        }
        return last == position && await IsCutAfterAsync(session, position) ? null : new EventBatch(events, last, last - position == limit || bytes <= 0);
    }

    /// <summary>Looks at the events before a position, the newest first, until a number of wanted ones is found, or so many were looked at.</summary>
    /// <returns>The events, and the position of the oldest that was looked at; not full where that is the oldest of all.</returns>
    public async ValueTask<EventBatch> ReadBeforeAsync(Session session, long position, int wanted, int most, EventFilter filter)
    {
        var events = new List<LoggedEvent>();
        var oldest = position;
        while (most > 0)
        {
            var step = Math.Min(most, StepBack);
            var looked = 0;
            await foreach (var row in session.StreamAsync<Row>($"{_read} where position < @position order by position desc limit @limit", Parameters.Of("position", oldest).With("limit", step)))
            {
                looked++;
                oldest = row.Position;
                var parties = EventParties.Parse(row.Parties);
                if (filter.IsWanted(row.Type, row.ResourceId, parties) && Logged(row, parties) is var logged && filter.Judge(logged) != false)
                    events.Add(logged);
                if (events.Count == wanted)
                    return new EventBatch(events, oldest, IsFull: true);
            }
            if (looked < step)
                return new EventBatch(events, oldest, IsFull: false);
            most -= step;
        }
        return new EventBatch(events, oldest, IsFull: true);
    }

    /// <summary>The position of the last event of before a time; before all that are kept, where there is none. Found by halves: times follow positions, but for what clocks differ.</summary>
    /// <param name="session">The session, which sees one state.</param>
    /// <param name="time">The time, as the log has it.</param>
    public static async ValueTask<long> LastBeforeAsync(Session session, string time)
    {
        var bounds = await BoundsAsync(session);
        var (before, last) = (bounds.Oldest - 1, bounds.Last);
        while (before < last)
        {
            var middle = before + (last - before + 1) / 2;
            if (await session.FindAsync<string>("select time from event_log where position = @position", Parameters.Of("position", middle)) is { } at && string.CompareOrdinal(at, time) >= 0)
                last = middle - 1;
            else
                before = middle;
        }
        return before;
    }

    public static ValueTask<long> LastAsync(Session session) => session.FindAsync<long>("select last from event_position");

    /// <summary>Both ends.</summary>
    public static async ValueTask<EventLogBounds> BoundsAsync(Session session)
    {
        var (last, oldest) = await session.FindAsync<(long Last, long? Oldest)>(
            "select last, (select position from event_log order by position limit 1) from event_position");
        return new EventLogBounds(oldest ?? last + 1, last);
    }

    /// <summary>Removes the oldest events that are all of before a time, a limited number of them.</summary>
    /// <returns>How many.</returns>
    public static ValueTask<int> TrimAsync(Write write, Lease lease, string before, int limit) => write.Session.ExecuteAsync(
        $"""
        delete from event_log where {Lease.Holds} and position <= (
            select coalesce(min(case when time >= @before then position end) - 1, max(position))
            from (select position, time from event_log order by position limit @limit) oldest)
        """,
        lease.Fence(write, Parameters.Of("before", before).With("limit", limit)));

    private static LoggedEvent Logged(Row row, IReadOnlyCollection<string>? parties)
    {
        var body = row.Gap is { } gap ? [.. row.Body.AsSpan(0, (int)gap), .. row.Text ?? "null"u8, .. row.Body.AsSpan((int)gap)] : row.Body;
        return new LoggedEvent(row.Position, row.Id, row.Type, row.Resource, row.ResourceId, body, row.Previous, parties, row.Actor, row.Trace);
    }

    private sealed class Row
    {
        public required long Position { get; init; }

        public required string Id { get; init; }

        public required string Type { get; init; }

        public required string Resource { get; init; }

        public required string ResourceId { get; init; }

        public required byte[] Body { get; init; }

        public long? Gap { get; init; }

        public string? Previous { get; init; }

        public string? Parties { get; init; }

        public string? Actor { get; init; }

        public string? Trace { get; init; }

        public byte[]? Text { get; init; }
    }

    // In this order: what is appended meanwhile is seen by the second statement too.
    private static async ValueTask<bool> IsCutAfterAsync(Session session, long position) =>
        await LastAsync(session) > position
        && await session.FindAsync<long>("select count(*) from event_log where position = @next", new { next = position + 1 }) == 0;
}
