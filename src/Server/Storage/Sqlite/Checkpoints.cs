using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// Moves what was committed from the log to the database while the writer goes on, so that no write waits for that. A steady
/// load never lets the log start over, as there is always something new in it: once it is large, the writer itself moves the
/// little that is left, and starts the log over. That has to wait for whoever reads what is in the log: where one scan begins
/// before the other ends for so long that the log becomes too large, they are made to pause.
/// </summary>
internal sealed class Checkpoints : IDisposable
{
    // Chosen by measurement: docs/architecture.md, "Pages and checkpoints".
    private const long Step = 8 * 1024 * 1024;
    private const long Largest = 64 * 1024 * 1024;

    private readonly SqliteSession _session;
    private readonly FileInfo _log;
    private readonly SemaphoreSlim _due = new(0);
    private readonly Thread _thread;
    private readonly long _busyTimeout;
    private readonly long _largestLog;
    private readonly ScanQueue _scans;
    private long _next = Step;
    private long _limit = Largest;
    private volatile bool _closing;

    /// <param name="session">A connection for checkpoints alone; theirs from here on.</param>
    /// <param name="location">Path of the database.</param>
    /// <param name="busyTimeout">Milliseconds that a transaction waits for a lock.</param>
    /// <param name="largestLog">Bytes of the log from which on scans have to pause.</param>
    /// <param name="scans">The scans.</param>
    public Checkpoints(SqliteSession session, string location, long busyTimeout, long largestLog, ScanQueue scans)
    {
        _largestLog = largestLog;
        _scans = scans;
        _busyTimeout = busyTimeout;
        _session = session;
        _log = new FileInfo(location + "-wal");
        _thread = new Thread(Run) { Name = "storage checkpoints", IsBackground = true };
        _thread.Start();
    }

    /// <summary>To be called by the writer, between two transactions.</summary>
    public void AfterCommit(SqliteSession writer)
    {
        _log.Refresh();
        var size = _log.Exists ? _log.Length : 0;
        if (size >= _limit)
        {
            // Readers may still need the log: nobody waits for them, it is tried again when it has grown by another step.
            var isBusy = true;
            writer.ExecuteScript("pragma busy_timeout = 0");
            try
            {
                isBusy = writer.Find<(long Busy, long Log, long Moved)>("pragma wal_checkpoint(truncate)").Busy != 0;
            }
            finally
            {
                // Also where the disk is full: the next transaction waits for a lock as ever.
                writer.ExecuteScript($"pragma busy_timeout = {_busyTimeout}");
                _limit = isBusy ? size + Step : Largest;
                _next = isBusy ? size + Step : Step;
                if (!isBusy)
                    _scans.Resume();
                else if (size >= _largestLog)
                    _scans.Pause();
            }
        }
        else if (size >= _next)
        {
            _next = size + Step;
            _due.Release();
        }
    }

    public void Dispose()
    {
        _closing = true;
        _due.Release();
        _thread.Join();
        _session.Dispose();
        _due.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _due.Wait();
            if (_closing)
                return;
            try
            {
                _session.Find<(long Busy, long Log, long Moved)>("pragma wal_checkpoint(passive)");
            }
            catch (SqliteException)
            {
                // A full disk, for one. The log holds everything; the writer finds out when it has grown.
            }
        }
    }
}
