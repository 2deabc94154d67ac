namespace ServiceOrdering.Server.Jeopardy;

/// <summary>When orders are said to be in danger: the configuration section <c>Jeopardy</c>.</summary>
internal sealed record JeopardyOptions : ISettings
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>
    /// How long items take, by the id of their service's specification, else by its type, else by <c>*</c>; an item that none of
    /// them is about takes no time. From 0 to 365 days each. Default: none, and no order is at risk by what remains.
    /// </summary>
    public Dictionary<string, TimeSpan> Durations { get; init; } = [];

    /// <summary>How long items wait with no worker connected that takes them, before it is told of. From 1 second to 365 days; 0 for never. Default: 5 minutes.</summary>
    public TimeSpan NoWorkerAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an item is fallout that nobody has decided about, before it is told of. From 1 second to 365 days; 0 for never. Default: 4 hours.</summary>
    public TimeSpan FalloutAfter { get; init; } = TimeSpan.FromHours(4);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Durations.FirstOrDefault(duration => duration.Value < TimeSpan.Zero || duration.Value > Longest) is { Key: { } key })
            yield return $"Jeopardy:Durations:{key} must be from 0 to 365 days, such as 04:00:00.";
        if (!IsDelay(NoWorkerAfter))
            yield return "Jeopardy:NoWorkerAfter must be from 00:00:01 to 365 days, such as 00:05:00, or 0 for never.";
        if (!IsDelay(FalloutAfter))
            yield return "Jeopardy:FalloutAfter must be from 00:00:01 to 365 days, such as 04:00:00, or 0 for never.";
    }

    private static bool IsDelay(TimeSpan time) => time == TimeSpan.Zero || (time >= TimeSpan.FromSeconds(1) && time <= Longest);
}
