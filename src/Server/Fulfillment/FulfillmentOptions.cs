namespace ServiceOrdering.Server.Fulfillment;

/// <summary>How long workers may have items, and how often items are tried: the configuration section <c>Fulfillment</c>.</summary>
internal sealed record FulfillmentOptions : ISettings
{
    /// <summary>For how long an item is handed over, and for how long a report extends that. From 1 second to an hour. Default: 30 seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an item may be in work in all, from when it was first handed over, whatever is renewed. Default: 24 hours.</summary>
    public TimeSpan LongestWork { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often an item is tried, leases that ran out included, before it falls out. From 1 to 1000. Default: 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>What becomes of an item that falls out: that cannot be tried again, was tried too often, or was in work for too long. Default: it fails.</summary>
    public FailureMode OnFailure { get; init; } = FailureMode.Fail;

    /// <summary>How long an item waits after its first failure; twice as long after each other. Default: 1 second.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an item waits after a failure at most. Default: 5 minutes.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an item waits after a number of attempts, 1 or more.</summary>
    public TimeSpan Backoff(long attempts) =>
        TimeSpan.FromTicks((long)Math.Min(LongestBackoff.Ticks, FirstBackoff.Ticks * Math.Pow(2, Math.Min(attempts - 1, 62))));

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (LeaseDuration < TimeSpan.FromSeconds(1) || LeaseDuration > TimeSpan.FromHours(1))
            yield return "Fulfillment:LeaseDuration must be from 00:00:01 to 01:00:00, such as 00:00:30.";
        if (LongestWork < LeaseDuration || LongestWork > TimeSpan.FromDays(365))
            yield return "Fulfillment:LongestWork must be from Fulfillment:LeaseDuration to 365 days, such as 1.00:00:00.";
        if (MaxAttempts is < 1 or > 1000)
            yield return "Fulfillment:MaxAttempts must be from 1 to 1000.";
        if (!Enum.IsDefined(OnFailure))
            yield return $"Fulfillment:OnFailure is not known. Allowed: {string.Join(", ", Enum.GetNames<FailureMode>())}.";
        if (FirstBackoff < TimeSpan.Zero || LongestBackoff < FirstBackoff || LongestBackoff > TimeSpan.FromDays(1))
            yield return "Fulfillment:FirstBackoff and Fulfillment:LongestBackoff must be from 0 to a day, the first not above the longest.";
    }
}

/// <summary>What becomes of an item that falls out.</summary>
internal enum FailureMode
{
    /// <summary>It fails, and what depends on it.</summary>
    Fail,

    /// <summary>It is held until somebody decides: <c>FalloutService</c>.</summary>
    Hold,
}
