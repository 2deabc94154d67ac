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

    private readonly Database _database;
    private readonly EventFilter _filter;
    private readonly List<string>? _ids;
    private readonly List<(string Resource, string? Upper, long Position)> _pages = [];

    public EventSnapshot(Database database, EventFilter filter)
    {
        _database = database;
        _filter = filter;
        _ids = filter.ResourceIds?.Order(StringComparer.Ordinal).ToList();
        End = Start = database.Read(EventLog.Last);
    }

    /// <summary>The position from which on events may be missing in what was read.</summary>
    public long Start { get; }

    /// <summary>The position of the last page.</summary>
    public long End { get; private set; }

    /// <summary>How many resources were given.</summary>
    public int Count { get; private set; }

    public IEnumerable<(WatchedResource Resource, ReadOnlyMemory<byte> Body)> Read()
    {
        foreach (var resource in WatchedResource.All)
        {
            for (string? lower = "", upper; lower is not null; lower = upper)
            {
                (var bodies, upper) = ReadPage(resource, lower);
                foreach (var body in bodies)
                {
                    Count++;
                    yield return (resource, body);
                }
            }
        }
    }

    /// <summary>Whether what was read shows the event's outcome.</summary>
    public bool Shows(LoggedEvent logged) => _pages
        .First(page => page.Resource == logged.Resource && (page.Upper is null || string.CompareOrdinal(logged.ResourceId, page.Upper) <= 0))
        .Position >= logged.Position;

    private (List<byte[]> Bodies, string? Upper) ReadPage(WatchedResource resource, string lower) => _database.ReadConsistently(session =>
    {
        var (rows, upper) = _ids is null ? ReadRange(session, resource, lower) : ReadIds(session, resource, lower);
        End = EventLog.Last(session);
        _pages.Add((resource.Name, upper, End));
        return (rows.Where(IsWanted(resource)).ToList(), upper);
    });

    private static (List<byte[]> Rows, string? Upper) ReadRange(Session session, WatchedResource resource, string lower)
    {
        var last = lower;
        var rows = session.Prepare($"select id, body from {resource.Table} where id > @lower order by id limit @limit")
            .With("@lower", lower)
            .With("@limit", PageSize)
            .Read(row =>
            {
                last = row.Text(0);
                return row.Utf8(1).ToArray();
            });
        return (rows, rows.Count < PageSize ? null : last);
    }

    private (List<byte[]> Rows, string? Upper) ReadIds(Session session, WatchedResource resource, string lower)
    {
        var ids = _ids!.Where(id => string.CompareOrdinal(id, lower) > 0).Take(PageSize).ToList();
        var rows = ids
            .Select(id => session.Prepare($"select body from {resource.Table} where id = @id").With("@id", id).ReadFirst(row => row.Utf8(0).ToArray()))
            .OfType<byte[]>()
            .ToList();
        return (rows, ids.Count < PageSize ? null : ids[^1]);
    }

    // The query is over events: the resource is looked at as an event that has nothing else.
    private Func<byte[], bool> IsWanted(WatchedResource resource) => body => _filter.Query.IsAll
        || _filter.Query.Matches((ReadOnlyMemory<byte>)(byte[])[.. Encoding.UTF8.GetBytes($$"""{"event":{"{{resource.Name}}":"""), .. body, .. "}}"u8]);
}
