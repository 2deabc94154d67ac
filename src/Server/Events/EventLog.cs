using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

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
}
