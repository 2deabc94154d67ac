using System.Diagnostics;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Storage;

/// <summary>A write that waits for its turn. It may be run more than once, and is answered once.</summary>
internal abstract class QueuedWrite
{
    private bool _isTaken;

    /// <summary>When it was put into the queue, as a timestamp of <see cref="Stopwatch"/>.</summary>
    public long Since { get; } = Stopwatch.GetTimestamp();

    /// <summary>From when it is put into the queue until it is answered; null where the call that makes it is not recorded.</summary>
    public Activity? Span { get; } = Tracing.StartOfCall("write");

    /// <summary>Why the last run failed; null where it did not.</summary>
    public Exception? Failure { get; protected set; }

    /// <summary>Runs it. What it does not foresee is its failure, and nobody else's.</summary>
    public abstract ValueTask<bool> TryRunAsync(Session session, DateTimeOffset now, DateTimeOffset clock, Counters counters);

    /// <summary>Answers the caller with the outcome of the last run. To be called once what was run is durable.</summary>
    public abstract void Answer();

    public abstract void Fail(Exception cause);

    /// <summary>Its turn has come: it is run in a transaction. Where it is run again, in another one, it has not waited again.</summary>
    public void Take(Activity? commit)
    {
        if (commit is not null)
            Span?.AddLink(new ActivityLink(commit.Context));
        if (_isTaken)
            return;
        _isTaken = true;
        var waited = Stopwatch.GetElapsedTime(Since).TotalSeconds;
        Metrics.WriteQueueWait.Record(waited);
        Span?.AddEvent(new ActivityEvent("taken from the queue")).SetTag("service_ordering.write.queue.wait", waited);
    }
}

/// <inheritdoc/>
internal sealed class QueuedWrite<T>(Caller caller, Func<Write, ValueTask<T>> work, CancellationToken cancellationToken) : QueuedWrite
{
    // Callers go on elsewhere: the writer has the next commit to make.
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private long _position;

    public Task<T> Task => _source.Task;

    public override async ValueTask<bool> TryRunAsync(Session session, DateTimeOffset now, DateTimeOffset clock, Counters counters)
    {
        Failure = null;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _result = await work(new Write(session, now, clock, caller, counters, Span));
            _position = counters.Last;
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
        Tracing.End(Span, Failure?.Message);
        if (Failure is not null)
        {
            _source.SetException(Failure);
            return;
        }
        caller.Wrote(_position);
        _source.SetResult(_result!);
    }

    public override void Fail(Exception cause)
    {
        Tracing.End(Span, cause.Message);
        _source.SetException(cause);
    }
}
