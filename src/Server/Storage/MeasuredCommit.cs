using System.Diagnostics;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// What is measured of a transaction of writes. Its span is in the trace of the first of them that is recorded, since one with a trace of
/// its own would not be sampled where they are, and linked to all of them, and each of them to it.
/// </summary>
internal sealed class MeasuredCommit
{
    // What a batch holds at most would be more than collectors take of one span.
    private const int MostLinks = 128;

    private readonly long _started = Stopwatch.GetTimestamp();
    private int _links;
    private bool _isEnded;

    public MeasuredCommit(List<QueuedWrite> batch)
    {
        foreach (var write in batch)
            Take(write);
    }

    /// <summary>Its span, where any of its writes has one.</summary>
    public Activity? Span { get; private set; }

    /// <summary>Another write is to be in it.</summary>
    public void Take(QueuedWrite write)
    {
        if (write.Span is { } span)
        {
            Span ??= Tracing.Start("commit", ActivityKind.Internal, span.Context, []);
            if (_links++ < MostLinks)
                Span?.AddLink(new ActivityLink(span.Context));
        }
        write.Take(Span);
    }

    /// <summary>It is durable, or has failed. To be called before its writes are answered; what is called later counts for nothing.</summary>
    /// <param name="writes">How many it was of.</param>
    /// <param name="failure">Why it has failed, where it has.</param>
    public void End(int writes, Exception? failure = null)
    {
        if (_isEnded)
            return;
        _isEnded = true;
        Tracing.End(Span?.SetTag("service_ordering.commit.writes", writes), failure?.Message);
        // Whose writes were all taken out of it was none.
        if (writes == 0)
            return;
        Metrics.CommitDuration.Record(Stopwatch.GetElapsedTime(_started).TotalSeconds);
        Metrics.CommitWrites.Record(writes);
    }
}
