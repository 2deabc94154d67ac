using System.Threading.Channels;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// Hands waiting items to the workers that are connected here. It holds nothing but who they are: after each commit, while
/// somebody has credit, it looks which items come first and takes them for those who can do them, each order's in one write.
/// Another server may take the same item; who is later finds that it waits no longer.
/// </summary>
internal sealed partial class WorkDispatcher : BackgroundService
{
    // Written together in one commit, and small enough that the next look comes soon.
    private const int LargestRound = 64;

    // Where several servers look at the same items, each takes others of the first few that have the same priority.
    private const int SharedFactor = 4;

    // However many different ones poll between two looks at who was there.
    private const int MostGone = 1000;

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly WorkStore _store;
    private readonly Leases _leases;
    private readonly ILogger<WorkDispatcher> _logger;
    private readonly Lock _gate = new();
    private readonly List<WorkTaker> _takers = [];
    private readonly Dictionary<string, IReadOnlyCollection<Capability>> _gone = [];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile bool _isWanted;

    public WorkDispatcher(Database database, WorkStore store, Leases leases, ILogger<WorkDispatcher> logger)
    {
        _database = database;
        _store = store;
        _leases = leases;
        _logger = logger;
        database.Committed += () =>
        {
            if (_isWanted)
                _signal.Writer.TryWrite(true);
        };
    }

    /// <summary>The workers that are connected here, in the order in which they have come.</summary>
    public IReadOnlyList<WorkTaker> Takers
    {
        get
        {
            lock (_gate)
                return [.. _takers];
        }
    }

    public void Join(WorkTaker taker)
    {
        lock (_gate)
            _takers.Add(taker);
    }

    public void Leave(WorkTaker taker)
    {
        lock (_gate)
        {
            _takers.Remove(taker);
            if (_gone.Count < MostGone)
                _gone.TryAdd(string.Join('\n', taker.Capabilities), taker.Capabilities);
        }
    }

    /// <summary>What each of the workers can do that are connected here, or were since this was asked last.</summary>
    public IReadOnlyList<IReadOnlyCollection<Capability>> TakeSeen()
    {
        lock (_gate)
        {
            List<IReadOnlyCollection<Capability>> seen = [.. _takers.Select(taker => taker.Capabilities), .. _gone.Values];
            _gone.Clear();
            return seen;
        }
    }

