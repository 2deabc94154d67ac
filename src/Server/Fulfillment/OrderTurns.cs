using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// What is done about the items of one order is done one after the other, where all but one would else be done in vain:
/// compare-and-set decides against other servers and callers. Orders that share a turn by chance wait a commit longer.
/// </summary>
internal sealed class OrderTurns
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Reads and writes in the order's turn, again where somebody else was faster.</summary>
    public async Task<T> TakeAsync<T>(string orderId, Func<Task<T>> readAndWrite, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)orderId.GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await Database.RetryAsync(readAndWrite);
        }
        finally
        {
            turn.Release();
        }
    }
}
