using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>The part of the log that is kept: the position of its oldest event, and of the newest that there ever was.</summary>
internal readonly record struct EventLogBounds(long Oldest, long Last);

/// <summary>Events of the log, the position of the last that was looked at, and whether the reading stopped at a limit.</summary>
internal sealed record EventBatch(IReadOnlyList<LoggedEvent> Events, long Position, bool IsFull);

/// <summary>The log of everything that happened. Appending is part of the write that it tells of.</summary>
internal static class EventLog
{
    /// <summary>Appends one event. Positions are handed out inside the write's transaction: their order is the order of commits.</summary>
    /// <returns>The event's position.</returns>
    public static long Append(Session session, string id, string type, string resource, string resourceId, string time, ReadOnlySpan<byte> body)
    {
        var position = session.Prepare("update event_position set last = last + 1 returning last").ReadFirst(row => row.Integer(0));
        session.Prepare(
            """
            insert into event_log (position, id, type, resource, resource_id, time, body)
            values (@position, @id, @type, @resource, @resourceId, @time, @body)
            """)
            .With("@position", position)
            .With("@id", id)
            .With("@type", type)
            .With("@resource", resource)
            .With("@resourceId", resourceId)
            .With("@time", time)
            .WithUtf8("@body", body)
            .Execute();
        return position;
    }

    /// <summary>Looks at the events after a position, until a number of them or of bytes is reached, and takes those that are wanted.</summary>
    /// <returns>Null where events after the position are gone.</returns>
    public static EventBatch? ReadAfter(Session session, long position, int limit, int bytes, Func<string, string, bool>? isWanted = null)
    {
        var events = new List<LoggedEvent>();
        var last = position;
        var isGone = false;
        session.Prepare(
            "select position, type, resource, resource_id, body from event_log where position > @position order by position limit @limit")
            .With("@position", position)
            .With("@limit", limit)
            .ReadWhile(row =>
            {
                // Positions have no holes but where the retention has cut.
                if (row.Integer(0) != last + 1)
                {
                    isGone = true;
                    return false;
                }
                last++;
                var (type, resourceId) = (row.Text(1), row.Text(3));
                if (isWanted is null || isWanted(type, resourceId))
                {
                    var body = row.Utf8(4).ToArray();
                    events.Add(new LoggedEvent(last, type, row.Text(2), resourceId, body));
                    bytes -= body.Length;
                }
                return bytes > 0;
            });
        return isGone || (last == position && IsCutAfter(session, position)) ? null : new EventBatch(events, last, last - position == limit || bytes <= 0);
    }

    // In this order: what is appended meanwhile is seen by the second statement too.
    private static bool IsCutAfter(Session session, long position) =>
        Last(session) > position
        && session.Prepare("select count(*) from event_log where position = @next").With("@next", position + 1).ReadFirst(row => row.Integer(0)) == 0;

    public static long Last(Session session) => session.Prepare("select last from event_position").ReadFirst(row => row.Integer(0));

    /// <summary>Both ends; to be asked within one consistent read.</summary>
    public static EventLogBounds Bounds(Session session)
    {
        var last = Last(session);
        var oldest = session.Prepare("select position from event_log order by position limit 1").ReadFirst(row => row.Integer(0));
        return new EventLogBounds(oldest == 0 ? last + 1 : oldest, last);
    }

    /// <summary>Removes the oldest events of before a time, a limited number of them.</summary>
    /// <returns>How many.</returns>
    public static int Trim(Session session, string before, int limit) =>
        session.Prepare(
            """
            delete from event_log where position <= (
                select max(position)
                from (select position, time from event_log order by position limit @limit)
                where time < @before)
            """)
            .With("@before", before)
            .With("@limit", limit)
            .Execute();
}
