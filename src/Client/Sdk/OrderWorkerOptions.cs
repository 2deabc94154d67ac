using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Client;

/// <summary>Works an item.</summary>
/// <param name="work">The item.</param>
/// <param name="cancellationToken">
/// Fires when the item is no longer the worker's (its lease is lost, or the connection on which it came), when it is to be
/// cancelled (<see cref="WorkAssignment.IsCancelled"/>), and when the worker has waited for it for long enough while it shuts
/// down.
/// </param>
/// <returns>
/// What has become of the item. An exception is a failure that may be tried again; where the item is to be cancelled,
/// <see cref="OperationCanceledException"/> says that it is.
/// </returns>
public delegate Task<WorkResult> WorkHandler(WorkAssignment work, CancellationToken cancellationToken);

/// <summary>Who an <see cref="OrderWorker"/> is, and how it works.</summary>
public sealed record OrderWorkerOptions
{
    /// <summary>Its name, for people; 1 to 255 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What it can do, any of them; 100 at most. Default: everything.</summary>
    public IReadOnlyList<Capability> Capabilities { get; init; } = [];

    /// <summary>How many items it has at most at a time, 1 to 1000. Default: 8.</summary>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>
    /// How long items that are being worked may take when it shuts down, before their handlers are cancelled. Default: 30
    /// seconds; <see cref="Timeout.InfiniteTimeSpan"/> waits for them.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause before a lost connection is opened again. Default: 100 ms.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause that is not exceeded, however often it fails. Default: 10 seconds.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Is told of every interruption, before the worker comes back. Must not throw. Default: nobody is.</summary>
    public Action<RpcException>? Interrupted { get; init; }

    /// <summary>Is told of every item that a handler has come to an end with. Must not throw. Default: nobody is.</summary>
    public Action<FinishedWork>? Finished { get; init; }

    /// <summary>Measures leases and pauses. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>An item that a handler has come to an end with.</summary>
/// <param name="Work">The item.</param>
/// <param name="Result">What the handler has made of it.</param>
/// <param name="Response">What the server has answered; null where it has not kept the result, because the lease was lost or it refused.</param>
/// <param name="Exception">What the handler has thrown, or else why the server has not kept the result; null where there is neither.</param>
public sealed record FinishedWork(WorkAssignment Work, WorkResult Result, ReportWorkResponse? Response, Exception? Exception);
