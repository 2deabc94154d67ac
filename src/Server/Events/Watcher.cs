namespace ServiceOrdering.Server.Events;

/// <summary>One who follows the log. While it waits, the tail looks at every event for it; else it looks for itself.</summary>
internal sealed class Watcher(EventFilter filter)
{
    private TaskCompletionSource<long>? _waiting;

    public EventFilter Filter => filter;

    /// <summary>When it was last sent something, as a timestamp of the time provider.</summary>
    public long LastSent { get; set; }

    /// <summary>Whether it waits: only then it is told of anything.</summary>
    public bool IsWaiting => _waiting is not null;

    /// <summary>Starts to wait; the task gives the position that it has seen, or that was seen for it, when it goes on.</summary>
    public Task<long> Wait()
    {
        // Whoever wakes it has others to wake.
        _waiting = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Task;
    }

    public void Wake(long position)
    {
        _waiting?.SetResult(position);
        _waiting = null;
    }
}
