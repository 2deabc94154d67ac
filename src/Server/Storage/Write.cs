namespace ServiceOrdering.Server.Storage;

/// <summary>
/// One write: everything done through it is one transaction, whatever resources it is about. It is passed on and never opened
/// by whom it was given to. A write may be run twice, and must then do the same.
/// </summary>
internal sealed class Write(Session session, DateTimeOffset now, Caller caller, LogPositions positions)
{
    public Session Session => session;

    /// <summary>When the write is made: one instant for all of it.</summary>
    public DateTimeOffset Now => now;

    public Caller Caller => caller;

    /// <summary>The position that the next event will have.</summary>
    public long UpcomingPosition => positions.Last + 1;

    /// <summary>The position of the next event. Positions are dense, and in the order of commits.</summary>
    public long NextPosition() => ++positions.Last;
}

/// <summary>The positions that a transaction hands out.</summary>
internal sealed class LogPositions
{
    public long Last { get; set; }
}
