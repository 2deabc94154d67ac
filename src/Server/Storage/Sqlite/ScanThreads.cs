using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// Threads for scans alone. SQLite holds a thread for as long as a statement runs; those of the pool answer everybody, and go
/// first where there are too few processors for all.
/// </summary>
internal sealed class ScanThreads : IDisposable
{
    // A tenth of the time of a thread of the pool that wants the same processor.
    private const int Niceness = 10;

    private readonly BlockingCollection<Action> _waiting = [];
    private readonly Thread[] _threads;
    private volatile bool _closing;

    public ScanThreads(int count)
    {
        _threads = [.. Enumerable.Range(0, count).Select(_ => new Thread(Run) { Name = "storage scans", IsBackground = true })];
        foreach (var thread in _threads)
            thread.Start();
    }

    public Task<T> RunAsync<T>(Func<T> scan)
    {
        if (_closing)
            throw Errors.ApiErrors.ServerUnavailable("The server is shutting down.");
        // Callers go on elsewhere: the next scan waits for the thread.
        var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add(() =>
        {
            try
            {
                source.SetResult(scan());
            }
            catch (Exception e)
            {
                source.SetException(e);
            }
        });
        return source.Task;
    }

    /// <summary>Ends what was begun, then the threads.</summary>
    public void Dispose()
    {
        if (_closing)
            return;
        _closing = true;
        _waiting.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _waiting.Dispose();
    }

    // .NET's own priorities do nothing on Linux, whose call takes a thread for a process, and this one for none.
    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);

    private void Run()
    {
        if (OperatingSystem.IsLinux())
            _ = SetPriority(0, 0, Niceness);
        else
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        foreach (var scan in _waiting.GetConsumingEnumerable())
            scan();
    }
}
