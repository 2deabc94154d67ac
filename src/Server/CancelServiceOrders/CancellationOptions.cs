namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>How orders are cancelled; section <c>Cancellation</c> of the configuration.</summary>
internal sealed record CancellationOptions : ISettings
{
    /// <summary>
    /// How long those who work on an order have to answer whether it can be cancelled, before it goes on. From 1 second to 30
    /// days. Default: 15 minutes.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (AnswerTimeout < TimeSpan.FromSeconds(1) || AnswerTimeout > TimeSpan.FromDays(30))
            yield return "Cancellation:AnswerTimeout must be from 00:00:01 to 30.00:00:00, such as 00:15:00.";
    }
}
