namespace ServiceOrdering.Server.Storage;

/// <summary>
/// What all writes of a transaction move on: the log's position, and how many resources are in each state. Kept here while
/// they run, and written once, however many they are.
/// </summary>
internal sealed class Counters
{
    private readonly List<(string Resource, string State, int Change)> _changes = [];
    private long _first;

    /// <summary>The position that was handed out last.</summary>
    public long Last { get; private set; }

    public void Start(long last)
    {
        _first = Last = last;
        _changes.Clear();
    }

    public long Next() => ++Last;

    public void Count(string resource, string state, int change) => _changes.Add((resource, state, change));

    /// <summary>A place to go back to when the write that comes next is taken back.</summary>
    public CountersMark Mark() => new(Last, _changes.Count);

    public void GoBack(CountersMark mark)
    {
        Last = mark.Last;
        _changes.RemoveRange(mark.Changes, _changes.Count - mark.Changes);
    }

    /// <summary>Writes what has changed.</summary>
    public async ValueTask SaveAsync(Session session)
    {
        foreach (var counted in _changes.GroupBy(change => (change.Resource, change.State)))
        {
            var change = counted.Sum(one => one.Change);
            if (change == 0)
                continue;
            await session.SendAsync(
                """
                insert into resource_count (resource, state, total) values (@resource, @state, @change)
                on conflict (resource, state) do update set total = resource_count.total + excluded.total
                """,
                Parameters.Of("resource", counted.Key.Resource).With("state", counted.Key.State).With("change", change));
        }
        if (Last != _first)
            await session.SendAsync("update event_position set last = @last", Parameters.Of("last", Last));
    }
}

/// <summary>What counters were at.</summary>
internal readonly record struct CountersMark(long Last, int Changes);
