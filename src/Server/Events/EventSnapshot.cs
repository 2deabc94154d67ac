using System.Runtime.CompilerServices;
using System.Text;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// The resources as they are, read page by page in the order of their ids. Each page is one consistent read and remembers
/// its position in the log: an event up to there, about a resource of the page's range, is in what the page showed.
/// No transaction outlives a page, however slowly the pages are taken.
/// </summary>
internal sealed class EventSnapshot
{
    private const int PageSize = 50;

    // What is read and waits for somebody who is slow to take it.
    private const int PageBytes = 64 * 1024;

    private readonly Database _database;
    private readonly EventTypes _types;
    private readonly EventFilter _filter;
    private readonly List<string>? _ids;
    private readonly List<(string Resource, string? Upper, long Position)> _pages = [];

    private EventSnapshot(Database database, EventTypes types, EventFilter filter, long start)
    {
        _database = database;
        _types = types;
        _filter = filter;
        _ids = filter.ResourceIds?.Order(StringComparer.Ordinal).ToList();
        End = Start = start;
    }

    /// <summary>The position from which on events may be missing in what was read.</summary>
    public long Start { get; }

    /// <summary>The position of the last page.</summary>
    public long End { get; private set; }

    /// <summary>How many resources were given.</summary>
    public int Count { get; private set; }

    public static async ValueTask<EventSnapshot> StartAsync(Database database, EventTypes types, EventFilter filter) =>
        new(database, types, filter, await database.ReadAsync(EventLog.LastAsync));

    public async IAsyncEnumerable<(WatchedResource Resource, string Id, string Body)> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var resource in _types.Resources)
        {
            for (string? lower = "", upper; lower is not null; lower = upper)
            {
                (var rows, upper) = await ReadPageAsync(resource, lower, cancellationToken);
                foreach (var (id, body) in rows)
                {
                    Count++;
                    yield return (resource, id, body);
                }
            }
        }
    }

    /// <summary>Whether what was read shows the event's outcome.</summary>
    public bool Shows(LoggedEvent logged) => _pages
        .First(page => page.Resource == logged.Resource && (page.Upper is null || string.CompareOrdinal(logged.ResourceId, page.Upper) <= 0))
        .Position >= logged.Position;

    private ValueTask<(List<(string Id, string Body)> Rows, string? Upper)> ReadPageAsync(WatchedResource resource, string lower, CancellationToken cancellationToken) =>
        _database.ScanAsync(async session =>
        {
            // Of the same state, and first: where a page is ended early, PostgreSQL ends the transaction.
            End = await EventLog.LastAsync(session);
            var (rows, upper) = _ids is null ? await ReadRangeAsync(session, resource, lower) : await ReadIdsAsync(session, resource, lower);
            _pages.Add((resource.Name, upper, End));
            return (rows.Where(row => IsWanted(resource, row.Body)).ToList(), upper);
        }, cancellationToken);

    private async ValueTask<(List<(string Id, string Body)> Rows, string? Upper)> ReadRangeAsync(Session session, WatchedResource resource, string lower)
    {
        var rows = new List<(string Id, string Body)>();
        var bytes = 0;
        await foreach (var row in session.StreamAsync<(string Id, string Body)>(
            $"select id, body from {resource.Table} where id > @lower{resource.Seen(_filter.Sight)} order by id limit @limit", Parameters.Of("lower", lower).With("limit", PageSize).With(_filter.Sight)))
        {
            rows.Add(row);
            bytes += row.Body.Length;
            if (rows.Count == PageSize || bytes > PageBytes)
                return (rows, row.Id);
        }
        return (rows, null);
    }

    private async ValueTask<(List<(string Id, string Body)> Rows, string? Upper)> ReadIdsAsync(Session session, WatchedResource resource, string lower)
    {
        var rows = new List<(string Id, string Body)>();
        var bytes = 0;
        var looks = 0;
        foreach (var id in _ids!.Where(id => string.CompareOrdinal(id, lower) > 0))
        {
            if (await session.FindAsync<string>($"select body from {resource.Table} where id = @id{resource.Seen(_filter.Sight)}", Parameters.Of("id", id).With(_filter.Sight)) is { } body)
            {
                rows.Add((id, body));
                bytes += body.Length;
            }
            if (++looks == PageSize || bytes > PageBytes)
                return (rows, id);
        }
        return (rows, null);
    }

    // The query is over events: the resource is looked at as an event that has nothing else.
    private bool IsWanted(WatchedResource resource, string body)
    {
        try
        {
            return _filter.Query.IsAll
                || _filter.Query.Matches((ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($$$"""{"event":{"{{{resource.Name}}}":{{{body}}}}}"""));
        }
        catch (Exception)
        {
            // Nobody can say: then it is told, or told to be unreadable.
            return true;
        }
    }
}
