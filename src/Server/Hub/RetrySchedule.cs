namespace ServiceOrdering.Server.Hub;

/// <summary>When an event that a listener did not take is sent again. Pure.</summary>
internal static class RetrySchedule
{
    // A listener that asks for more may be asking for ever.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>The time of the next try, or null where the last one has been made.</summary>
    /// <param name="options">Delays, jitter and when to give up.</param>
    /// <param name="failures">How many times the event was sent in vain, 1 or more.</param>
    /// <param name="failingSince">When it was first sent in vain.</param>
    /// <param name="now">The time of the last failure.</param>
    /// <param name="retryAfter">What the listener asked for: not sooner than this.</param>
    /// <param name="random">From 0 to 1, for jitter.</param>
    public static DateTimeOffset? NextTry(
        WebhookOptions options, int failures, DateTimeOffset failingSince, DateTimeOffset now, TimeSpan? retryAfter, double random)
    {
        var delay = options.RetryDelay(failures) * (1 + (options.RetryJitter * ((2 * random) - 1)));
        if (retryAfter > delay)
            delay = retryAfter.Value < LongestRetryAfter ? retryAfter.Value : LongestRetryAfter;
        var next = now + delay;
        return next <= failingSince + options.GiveUpAfter ? next : null;
    }
}
