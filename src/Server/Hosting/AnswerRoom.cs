namespace ServiceOrdering.Server.Hosting;

/// <summary>Memory that answers of one kind share. One that is larger than all of it is let in alone.</summary>
internal sealed class AnswerRoom(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _waiting = new();
    private long _taken;

    /// <summary>Bytes that nobody has.</summary>
    public long Free
    {
        get
        {
            lock (_gate)
                return capacity - _taken;
        }
    }

    /// <summary>Whether somebody waits for it.</summary>
    public bool IsWaitedFor
    {
        get
        {
            lock (_gate)
                return _waiting.Count > 0;
        }
    }

    /// <summary>Takes memory where there is some.</summary>
    /// <param name="bytes">How much more.</param>
    /// <param name="held">How much the same answer has already.</param>
    public bool TryTake(long bytes, long held = 0)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || !Fits(bytes, held))
                return false;
            _taken += bytes;
            return true;
        }
    }

    /// <summary>Takes memory, after those who wait already.</summary>
    /// <param name="bytes">How much, for an answer that has none yet.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">There was none for so long.</exception>
    public async ValueTask TakeAsync(long bytes, TimeSpan patience, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes, 0))
            {
                _taken += bytes;
                return;
            }
            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
        }
        try
        {
            await turn.Task.WaitAsync(patience, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It may have come in this moment; else those behind may fit where it did not.
            GiveBack(turn.TrySetCanceled(CancellationToken.None) ? 0 : bytes);
            throw;
        }
    }

    public void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _taken -= bytes;
            while (_waiting.TryPeek(out var next) && (next.Turn.Task.IsCompleted || Fits(next.Bytes, 0)))
            {
                _waiting.Dequeue();
                if (next.Turn.TrySetResult())
                    _taken += next.Bytes;
            }
        }
    }

    private bool Fits(long bytes, long held) => _taken + bytes <= capacity || _taken == held;
}
