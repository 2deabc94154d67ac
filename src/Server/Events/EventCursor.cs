using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>What a cursor has come to.</summary>
internal enum CursorStepKind
{
    /// <summary>An event that is wanted.</summary>
    Event,

    /// <summary>Nothing that is wanted, for a while.</summary>
    Silent,

    /// <summary>The events that come next are no longer kept.</summary>
    Gone,

    /// <summary>An event of which nobody can say whether it is wanted.</summary>
    Unreadable,
}

/// <summary>A step of a cursor, with its event where there is one.</summary>
internal readonly record struct CursorStep(CursorStepKind Kind, LoggedEvent? Event = null);

/// <summary>
/// A place in the log that moves on, event by event, whoever it is for: a stream, a browser, a webhook. What is new is found
/// with the tail, what is old in the database, in small batches. Not for two callers at once.
/// </summary>
internal sealed class EventCursor(EventTail tail, EventLog log, Database database, EventFilter filter, TimeProvider time, TimeSpan longestSilence)
{
    // What a caller who takes no more steps holds on to.
    private const int BatchEvents = 256;
    private const int BatchBytes = 32 * 1024;
    private const long None = -1;

    private readonly Watcher _watcher = new(filter);
    private readonly Queue<LoggedEvent> _read = [];
    private long _position;
    private long _readTo;
    private long _given = None;

    /// <summary>Up to here everything was given, or is not wanted.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Up to here its user is done: not with the event that was given last, until it says so or asks for the next.</summary>
    public long Done
    {
        get
        {
            // In this order: who sees the position of an event sees that it is given.
            var position = Position;
            return Volatile.Read(ref _given) is not None and var given ? given - 1 : position;
        }
    }

    /// <summary>The same, and what the tail has seen for a cursor that waits.</summary>
    public long Seen => tail.SeenBy(_watcher, Done);

    /// <summary>Starts to follow the log. To be called before the position is read that is followed from.</summary>
    public ValueTask OpenAsync() => tail.JoinAsync(_watcher);

    public void Close() => tail.Leave(_watcher);

    /// <summary>The user is done with the event that was given last.</summary>
    public void Finish() => Volatile.Write(ref _given, None);

    public void MoveTo(long position)
    {
        _read.Clear();
        _readTo = 0;
        Finish();
        Volatile.Write(ref _position, position);
    }

    /// <summary>Goes to the next event that is wanted, and waits for it.</summary>
    public async ValueTask<CursorStep> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await FindAsync(long.MaxValue, cancellationToken) is { } step)
                return step;
            var (position, isLongSilent) = await tail.WaitAsync(_watcher, Position, cancellationToken);
            // What came from the database may reach beyond what the tail has got to: it must not be told twice.
            Volatile.Write(ref _position, Math.Max(Position, position));
            if (isLongSilent)
                return Told(new CursorStep(CursorStepKind.Silent));
        }
    }

    /// <summary>The next event that is wanted up to a position; null where there is none yet.</summary>
    public async ValueTask<CursorStep?> FindAsync(long end, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryFind(end) is { } known)
                return known;
            if (Position >= end || (end == long.MaxValue && Position >= tail.Last))
                return null;

            // Behind what the tail has. Between two batches others have their turn.
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            if (end == long.MaxValue && time.GetElapsedTime(_watcher.LastTold) >= longestSilence / 2)
                return Told(new CursorStep(CursorStepKind.Silent));
            if (await database.ReadAsync(session => log.ReadAfterAsync(session, Position, BatchEvents, BatchBytes, filter)) is not { } batch)
                return new CursorStep(CursorStepKind.Gone);
            foreach (var logged in batch.Events)
                _read.Enqueue(logged);
            _readTo = batch.Position;
        }
    }

    /// <summary>The same in what was read already, by this cursor or by the tail.</summary>
    public CursorStep? TryFind(long end = long.MaxValue)
    {
        Finish();
        while (Position < end)
        {
            if (_read.TryPeek(out var read))
            {
                if (read.Position > end)
                    return null;
                _read.Dequeue();
                if (Pass(read) is { } wanted)
                    return wanted;
            }
            else if (Position < _readTo)
            {
                Volatile.Write(ref _position, Math.Min(_readTo, end));
            }
            else if (Position < tail.Last && tail.Find(Position + 1) is { } logged)
            {
                if (Pass(logged) is { } wanted)
                    return wanted;
            }
            else
            {
                return null;
            }
        }
        return null;
    }

    private CursorStep? Pass(LoggedEvent logged)
    {
        var step = Look(logged);
        if (step is not null)
            Volatile.Write(ref _given, logged.Position);
        Volatile.Write(ref _position, logged.Position);
        return step;
    }

    private CursorStep? Look(LoggedEvent logged) => filter.Judge(logged) switch
    {
        true => Told(new CursorStep(CursorStepKind.Event, logged)),
        null => Told(new CursorStep(CursorStepKind.Unreadable, logged)),
        false => null,
    };

    private CursorStep Told(CursorStep step)
    {
        _watcher.LastTold = time.GetTimestamp();
        return step;
    }
}
