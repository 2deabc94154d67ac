namespace ServiceOrdering.Server.Storage;

/// <summary>Who makes a write, and what joins its events with the call that made it.</summary>
/// <param name="Identity">Who calls.</param>
/// <param name="CorrelationId">The caller's own id for what it does, or the trace's; empty for neither.</param>
/// <param name="Trace">The W3C <c>traceparent</c> of the call: which span of which trace it is. Null where there is none.</param>
internal sealed record Caller(Identity Identity, string CorrelationId, string? Trace = null)
{
    private long _written;

    /// <summary>The caller's name; empty where nobody has said who calls.</summary>
    public string Actor => Identity.Name;

    /// <summary>How much the caller sees.</summary>
    public Sight Sight => Identity.Sight;

    /// <summary>The log's position after the last write of this caller that is durable; 0 where there was none.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>The server itself: retention, deliveries.</summary>
    public static readonly Caller Server = new(Identity.Server, "");

    /// <summary>A write of this caller is durable.</summary>
    public void Wrote(long position) => Volatile.Write(ref _written, position);
}
