namespace ServiceOrdering.Server.Storage;

/// <summary>Who makes a write, and what joins its events with the call that made it.</summary>
/// <param name="Actor">The caller's name; empty where nobody has said who calls.</param>
/// <param name="CorrelationId">The caller's own id for what it does, or the trace's; empty for neither.</param>
internal sealed record Caller(string Actor, string CorrelationId)
{
    /// <summary>The server itself: retention, deliveries.</summary>
    public static readonly Caller Server = new("server", "");
}
