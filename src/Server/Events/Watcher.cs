namespace ServiceOrdering.Server.Events;

/// <summary>What a watcher is woken with: the position up to which there was nothing for it, and whether it is only to say so.</summary>
internal readonly record struct Wakeup(long Position, bool IsLongSilent);

/// <summary>One who follows the log. While it waits, the tail looks at every event for it; else it looks for itself.</summary>
internal sealed class Watcher(EventFilter filter)
{
    private TaskCompletionSource<Wakeup>? _waiting;

    public EventFilter Filter => filter;

    /// <summary>When it was last told something, as a timestamp of the time provider.</summary>
    public long LastTold { get; set; }

    /// <summary>Whether it waits: only then it is told of anything.</summary>
    public bool IsWaiting => _waiting is not null;

    /// <summary>Starts to wait, until it is woken.</summary>
    public Task<Wakeup> Wait()
    {
        // Whoever wakes it has others to wake.
        _waiting = new TaskCompletionSource<Wakeup>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Task;
    }

    public void Wake(long position, bool isLongSilent = false)
    {
        _waiting?.SetResult(new Wakeup(position, isLongSilent));
        _waiting = null;
    }
}
