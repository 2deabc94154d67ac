using System.Threading.Channels;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// The newest events, read once for all watchers. A commit gives a signal; one loop then reads what is new and wakes those
/// among the waiting watchers who want it. Nothing is kept for a watcher: one that is slow finds the events here while they
/// are still here, and in the database after that.
/// </summary>
internal sealed partial class EventTail : BackgroundService
{
    private const int Capacity = 2048;
    private const int LargestBytes = 8 * 1024 * 1024;
    private const int BatchEvents = 256;
    private const int BatchBytes = 1024 * 1024;
    private const int ChecksPerInterval = 6;

    private readonly Database _database;
    private readonly EventLog _log;
    private readonly UnreadableEvents _unreadable;
    private readonly TimeProvider _time;
    private readonly ILogger<EventTail> _logger;
    private readonly TimeSpan _checkpointInterval;
    private readonly LoggedEvent?[] _ring = new LoggedEvent?[Capacity];
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly EventAudience _audience;
    private volatile bool _isWatched;
    private long _last;
    private long _oldest = 1;
    private long _bytes;

    public EventTail(Database database, EventLog log, EventTypes types, UnreadableEvents unreadable, TimeProvider time, IOptions<EventsOptions> options, ILogger<EventTail> logger)
    {
        _audience = new EventAudience(types.Schema);
        _database = database;
        _log = log;
        _unreadable = unreadable;
        _time = time;
        _logger = logger;
        _checkpointInterval = options.Value.CheckpointInterval;
        database.Committed += () =>
        {
            if (_isWatched)
                _signal.Writer.TryWrite(true);
        };
    }

    /// <summary>Position of the newest event that is known here.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>The event at a position; null where it is not, or no longer, here.</summary>
    public LoggedEvent? Find(long position) =>
        Volatile.Read(ref _ring[position % Capacity]) is { } logged && logged.Position == position ? logged : null;

    /// <summary>Up to where a watcher has seen everything: while it waits, there was nothing for it.</summary>
    public long SeenBy(Watcher watcher, long position)
    {
        lock (_gate)
            return watcher.IsWaiting ? Math.Max(position, _last) : position;
    }

    public async ValueTask JoinAsync(Watcher watcher)
    {
        lock (_gate)
        {
            watcher.LastTold = _time.GetTimestamp();
            _audience.Add(watcher);
            if (_isWatched)
                return;
        }

        // While nobody watches, nothing is read.
        var last = await _database.ReadAsync(EventLog.LastAsync);
        lock (_gate)
        {
            if (_isWatched)
                return;
            // What was committed since the position was read is found by the signal, what is committed from here on gives its own.
            _isWatched = true;
            Volatile.Write(ref _last, last);
            _oldest = last + 1;
            _signal.Writer.TryWrite(true);
        }
    }

    public void Leave(Watcher watcher)
    {
        lock (_gate)
        {
            _audience.Remove(watcher);
            if (_audience.All.Count > 0)
                return;
            _isWatched = false;
            Array.Clear(_ring);
            _bytes = 0;
        }
    }

    /// <summary>
    /// Waits until there is something for the watcher, who has seen everything up to the position: an event that it wants,
    /// or the end of a long silence.
    /// </summary>
    public async Task<Wakeup> WaitAsync(Watcher watcher, long position, CancellationToken cancellationToken)
    {
        Task<Wakeup> woken;
        lock (_gate)
        {
            if (position < _last)
                return new Wakeup(position, IsLongSilent: false);
            woken = watcher.Wait();
        }
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            var (tail, watcher) = ((EventTail, Watcher))state!;
            lock (tail._gate)
                watcher.Wake(tail._last);
        }, (this, watcher));
        var wakeup = await woken;
        cancellationToken.ThrowIfCancellationRequested();
        return wakeup;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = _time.CreateTimer(_ => WakeTheSilent(), null, _checkpointInterval / ChecksPerInterval, _checkpointInterval / ChecksPerInterval);
        await foreach (var _ in _signal.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                while (_isWatched && await AdvanceAsync())
                {
                }
            }
            catch (Exception e)
            {
                LogFailed(e);
            }
        }
    }

    /// <summary>Reads a batch. True where there may be more.</summary>
    private async ValueTask<bool> AdvanceAsync()
    {
        var position = Last;
        var batch = await _database.ReadAsync(session => _log.ReadAfterAsync(session, position, BatchEvents, BatchBytes));
        var last = batch is null ? await _database.ReadAsync(EventLog.LastAsync) : 0;
        lock (_gate)
        {
            // The last watcher may have left meanwhile, and another one come.
            if (_last != position)
                return true;
            if (batch is not { } read)
            {
                // What is gone was not seen here: the watchers find out when they look for it.
                Volatile.Write(ref _last, last);
                _oldest = last + 1;
                foreach (var watcher in _audience.All)
                    watcher.Wake(position);
                return true;
            }
            foreach (var logged in read.Events)
                Keep(logged);
            foreach (var logged in read.Events)
                Announce(logged);
            Volatile.Write(ref _last, read.Position);
            return read.IsFull;
        }
    }

    /// <summary>Wakes those who want the event. It fails alone: nobody is moved past another one of the batch.</summary>
    private void Announce(LoggedEvent logged)
    {
        try
        {
            _audience.Visit(logged, WakeIfWanted);
        }
        catch (Exception e)
        {
            _unreadable.Report(logged, e);
            foreach (var watcher in _audience.All)
                WakeIfWanted(watcher, logged);
        }
    }

    private void Keep(LoggedEvent logged)
    {
        _bytes += logged.Size;
        while (_oldest <= logged.Position - Capacity || (_bytes > LargestBytes && _oldest < logged.Position))
        {
            _bytes -= Find(_oldest)?.Size ?? 0;
            Volatile.Write(ref _ring[_oldest++ % Capacity], null);
        }
        Volatile.Write(ref _ring[logged.Position % Capacity], logged);
    }

    private static void WakeIfWanted(Watcher watcher, LoggedEvent logged)
    {
        // What cannot be read every watcher has to look at for itself.
        if (watcher.IsWaiting && watcher.Filter.Judge(logged) != false)
            watcher.Wake(logged.Position - 1);
    }

    private void WakeTheSilent()
    {
        // Where a read has failed, this is the next try at the latest.
        if (_isWatched)
            _signal.Writer.TryWrite(true);
        lock (_gate)
        {
            var longest = _checkpointInterval * (ChecksPerInterval - 1) / ChecksPerInterval;
            foreach (var watcher in _audience.All)
            {
                if (watcher.IsWaiting && _time.GetElapsedTime(watcher.LastTold) >= longest)
                    watcher.Wake(_last, isLongSilent: true);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "New events could not be read; they are tried again")]
    private partial void LogFailed(Exception cause);
}
