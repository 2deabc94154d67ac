using System.Diagnostics.CodeAnalysis;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// Lets a few scans run at a time, and each for a limited time, so that however many are asked for, whoever reads or writes one
/// resource does not notice. Those that no index helps have half of the places: the others need not wait for them.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim holds nothing but memory; scans may still give their places back when the database is closed.")]
internal sealed class ScanQueue(TimeSpan limit)
{
    /// <summary>How many are running and waiting at most; beyond that they are refused at once.</summary>
    public const int Longest = 256;

    /// <summary>How many run at a time.</summary>
    public static readonly int Places = Math.Max(2, Environment.ProcessorCount);

    private readonly SemaphoreSlim _all = new(Places);
    private readonly SemaphoreSlim _unhelped = new(Places / 2);
    private int _count;
    private volatile TaskCompletionSource? _pause;

    /// <summary>Lets those that run come to their end, and no other begin until <see cref="Resume"/>: for so long at most as those may run, and twice that.</summary>
    public void Pause() => _pause ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets scans begin again.</summary>
    public void Resume()
    {
        _pause?.TrySetResult();
        _pause = null;
    }

    /// <summary>Runs a scan when its turn has come.</summary>
    /// <param name="scan">The scan; its token ends it when its time is over and when the caller has gone.</param>
    /// <param name="unindexed">Attributes that it looks for without an index; empty where it is short.</param>
    /// <param name="cancellationToken">Tells that the caller has gone.</param>
    public async ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> scan, IReadOnlyList<string> unindexed, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _count) > Longest)
                throw Errors.ApiErrors.ServerUnavailable("Too many lists and searches are waiting; try again in a moment.");
            if (unindexed.Count == 0)
                return await RunInTurnAsync(scan, unindexed, cancellationToken);
            Metrics.UnindexedScans.Add(1);
            await EnterAsync(_unhelped, cancellationToken);
            try
            {
                return await RunInTurnAsync(scan, unindexed, cancellationToken);
            }
            finally
            {
                _unhelped.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private async ValueTask<T> RunInTurnAsync<T>(Func<CancellationToken, ValueTask<T>> scan, IReadOnlyList<string> unindexed, CancellationToken cancellationToken)
    {
        await EnterAsync(_all, cancellationToken);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            if (_pause is { } pause)
                await Task.WhenAny(pause.Task, Task.Delay(2 * limit, cancellationToken));
            time.CancelAfter(limit);
            return await scan(time.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Errors.ApiErrors.QueryTimeout(limit, unindexed);
        }
        finally
        {
            _all.Release();
        }
    }

    private async ValueTask EnterAsync(SemaphoreSlim places, CancellationToken cancellationToken)
    {
        if (!await places.WaitAsync(limit, cancellationToken))
            throw Errors.ApiErrors.ServerUnavailable("Other lists and searches take all the time that there is; try again in a moment.");
    }
}
