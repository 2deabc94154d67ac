using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hub;

/// <summary>
/// How many deliveries are under way at once. Listeners that failed or were slow the last time have a lane of their own:
/// however many of them hang, the others do not wait behind them.
/// </summary>
internal sealed class DeliveryLanes(IOptions<WebhookOptions> options) : IDisposable
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _prompt = new(options.Value.MaxConcurrentDeliveries);
    private readonly SemaphoreSlim _slow = new(options.Value.MaxConcurrentDeliveries);

    public static bool IsSlow(TimeSpan duration, WebhookAnswer answer) => answer.Error is not null || duration > Slow;

    /// <summary>Runs a delivery when its lane has room.</summary>
    public async Task<T> RunAsync<T>(bool isSlow, Func<Task<T>> deliver, CancellationToken cancellationToken)
    {
        var lane = isSlow ? _slow : _prompt;
        await lane.WaitAsync(cancellationToken);
        try
        {
            return await deliver();
        }
        finally
        {
            lane.Release();
        }
    }

    public void Dispose()
    {
        _prompt.Dispose();
        _slow.Dispose();
    }
}
