namespace ServiceOrdering.Server.Events;

/// <summary>The log of events and those who watch it: the configuration section <c>Events</c>.</summary>
internal sealed record EventsOptions : ISettings
{
    /// <summary>How long events are kept. At least a minute. Default: 30 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>After how long a silence a watcher gets a fresh token. Default: 30 seconds.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Retention < TimeSpan.FromMinutes(1))
            yield return "Events:Retention must be at least 00:01:00, such as 30.00:00:00 (30 days).";
        if (CheckpointInterval <= TimeSpan.Zero)
            yield return "Events:CheckpointInterval must be positive, such as 00:00:30.";
    }
}