    /// <summary>Somebody takes more items than before.</summary>
    public void LookAgain()
    {
        _isWanted = true;
        _signal.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                while (await HandOutAsync(stoppingToken))
                {
                }
                await _signal.Reader.ReadAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e);
                await Task.Delay(PauseAfterFault, stoppingToken);
                LookAgain();
            }
        }
    }

    /// <summary>Hands out what comes first.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> HandOutAsync(CancellationToken cancellationToken)
    {
        var takers = Takers.Where(taker => taker.Room > 0).ToList();
        _isWanted = takers.Count > 0;
        if (takers.Count == 0)
            return false;
        var wanted = Math.Min(LargestRound, takers.Sum(taker => taker.Room));
        var rows = await FindAsync(takers, _leases.IsAlone ? wanted : wanted * SharedFactor);
        if (!_leases.IsAlone)
            rows = [.. rows.GroupBy(row => row.Priority).SelectMany(equals => equals.Shuffle())];

        // Among workers who can do an item, the one that has most room gets it.
        var picked = new List<(WorkRow Row, WorkTaker Taker)>();
        foreach (var row in rows.Take(wanted))
        {
            var kind = WorkKind.Parse(row.Kind);
            if (takers.Where(taker => kind.IsIn(taker.Capabilities)).MaxBy(taker => taker.Room) is { } taker && taker.TryPromise())
                picked.Add((row, taker));
        }
        var given = await Task.WhenAll(picked.GroupBy(pick => pick.Row.OrderId).Select(order => GiveAsync(order.Key, [.. order], cancellationToken)));
        return given.Sum() > 0;
    }

    private async Task<WorkRow[]> FindAsync(List<WorkTaker> takers, int limit)
    {
        if (takers.Exists(taker => taker.Capabilities.Count == 0))
            return [.. await _database.ReadAsync(session => WorkTable.WaitingAsync(session, null, limit))];
        var kinds = await _database.ReadAsync(WorkTable.WaitingKindsAsync);
        var rows = new List<WorkRow>();
        foreach (var kind in kinds.Where(kind => takers.Exists(taker => WorkKind.Parse(kind).IsIn(taker.Capabilities))))
            rows.AddRange(await _database.ReadAsync(session => WorkTable.WaitingAsync(session, kind, limit)));
        return [.. rows.OrderBy(row => row.Priority).ThenBy(row => row.Turn).ThenBy(row => row.OrderId, StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>Takes items of an order for workers and gives them to those.</summary>
    /// <returns>How many.</returns>
    private async Task<int> GiveAsync(string orderId, IReadOnlyList<(WorkRow Row, WorkTaker Taker)> picks, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, Assignment> assignments = new Dictionary<string, Assignment>();
        try
        {
            assignments = await _store.TakeAsync(orderId, picks.ToDictionary(pick => pick.Row.ItemId, pick => pick.Taker.Name), cancellationToken);
        }
        catch (Exception e)
        {
            // The others go on; this order's items still wait. Also at the end: who waits for what was promised has to hear of it.
            if (!cancellationToken.IsCancellationRequested)
                LogNotGiven(e, orderId);
        }
        foreach (var (row, taker) in picks)
        {
            var assignment = assignments.GetValueOrDefault(row.ItemId);
            if (!taker.Keep(assignment) && assignment is not null)
                await _store.GiveBackAsync(assignment.LeaseToken, CancellationToken.None);
        }
        return assignments.Count;
    }

    [LoggerMessage(LogLevel.Error, "Work could not be handed out; this is tried again")]
    private partial void LogFailed(Exception cause);

    [LoggerMessage(LogLevel.Error, "Items of the order {OrderId} could not be handed out; this is tried again")]
    private partial void LogNotGiven(Exception cause, string orderId);
}

/// <summary>
/// A worker that is connected here, on its stream or for one poll. A lease starts when an item is handed over: whoever does not
/// read is given few, and holds little memory.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="capabilities">What it can do.</param>
/// <param name="connected">Since when it is there.</param>
/// <param name="mostUnsent">How many items may be on their way to it.</param>
internal sealed class WorkTaker(string name, IReadOnlyCollection<Capability> capabilities, DateTimeOffset connected, int mostUnsent)
{
    /// <summary>Bytes of items on their way, from which on no more follow: less than clients of gRPC take of one message.</summary>
    public const int MostUnsentBytes = 3 * 1024 * 1024;

    // What is promised has no size yet.
    private const int MostPromised = 16;

    private readonly Lock _gate = new();
    private readonly Channel<StreamWorkResponse> _given = Channel.CreateUnbounded<StreamWorkResponse>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, CancellationPhase> _held = [];
    private int _credit;
    private int _promised;
    private int _unsent;
    private long _unsentBytes;
    private long _count;
    private bool _isClosed;
    private bool _hasGone;

    public string Name => name;

    public IReadOnlyCollection<Capability> Capabilities => capabilities;

    public DateTimeOffset Connected => connected;

    /// <summary>How many more items it takes.</summary>
    public int Credit => Volatile.Read(ref _credit);

    /// <summary>How many it can be given now.</summary>
    public int Room
    {
        get
        {
            lock (_gate)
                return _isClosed || _unsentBytes >= MostUnsentBytes ? 0 : Math.Max(0, Math.Min(_credit, Math.Min(mostUnsent - _unsent, MostPromised - _promised)));
        }
    }

    /// <summary>How many it was given.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The items that it was given, no more than it had credit for, and what it is told of those that it has.</summary>
    public ChannelReader<StreamWorkResponse> Given => _given.Reader;

    /// <summary>Whether it has an item, as far as is known.</summary>
    public bool HoldsAny
    {
        get
        {
            lock (_gate)
                return _held.Count > 0;
        }
    }

    /// <summary>It has a lease, and was told so much of a cancellation.</summary>
    public void Hold(string leaseToken, CancellationPhase told)
    {
        lock (_gate)
            _held[leaseToken] = told;
    }

    /// <summary>It has a lease no more.</summary>
    public void Forget(string leaseToken)
    {
        lock (_gate)
            _held.Remove(leaseToken);
    }

    /// <summary>Tells it of a cancellation, once, where it has the item.</summary>
    public void Tell(CancellationNotice notice)
    {
        lock (_gate)
        {
            // Who has agreed knows it.
            if (notice.Phase == CancellationPhase.Agreed || !_held.TryGetValue(notice.LeaseToken, out var told) || told == notice.Phase)
                return;
            _held[notice.LeaseToken] = notice.Phase;
            _given.Writer.TryWrite(new StreamWorkResponse { Cancellation = notice });
        }
    }

    public void AddCredit(int items) => Interlocked.Add(ref _credit, items);

    /// <summary>Uses up one credit, where there is one, for an item that is then kept, or not.</summary>
    public bool TryPromise()
    {
        lock (_gate)
        {
            if (Room == 0)
                return false;
            Interlocked.Decrement(ref _credit);
            _promised++;
            _unsent++;
            return true;
        }
    }

    /// <summary>Keeps a promise.</summary>
    /// <param name="assignment">The item; null where it could not be had, and the credit comes back.</param>
    /// <returns>False where the worker has gone: nobody has the item.</returns>
    public bool Keep(Assignment? assignment)
    {
        lock (_gate)
        {
            _promised--;
            if (assignment is null)
            {
                _unsent--;
                Interlocked.Increment(ref _credit);
            }
            else
            {
                _count++;
                _unsentBytes += assignment.CalculateSize();
            }
            var isGiven = !_hasGone && (assignment is null || _given.Writer.TryWrite(new StreamWorkResponse { Assignment = assignment }));
            if (isGiven && assignment is not null)
                _held.TryAdd(assignment.LeaseToken, CancellationPhase.Unspecified);
            if (_isClosed && _promised == 0)
                _given.Writer.TryComplete();
            return isGiven;
        }
    }

    /// <summary>It has been sent an item.</summary>
    public void Sent(Assignment assignment)
    {
        lock (_gate)
        {
            _unsent--;
            _unsentBytes -= assignment.CalculateSize();
        }
    }

    /// <summary>It takes nothing more than what it was promised.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_promised == 0)
                _given.Writer.TryComplete();
        }
    }

    /// <summary>It is no longer there.</summary>
    public void Go()
    {
        lock (_gate)
            _isClosed = _hasGone = true;
        _given.Writer.TryComplete();
    }
}
