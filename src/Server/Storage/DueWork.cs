using System.Threading.Channels;

namespace ServiceOrdering.Server.Storage;

/// <summary>A kind of thing that is due at times that stand in the database. Capabilities register theirs.</summary>
internal interface IDue
{
    /// <summary>A query, by an index, for when the first of them is due: milliseconds since 1970, or null for never.</summary>
    string Earliest { get; }

    /// <summary>Does what is due, or puts it off: one that cannot be done holds up no other.</summary>
    /// <param name="now">Until when.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task WorkAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);
}

/// <summary>
/// Has done what is due, on one server of all. When something is due stands in the database; between two times nothing is done,
/// however much waits.
/// </summary>
internal sealed partial class DueWork : BackgroundService
{
    private const string LeaseName = "due work";
    private const int LargestRound = 64;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    // A timer takes no longer time.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    private readonly Database _database;
    private readonly Leases _leases;
    private readonly IReadOnlyList<IDue> _kinds;
    private readonly TimeProvider _time;
    private readonly ILogger<DueWork> _logger;
    private readonly string _earliest;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Lease? _lease;

    public DueWork(Database database, Leases leases, IEnumerable<IDue> kinds, TimeProvider time, ILogger<DueWork> logger)
    {
        _database = database;
        _leases = leases;
        _kinds = [.. kinds];
        _time = time;
        _logger = logger;
        _earliest = $"select min(at) from ({string.Join(" union all ", _kinds.Select(kind => $"select ({kind.Earliest}) as at"))}) earliest";
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void Wake() => _signal.Writer.TryWrite(true);
        _database.Committed += Wake;
        _leases.Changed += Wake;
        try
        {
            while (true)
            {
                TimeSpan pause;
                try
                {
                    pause = await IsMineAsync(stoppingToken) ? await WorkAsync(stoppingToken) : BetweenLooks;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e);
                    pause = BetweenLooks;
                }
                if (pause > TimeSpan.Zero)
                    await SleepAsync(pause, stoppingToken);
            }
        }
        finally
        {
            _database.Committed -= Wake;
            _leases.Changed -= Wake;
        }
    }

    private async Task<bool> IsMineAsync(CancellationToken cancellationToken)
    {
        if (!_leases.IsMine(LeaseName))
        {
            if (_lease is { IsLost: false } held)
                await _leases.ReleaseAsync(held);
            _lease = null;
            return false;
        }
        if (_lease is null or { IsLost: true })
            _lease = (await _leases.TakeAsync([LeaseName], cancellationToken)).SingleOrDefault();
        return _lease is not null;
    }

    /// <summary>Does what is due now.</summary>
    /// <returns>How long nothing more is.</returns>
    private async Task<TimeSpan> WorkAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var earliest = await _database.ReadAsync(session => session.FindAsync<long?>(_earliest));
        var first = (earliest ?? long.MaxValue) - now.ToUnixTimeMilliseconds();
        if (first > 0)
            return first < LongestSleep.TotalMilliseconds ? TimeSpan.FromMilliseconds(first) : LongestSleep;
        await Task.WhenAll(_kinds.Select(kind => kind.WorkAsync(now, LargestRound, cancellationToken)));
        return TimeSpan.Zero;
    }

    private async Task SleepAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signal = _signal.Reader.WaitToReadAsync(end.Token).AsTask();
        await Task.WhenAny(signal, Task.Delay(pause, _time, end.Token));
        await end.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _signal.Reader.TryRead(out _);
    }

    [LoggerMessage(LogLevel.Error, "What is due could not be found; this is tried again")]
    private partial void LogFailed(Exception cause);
}
