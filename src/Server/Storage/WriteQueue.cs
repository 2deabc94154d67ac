namespace ServiceOrdering.Server.Storage;

/// <summary>
/// The one writer. What waits is committed together: one fsync serves many callers, a write that fails takes no other with
/// it, and nobody is answered before the commit. A write may be run twice, and must then do the same.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    private const int LongestQueue = 10_000;
    private const int LargestBatch = 256;

    private readonly Session _session;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Queue<Write> _waiting = new();
    private volatile bool _closing;

    public WriteQueue(Session session)
    {
        _session = session;
        _thread = new Thread(Run) { Name = "storage writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Raised on the writer's thread after a commit and before its callers are answered.</summary>
    public event Action? Committed;

    public Task<T> EnqueueAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        var write = new Write<T>(work, cancellationToken);
        lock (_gate)
        {
            if (_closing || _waiting.Count >= LongestQueue)
                throw Errors.ApiErrors.ServerUnavailable(_closing ? "The server is shutting down." : "Too many writes are waiting.");
            _waiting.Enqueue(write);
            if (_waiting.Count == 1)
                _arrived.Release();
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
            _arrived.Release();
        }
        _thread.Join();
        _session.Dispose();
        _arrived.Dispose();
    }

    private void Run()
    {
        var batch = new List<Write>(LargestBatch);
        while (true)
        {
            _arrived.Wait();
            while (Take(batch))
                Commit(batch);
            if (_closing)
                return;
        }
    }

    private bool Take(List<Write> batch)
    {
        batch.Clear();
        lock (_gate)
        {
            while (batch.Count < LargestBatch && _waiting.TryDequeue(out var write))
                batch.Add(write);
        }
        return batch.Count > 0;
    }

    private void Commit(List<Write> batch)
    {
        try
        {
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
        Committed?.Invoke();
        foreach (var write in batch)
            write.Answer();
    }

    /// <summary>
    /// A savepoint keeps a copy of every page that is changed behind it, which costs a third of a write. So the batch is first
    /// run without: a write that fails before it has changed anything, as refusals do, leaves nothing to take back. Only where
    /// one fails half-way is the batch run again, each write under its savepoint.
    /// </summary>
    private bool TryCommit(List<Write> batch, bool withSavepoints)
    {
        _session.Execute("begin immediate");
        foreach (var write in batch)
        {
            if (withSavepoints)
                _session.Execute("savepoint write");
            var changes = _session.TotalChanges;
            if (!write.TryRun(_session) && _session.TotalChanges != changes)
            {
                if (!withSavepoints)
                {
                    _session.Execute("rollback");
                    return false;
                }
                _session.Execute("rollback to write");
            }
            if (withSavepoints)
                _session.Execute("release write");
        }
        _session.Execute("commit");
        return true;
    }

    private void RollBack()
    {
        try
        {
            _session.Execute("rollback");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite has ended the transaction by itself, as it does when the disk is full.
        }
    }

    private abstract class Write
    {
        public abstract bool TryRun(Session session);

        public abstract void Answer();

        public abstract void Fail(Exception cause);
    }

    private sealed class Write<T>(Func<Session, T> work, CancellationToken cancellationToken) : Write
    {
        // Callers go on elsewhere: the writer's thread has the next commit to make.
        private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failure;

        public Task<T> Task => _source.Task;

        public override bool TryRun(Session session)
        {
            _failure = null;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                _result = work(session);
                return true;
            }
            catch (Exception e)
            {
                _failure = e;
                return false;
            }
        }

        public override void Answer()
        {
            if (_failure is null)
                _source.SetResult(_result!);
            else
                _source.SetException(_failure);
        }

        public override void Fail(Exception cause) => _source.SetException(cause);
    }
}
