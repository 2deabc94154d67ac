using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>One call of WatchEvents: a cursor over the log, and what it sends.</summary>
internal sealed class EventStream(
    EventTail tail, Database database, ResumeTokens tokens, EventsOptions options, TimeProvider time,
    EventFilter filter, string baseAddress, IServerStreamWriter<WatchEventsResponse> responses, CancellationToken cancellationToken)
{
    // What a caller who stops reading while it is behind holds on to.
    private const int BatchEvents = 256;
    private const int BatchBytes = 32 * 1024;

    // Small messages share a packet, but nothing piles up unsent.
    private const int MostUnflushed = 16;

    private static readonly WriteOptions Flushed = new();
    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);

    private readonly Watcher _watcher = new(filter);
    private readonly Queue<LoggedEvent> _read = [];
    private long _position;
    private long _readTo;
    private int _unflushed;

    public async Task RunAsync(WatchEventsRequest request)
    {
        tail.Join(_watcher);
        try
        {
            if (request.IncludeSnapshot && request.ResumeToken.Length == 0)
            {
                await SendSnapshotAsync();
            }
            else
            {
                _position = request.ResumeToken.Length == 0 ? database.Read(EventLog.Last) : tokens.Read(request.ResumeToken);
                await SendCheckpointAsync();
            }
            await FollowAsync();
        }
        finally
        {
            tail.Leave(_watcher);
        }
    }

    private async Task FollowAsync()
    {
        while (true)
        {
            var found = await FindNextAsync(long.MaxValue);
            while (found is not null)
            {
                var next = FindAtHand(long.MaxValue);
                await SendAsync(found.Response(baseAddress, tokens), isLast: next is null);
                found = next;
            }
            var (position, isLongSilent) = await tail.WaitAsync(_watcher, _position, cancellationToken);
            // What came from the database may reach beyond what the tail has got to: it must not be told twice.
            _position = Math.Max(_position, position);
            if (isLongSilent)
                await SendCheckpointAsync();
        }
    }

    private async Task SendSnapshotAsync()
    {
        var snapshot = new EventSnapshot(database, filter);
        _position = snapshot.Start;
        await SendAsync(new WatchEventsResponse { SnapshotStart = new SnapshotStart() }, isLast: true);
        foreach (var (resource, body) in snapshot.Read())
            await SendAsync(new WatchEventsResponse { SnapshotItem = resource.Read(body.Span, baseAddress) }, isLast: false);
        while (await FindNextAsync(snapshot.End) is { } logged)
        {
            if (!snapshot.Shows(logged))
                await SendAsync(new WatchEventsResponse { Event = logged.Response(baseAddress, tokens).Event }, isLast: false);
        }
        var complete = new SnapshotComplete { ItemCount = snapshot.Count };
        await SendAsync(new WatchEventsResponse { ResumeToken = tokens.Write(snapshot.End), SnapshotComplete = complete }, isLast: true);
    }

    /// <summary>Moves on to the next event that is wanted; null where there is none yet, up to a position.</summary>
    private async ValueTask<LoggedEvent?> FindNextAsync(long end)
    {
        while (true)
        {
            if (FindAtHand(end) is { } known)
                return known;
            if (_position >= end || (end == long.MaxValue && _position >= tail.Last))
                return null;

            // Behind what the tail has. Between two batches others have their turn.
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            if (end == long.MaxValue && time.GetElapsedTime(_watcher.LastSent) >= options.CheckpointInterval / 2)
                await SendCheckpointAsync();
            var batch = database.Read(session => EventLog.ReadAfter(session, _position, BatchEvents, BatchBytes, filter.IsWanted)) ?? throw tokens.Expired();
            foreach (var logged in batch.Events.Where(filter.Matches))
                _read.Enqueue(logged);
            _readTo = batch.Position;
        }
    }

    /// <summary>The same in what was read already, by this watcher or by the tail.</summary>
    private LoggedEvent? FindAtHand(long end)
    {
        while (_position < end)
        {
            if (_read.TryPeek(out var read) && read.Position > end)
                return null;
            if (_read.TryDequeue(out read))
            {
                _position = read.Position;
                return read;
            }
            if (_position < _readTo)
            {
                _position = Math.Min(_readTo, end);
                continue;
            }
            if (_position >= tail.Last || tail.Find(_position + 1) is not { } logged)
                return null;
            _position++;
            if (filter.Matches(logged))
                return logged;
        }
        return null;
    }

    private Task SendCheckpointAsync() =>
        SendAsync(new WatchEventsResponse { ResumeToken = tokens.Write(_position), Checkpoint = new Checkpoint() }, isLast: true);

    private async Task SendAsync(WatchEventsResponse response, bool isLast)
    {
        _unflushed = isLast || _unflushed == MostUnflushed ? 0 : _unflushed + 1;
        responses.WriteOptions = _unflushed == 0 ? Flushed : Buffered;
        await responses.WriteAsync(response, cancellationToken);
        _watcher.LastSent = time.GetTimestamp();
    }
}
