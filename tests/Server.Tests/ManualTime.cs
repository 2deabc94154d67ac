namespace ServiceOrdering.Server.Tests;

/// <summary>A clock that goes on only when a test says so.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;
}
