using System.Threading.Channels;
using Google.Rpc;
using Grpc.Core;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Jobs;

/// <summary>
/// Carries jobs out, one after the other, on one server of all. What a job does to one and that it has done it are one write,
/// so that whoever takes it up goes on behind the last; other writes come between any two.
/// </summary>
internal sealed partial class JobRunner(Database database, Leases leases, JobStore jobs, JobTargets targets, OrderTurns turns, TimeProvider time, ILogger<JobRunner> logger) : BackgroundService
{
    private const string LeaseName = "jobs";
    private const int PageSize = 200;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Lease? _lease;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void Wake() => _signal.Writer.TryWrite(true);
        jobs.Started += Wake;
        try
        {
            while (true)
            {
                // Who has the database alone is told of every job.
                var pause = database.IsShared ? BetweenLooks : Timeout.InfiniteTimeSpan;
                try
                {
                    while (await jobs.FindFirstAsync() is { } id && await TakeAsync(stoppingToken) is { } lease)
                        await RunAsync(id, lease, stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e);
                    pause = BetweenLooks;
                }
                await SleepAsync(pause, stoppingToken);
            }
        }
        finally
        {
            jobs.Started -= Wake;
        }
    }

    private async Task<Lease?> TakeAsync(CancellationToken cancellationToken)
    {
        if (_lease is null || !leases.IsSure(_lease))
            _lease = (await leases.TakeAsync([LeaseName], cancellationToken)).SingleOrDefault();
        return _lease;
    }

    /// <summary>Carries a job on until it ends, or something else has changed it, or this server may not any more.</summary>
    private async Task RunAsync(string id, Lease lease, CancellationToken cancellationToken)
    {
        while (leases.IsSure(lease) && await jobs.FindRunningAsync(id) is var (job, place))
        {
            List<PagePlace> next;
            try
            {
                next = await targets.NextAsync(job.Resource, place, PageSize, cancellationToken);
            }
            catch (RpcException e) when (ReasonOf(e) == ErrorReason.QueryTimeout)
            {
                await EndAsync(job, JobState.Stopped, Failure("", e), cancellationToken);
                return;
            }
            if (next.Count == 0)
            {
                await EndAsync(job, JobState.Completed, null, cancellationToken);
                return;
            }
            foreach (var target in next)
            {
                if (!leases.IsSure(lease) || await AdvanceAsync(job, target, cancellationToken) is not { Resource.State: JobState.Running } advanced)
                    break;
                job = advanced;
            }
        }
    }

    /// <returns>The job after that; null where somebody else has changed it.</returns>
    private async Task<Stored<Job>?> AdvanceAsync(Stored<Job> job, PagePlace target, CancellationToken cancellationToken)
    {
        var orderId = await targets.OrderOfAsync(job.Resource, target.Id);
        return await turns.TakeAsync(orderId, async () =>
        {
            if (!await jobs.IsUnchangedAsync(job))
                return null;
            JobFailure failure;
            try
            {
                var step = await targets.PrepareAsync(job.Resource, target.Id);
                return await jobs.AdvanceAsync(job, target, step, failure: null, cancellationToken);
            }
            catch (RpcException e) when (ReasonOf(e) is not (null or ErrorReason.ServerUnavailable or ErrorReason.Internal))
            {
                failure = Failure(target.Id, e);
            }
            catch (Exception e) when (e is not (RpcException or ConflictException or OperationCanceledException))
            {
                // One that cannot be dealt with holds up no other; where it is the database, what comes next fails too.
                LogPassedOver(e, target.Id);
                failure = new JobFailure { Id = target.Id, Reason = ErrorTable.NameOf(ErrorReason.Internal), Message = "It cannot be dealt with; the server's log says more." };
            }
            return await jobs.AdvanceAsync(job, target, step: null, failure, cancellationToken);
        }, cancellationToken);
    }

    private async Task EndAsync(Stored<Job> job, JobState state, JobFailure? failure, CancellationToken cancellationToken)
    {
        try
        {
            await jobs.EndAsync(Caller.Server, job, state, cancellationToken, failure);
        }
        catch (ConflictException)
        {
            // Somebody has cancelled it.
        }
    }

    private static JobFailure Failure(string id, RpcException e) => new() { Id = id, Reason = ErrorTable.NameOf(ReasonOf(e)!.Value), Message = e.Status.Detail };

    private static ErrorReason? ReasonOf(RpcException e) => e.GetRpcStatus()?.GetDetail<ErrorInfo>() is { } info ? ErrorTable.Parse(info.Reason) : null;

    private async Task SleepAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signal = _signal.Reader.WaitToReadAsync(end.Token).AsTask();
        await Task.WhenAny(signal, Task.Delay(pause, time, end.Token));
        await end.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _signal.Reader.TryRead(out _);
    }

    [LoggerMessage(LogLevel.Error, "Jobs could not be carried on; this is tried again")]
    private partial void LogFailed(Exception cause);

    [LoggerMessage(LogLevel.Error, "A job passes over {Id}, which cannot be dealt with")]
    private partial void LogPassedOver(Exception cause, string id);
}
