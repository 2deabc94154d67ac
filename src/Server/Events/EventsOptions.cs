namespace ServiceOrdering.Server.Events;

/// <summary>The log of events and those who watch it: the configuration section <c>Events</c>.</summary>
internal sealed record EventsOptions
{
    /// <summary>How long events are kept. At least a minute. Default: 30 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>After how long a silence a watcher gets a fresh token. Default: 30 seconds.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(30);
}
