namespace ServiceOrdering.Server.Storage;

/// <summary>Who makes a write, and what joins its events with the call that made it.</summary>
/// <param name="Actor">The caller's name; empty where nobody has said who calls.</param>
/// <param name="CorrelationId">The caller's own id for what it does, or the trace's; empty for neither.</param>
internal sealed record Caller(string Actor, string CorrelationId)
{
    private long _written;

    /// <summary>The log's position after the last write of this caller that is durable; 0 where there was none.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>The server itself: retention, deliveries.</summary>
    public static readonly Caller Server = new("server", "");

    /// <summary>A write of this caller is durable.</summary>
    public void Wrote(long position) => Volatile.Write(ref _written, position);
}
