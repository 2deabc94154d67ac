using System.Globalization;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>Events of the log, the newest first.</summary>
/// <param name="Events">The events.</param>
/// <param name="Older">The position that the next page comes before; null where there is nothing older.</param>
internal sealed record EventPage(IReadOnlyList<LoggedEvent> Events, long? Older);

/// <summary>The log for people who look back in it, page by page.</summary>
internal sealed class EventPages(Database database, EventLog log, EventTypes types)
{
    // Behind these the page ends, however few were wanted: the next one goes on.
    private const int MostLookedAt = 5000;

    /// <summary>A page of what a watch would be told.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="sight">How much the caller sees.</param>
    /// <param name="before">The position that the page comes before; null for the end of the log.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Tells that the caller has gone.</param>
    public ValueTask<EventPage> ReadAsync(WatchEventsRequest request, Sight sight, long? before, int limit, CancellationToken cancellationToken)
    {
        var filter = EventRequests.Check(request, sight, types, UnknownAttributes.MatchNothing);
        return database.ScanAsync(
            async session =>
            {
                var batch = await log.ReadBeforeAsync(session, before ?? long.MaxValue, limit, MostLookedAt, filter);
                return new EventPage(batch.Events, batch.IsFull ? batch.Position : null);
            },
            cancellationToken);
    }

    /// <summary>An event by its position; null where it is not kept, or not for the caller.</summary>
    public async ValueTask<LoggedEvent?> FindAsync(long position, Sight sight)
    {
        var filter = new EventFilter(sight, Filter.All, types: null, resourceIds: null);
        var batch = position > 0 ? await database.ReadAsync(session => log.ReadAfterAsync(session, position - 1, 1, int.MaxValue, filter)) : null;
        return batch?.Events is [{ } found] && filter.Judge(found) != false ? found : null;
    }

    /// <summary>The position of the last event of before a time.</summary>
    public ValueTask<long> LastBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        database.ScanAsync(session => EventLog.LastBeforeAsync(session, TmfDate.Text(TmfDate.Of(time))), cancellationToken);

    /// <summary>What of the log is kept, and when the oldest of it happened; null where there is nothing.</summary>
    public async ValueTask<(EventLogBounds Bounds, DateTimeOffset? Oldest)> ExtentAsync()
    {
        var bounds = await database.ReadAsync(EventLog.BoundsAsync);
        var time = await database.ReadAsync(session => session.FindAsync<string>("select time from event_log where position = @position", Parameters.Of("position", bounds.Oldest)));
        return (bounds, time is null ? null : DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));
    }
}
