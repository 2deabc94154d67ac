using System.Diagnostics;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// One write: everything done through it is one transaction, whatever resources it is about. It is passed on and never opened
/// by whom it was given to. A write may be run twice, and must then do the same.
/// </summary>
internal sealed class Write(Session session, DateTimeOffset now, DateTimeOffset clock, Caller caller, Counters counters, Activity? span)
{
    public Session Session => session;

    /// <summary>When the write is made: one instant for all of it.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The same by the clock that all servers of this database have in common: what leases run out by.</summary>
    public DateTimeOffset Clock => clock;

    public Caller Caller => caller;

    /// <summary>Its span, where the call that makes it is recorded.</summary>
    public Activity? Span => span;

    /// <summary>The position that the next event will have.</summary>
    public long UpcomingPosition => counters.Last + 1;

    /// <summary>The position of the next event. Positions are dense, and in the order of commits.</summary>
    public long NextPosition() => counters.Next();

    /// <summary>Counts a resource that comes into a state (1) or leaves it (-1).</summary>
    public void Count(string resource, string state, int change) => counters.Count(resource, state, change);
}
