namespace ServiceOrdering.Server.Hosting;

/// <summary>What answers may take: the configuration section <c>Answers</c>.</summary>
internal sealed record AnswerOptions : ISettings
{
    /// <summary>
    /// Bytes of memory that answers take together until they have gone out: lists half of it, answers with one resource a quarter,
    /// and what streams have written and nobody has read a quarter. At least 8 MiB, so that a page fits. Default: 96 MiB.
    /// </summary>
    public long Memory { get; init; } = 96 * 1024 * 1024;

    /// <summary>
    /// How long a list waits for memory before it is refused with 503 / UNAVAILABLE, and how long a stream may keep others waiting
    /// that does not take what it was sent, before it is aborted. Default: 5 seconds.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a caller has to take an answer, the time to make a list included, or what a stream has written; then the call is
    /// aborted. Default: 60 seconds.
    /// </summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Memory < 2 * AnswerBudget.LargestPage)
            yield return $"Answers:Memory must be at least {2 * AnswerBudget.LargestPage}.";
        if (Patience < TimeSpan.Zero || Patience > TimeSpan.FromHours(1))
            yield return "Answers:Patience must be from 00:00:00 to 01:00:00, such as 00:00:05.";
        if (TimeLimit < TimeSpan.FromSeconds(1) || TimeLimit > TimeSpan.FromHours(1))
            yield return "Answers:TimeLimit must be from 00:00:01 to 01:00:00, such as 00:01:00.";
    }
}
