using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// The one writer. What waits is committed together: one sync serves many callers, a write that fails takes no other with it,
/// and nobody is answered before the commit. It never goes on outside of a transaction, whatever SQLite has made of it.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private const int LongestQueue = 10_000;
    private const int LargestBatch = 256;

    private readonly SqliteSession _session;
    private readonly DatabaseFile _file;
    private readonly TimeProvider _time;
    private readonly Checkpoints _checkpoints;
    private readonly Action _committed;
    private readonly Thread _thread;
    // A monitor and no semaphore: waiting for it does not spin, on processors that the callers have use for.
    private readonly object _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private readonly LogPositions _positions = new();
    private bool _closing;

    /// <param name="session">The connection that writes; the queue's own from here on.</param>
    /// <param name="file">The file that has to stay in its place.</param>
    /// <param name="checkpoints">Keep the log small; the queue's own from here on.</param>
    /// <param name="time">Tells when a write is made.</param>
    /// <param name="committed">Called on the writer's thread after a commit and before its callers are answered.</param>
    public WriteQueue(SqliteSession session, DatabaseFile file, Checkpoints checkpoints, TimeProvider time, Action committed)
    {
        _session = session;
        _file = file;
        _checkpoints = checkpoints;
        _time = time;
        _committed = committed;
        _thread = new Thread(Run) { Name = "storage writer", IsBackground = true };
        _thread.Start();
    }

    public Task<T> EnqueueAsync<T>(Caller caller, Func<Write, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var write = new Waiting<T>(caller, work, cancellationToken);
        lock (_gate)
        {
            if (_closing || _waiting.Count >= LongestQueue)
                throw Errors.ApiErrors.ServerUnavailable(_closing ? "The server is shutting down." : "Too many writes are waiting.");
            _waiting.Enqueue(write);
            if (_waiting.Count == 1)
                Monitor.Pulse(_gate);
        }
        return write.Task;
    }

    /// <summary>Commits what was accepted, then ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closing)
                return;
            _closing = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join();
        _checkpoints.Dispose();
        _session.Dispose();
    }

    private void Run()
    {
        var batch = new List<Waiting>(LargestBatch);
        while (Take(batch))
            Commit(batch);
    }

    /// <summary>Waits for writes; false when there will be no more.</summary>
    private bool Take(List<Waiting> batch)
    {
        batch.Clear();
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closing)
                Monitor.Wait(_gate);
            while (batch.Count < LargestBatch && _waiting.TryDequeue(out var write))
                batch.Add(write);
        }
        return batch.Count > 0;
    }

    private void Commit(List<Waiting> batch)
    {
        try
        {
            if (!_file.IsInPlace)
                throw Errors.ApiErrors.ServerUnavailable("The database file was removed or replaced; the server has to be started again.");
            if (!TryCommit(batch, withSavepoints: false))
                TryCommit(batch, withSavepoints: true);
        }
        catch (Exception e)
        {
            RollBack();
            foreach (var write in batch)
                write.Fail(e);
            return;
        }
        _committed();
        foreach (var write in batch)
            write.Answer();
        KeepLogSmall();
    }

    /// <summary>
    /// A savepoint keeps a copy of every page that is changed behind it, which costs a third of a write. So the batch is first
    /// run without: a write that fails before it has changed anything, as refusals do, leaves nothing to take back. Only where
    /// one fails half-way is the batch run again, each write under its savepoint.
    /// </summary>
    private bool TryCommit(List<Waiting> batch, bool withSavepoints)
    {
        _session.Execute("begin immediate");
        var first = _positions.Last = _session.Find<long>("select last from event_position");
        foreach (var write in batch)
        {
            if (withSavepoints)
                _session.Execute("savepoint write");
            var (changes, position) = (_session.TotalChanges, _positions.Last);
            if (!write.TryRun(_session, _time.GetUtcNow(), _positions))
            {
                // What SQLite has rolled back by itself, the whole batch must not go on without.
                if (!_session.IsInTransaction)
                    throw write.Failure!;
                _positions.Last = position;
                if (_session.TotalChanges != changes)
                {
                    if (!withSavepoints)
                    {
                        _session.Execute("rollback");
                        return false;
                    }
                    _session.Execute("rollback to write");
                }
            }
            if (withSavepoints)
                _session.Execute("release write");
        }
        if (_positions.Last != first)
            _session.Execute("update event_position set last = @last", new { last = _positions.Last });
        _session.Execute("commit");
        return true;
    }

    private void KeepLogSmall()
    {
        try
        {
            _checkpoints.AfterCommit(_session);
        }
        catch (SqliteException)
        {
            // What was answered is in the log; it is tried again after the next commit.
        }
    }

    private void RollBack()
    {
        try
        {
            if (_session.IsInTransaction)
                _session.Execute("rollback");
        }
        catch (SqliteException)
        {
            // The next batch cannot begin then, and says so to its callers.
        }
    }

    private abstract class Waiting
    {
        public Exception? Failure { get; protected set; }

        public abstract bool TryRun(Session session, DateTimeOffset now, LogPositions positions);

        public abstract void Answer();

        public abstract void Fail(Exception cause);
    }

    private sealed class Waiting<T>(Caller caller, Func<Write, ValueTask<T>> work, CancellationToken cancellationToken) : Waiting
    {
        // Callers go on elsewhere: the writer's thread has the next commit to make.
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _source.Task;

        public override bool TryRun(Session session, DateTimeOffset now, LogPositions positions)
        {
            Failure = null;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var running = work(new Write(session, now, caller, positions));
                // Everything that a write does on this database completes at once; whatever else it waits for, the writer does.
                _result = running.IsCompleted ? running.Result : running.AsTask().GetAwaiter().GetResult();
                return true;
            }
            catch (Exception e)
            {
                Failure = e;
                return false;
            }
        }

        public override void Answer()
        {
            if (Failure is null)
                _source.SetResult(_result!);
            else
                _source.SetException(Failure);
        }

        public override void Fail(Exception cause) => _source.SetException(cause);
    }
}
