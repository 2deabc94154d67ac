using System.Diagnostics;
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
    private static readonly TimeSpan Lull = TimeSpan.FromMilliseconds(3);

    private readonly SqliteSession _session;
    private readonly DatabaseFile _file;
    private readonly TimeProvider _time;
    private readonly Checkpoints _checkpoints;
    private readonly DatabaseHealth _health;
    private readonly Action _committed;
    private readonly Thread _thread;
    // A monitor and no semaphore: waiting for it does not spin, on processors that the callers have use for.
    private readonly object _gate = new();
    private readonly Queue<QueuedWrite> _waiting = new();
    private readonly Counters _counters = new();
    private bool _closing;
    private long _lastCommit;

    /// <param name="session">The connection that writes; the queue's own from here on.</param>
    /// <param name="file">The file that has to stay in its place.</param>
    /// <param name="checkpoints">Keep the log small; the queue's own from here on.</param>
    /// <param name="health">Is told what the file does.</param>
    /// <param name="time">Tells when a write is made.</param>
    /// <param name="committed">Called on the writer's thread after a commit and before its callers are answered.</param>
    public WriteQueue(SqliteSession session, DatabaseFile file, Checkpoints checkpoints, DatabaseHealth health, TimeProvider time, Action committed)
    {
        _session = session;
        _file = file;
        _checkpoints = checkpoints;
        _health = health;
        _time = time;
        _committed = committed;
        _thread = new Thread(Run) { Name = "storage writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Whether there was something to write in the last few milliseconds.</summary>
    public bool IsBusy => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastCommit)) < Lull;

    /// <summary>How many writes wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    public Task<T> EnqueueAsync<T>(Caller caller, Func<Write, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var write = new QueuedWrite<T>(caller, work, cancellationToken);
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
        var batch = new List<QueuedWrite>(LargestBatch);
        while (Take(batch))
            Commit(batch);
    }

    /// <summary>Waits for writes; false when there will be no more.</summary>
    private bool Take(List<QueuedWrite> batch)
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

    private void Commit(List<QueuedWrite> batch)
    {
        var measured = new MeasuredCommit(batch);
        var changes = _session.TotalChanges;
        try
        {
            if (!_file.IsInPlace)
                throw Errors.ApiErrors.ServerUnavailable("The database file was removed or replaced; the server has to be started again.", passes: false);
            if (!TryCommit(batch, withSavepoints: false))
                TryCommit(batch, withSavepoints: true);
        }
        catch (Exception e)
        {
            RollBack();
            measured.End(batch.Count, e);
            var told = _health.Judge(e);
            foreach (var write in batch)
                write.Fail(told);
            return;
        }
        measured.End(batch.Count);
        if (_session.TotalChanges != changes)
            _health.Succeeded();
        Volatile.Write(ref _lastCommit, Stopwatch.GetTimestamp());
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
    private bool TryCommit(List<QueuedWrite> batch, bool withSavepoints)
    {
        _session.Execute("begin immediate");
        _counters.Start(_session.Find<long>("select last from event_position"));
        foreach (var write in batch)
        {
            if (withSavepoints)
                _session.Execute("savepoint write");
            var (changes, mark) = (_session.TotalChanges, _counters.Mark());
            var now = _time.GetUtcNow();
            if (!Complete(write.TryRunAsync(_session, now, now, _counters)))
            {
                // What SQLite has rolled back by itself, the whole batch must not go on without; and a fault of the file is everybody's.
                if (!_session.IsInTransaction || SqliteFault.Explain(write.Failure!) is not null)
                    throw write.Failure!;
                _counters.GoBack(mark);
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
        Complete(_counters.SaveAsync(_session));
        _session.Execute("commit");
        return true;
    }

    // Everything that is done on this database completes at once; whatever else a write waits for, the writer does.
    private static bool Complete(ValueTask<bool> running) => running.IsCompleted ? running.Result : running.AsTask().GetAwaiter().GetResult();

    private static void Complete(ValueTask running)
    {
        if (running.IsCompleted)
            running.GetAwaiter().GetResult();
        else
            running.AsTask().GetAwaiter().GetResult();
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
}
