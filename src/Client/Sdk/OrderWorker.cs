using System.Threading.Channels;
using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Client;

/// <summary>
/// Works the items of orders: takes as many as it has room for, runs the handler for each, keeps their leases and reports what
/// has become of them. When the connection is lost or the server restarts, it comes back. docs/fulfillment.md is the contract.
/// </summary>
/// <remarks>
/// <para>An item may be handed out again before its handler has ended: its lease is lost when it could not be renewed in time,
/// and with the connection. The handler's token fires then, and what it returns is not kept. What it does to other systems
/// must bear being done twice.</para>
/// <para>A result that the server refuses for good is reported as a failure that may be tried again, with the refusal as its
/// message.</para>
/// </remarks>
public sealed class OrderWorker
{
    private const int MostItems = 1000;

    // An item that comes while the stream is being closed is rare, and its lease ends with the stream.
    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(5);

    private readonly FulfillmentService.FulfillmentServiceClient _fulfillment;
    private readonly OrderWorkerOptions _options;
    private readonly WorkHandler _handler;
    private readonly Lock _gate = new();
    private readonly Dictionary<WorkAssignment, Task> _running = [];
    private ChannelWriter<int>? _credit;
    private bool _hasBeenGiven;

    /// <summary>Makes a worker; nothing happens before it runs.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="options">Who it is.</param>
    /// <param name="handler">Works an item. It is called for several at a time, each on a thread of the pool.</param>
    /// <exception cref="ArgumentException">The name is empty, or the concurrency is not from 1 to 1000.</exception>
    public OrderWorker(ServiceOrderingClient client, OrderWorkerOptions options, WorkHandler handler)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentException.ThrowIfNullOrEmpty(options.Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxConcurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxConcurrency, MostItems);
        _fulfillment = client.Fulfillment;
        _options = options;
        _handler = handler;
    }

    /// <summary>
    /// Works until the token fires, and ends in order then: it takes nothing more, gives back what has not begun, and waits for
    /// the handlers that run. Those that are not through after <see cref="OrderWorkerOptions.ShutdownTimeout"/> are cancelled;
    /// it waits for their end, and gives their items back. Once at a time.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ServiceOrderingException">The server has refused the worker for good.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var failures = 0;
            while (!cancellationToken.IsCancellationRequested)
            {
                var begun = _options.TimeProvider.GetTimestamp();
                var hasGiven = await StreamAsync(cancellationToken);
                if (cancellationToken.IsCancellationRequested)
                {
                    break;
                }

                failures = hasGiven || _options.TimeProvider.GetElapsedTime(begun) > _options.LongestPause ? 0 : failures;
                var pause = Backoff.Pause(failures++, _options.ShortestPause, _options.LongestPause);
                await Task.Delay(pause, _options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await DrainAsync();
        }
    }

    /// <summary>Works on one stream until it ends.</summary>
    /// <returns>Whether it has given an item.</returns>
    private async Task<bool> StreamAsync(CancellationToken stopping)
    {
        using var abort = new CancellationTokenSource();
        using var call = _fulfillment.StreamWork(cancellationToken: abort.Token);
        var credit = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            _hasBeenGiven = false;
            _credit = credit.Writer;
            if (_running.Count < _options.MaxConcurrency)
            {
                _credit.TryWrite(_options.MaxConcurrency - _running.Count);
            }
        }

        var writing = WriteAsync(call, credit.Reader);
        try
        {
            var reading = ReadAsync(call, stopping);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (stopping.Register(stopped.SetResult))
            {
                await Task.WhenAny(reading, stopped.Task);
            }

            if (!reading.IsCompleted)
            {
                StopCredit();
                await Task.WhenAny(DrainAsync(), reading);
                // Nothing is left to report; the server ends the stream when it has told all that it promised.
                credit.Writer.TryComplete();
                abort.CancelAfter(LongestClosing);
            }

            await reading;
        }
        catch (RpcException failure) when (Backoff.IsPassing(failure.StatusCode))
        {
            if (!stopping.IsCancellationRequested)
            {
                _options.Interrupted?.Invoke(failure);
            }
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            // The server did not end the stream in time.
        }
        finally
        {
            StopCredit();
            credit.Writer.TryComplete();
            await abort.CancelAsync();
            await writing;
            // The server gives them to others.
            Array.ForEach(Running(), each => each.Key.End(isLost: false));
        }

        return _hasBeenGiven;
    }

    private async Task ReadAsync(AsyncDuplexStreamingCall<StreamWorkRequest, StreamWorkResponse> call, CancellationToken stopping)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            if (call.ResponseStream.Current.Cancellation is { } notice)
            {
                Array.Find(Running(), each => each.Key.LeaseToken == notice.LeaseToken).Key?.Notice(notice);
            }

            // What a newer server says beside these is not for this worker.
            if (call.ResponseStream.Current.Assignment is not { } assignment)
            {
                continue;
            }

            var work = new WorkAssignment(_fulfillment, assignment, _options.TimeProvider);
            lock (_gate)
            {
                _hasBeenGiven = true;
                _running[work] = Task.Run(() => WorkAsync(work, stopping), CancellationToken.None);
            }
        }
    }

    /// <summary>Says who the worker is, and then how much it takes. What cannot be sent shows itself to who reads.</summary>
    private async Task WriteAsync(AsyncDuplexStreamingCall<StreamWorkRequest, StreamWorkResponse> call, ChannelReader<int> credit)
    {
        try
        {
            var start = new WorkerStart { Worker = _options.Name, Capabilities = { _options.Capabilities } };
            await call.RequestStream.WriteAsync(new StreamWorkRequest { Start = start });
            await foreach (var items in credit.ReadAllAsync())
            {
                var sum = items;
                while (credit.TryRead(out var more))
                {
                    sum += more;
                }

                await call.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = sum } });
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException or InvalidOperationException)
        {
        }
    }

    private async Task WorkAsync(WorkAssignment work, CancellationToken stopping)
    {
        try
        {
            var result = WorkResult.Returned;
            Exception? exception = null;
            if (!stopping.IsCancellationRequested)
            {
                (result, exception) = await HandleAsync(work);
            }

            ReportWorkResponse? response = null;
            try
            {
                response = work.HasLease ? await ReportAsync(work, result) : null;
            }
            catch (ServiceOrderingException refusal) when (work is { IsCancelled: true, HasLease: true } && result != WorkResult.Cancelled)
            {
                // It was to be cancelled, and what the handler says instead is not taken.
                exception ??= refusal;
                result = WorkResult.Cancelled;
                response = await TryReportAsync(work, result);
            }
            catch (RpcException failure)
            {
                exception ??= failure;
            }

            _options.Finished?.Invoke(new FinishedWork(work, result, response, exception));
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(work);
                _credit?.TryWrite(1);
            }
        }
    }

    private async Task<(WorkResult Result, Exception? Exception)> HandleAsync(WorkAssignment work)
    {
        using var end = new CancellationTokenSource();
        var keeping = work.KeepAsync(end.Token);
        try
        {
            return (await _handler(work, work.Ended) ?? throw new InvalidOperationException("The handler has given no result."), null);
        }
        catch (OperationCanceledException) when (work.Ended.IsCancellationRequested)
        {
            return (work.IsCancelled ? WorkResult.Cancelled : WorkResult.Returned, null);
        }
        catch (Exception exception)
        {
            return (WorkResult.Failed(exception), exception);
        }
        finally
        {
            // No renewal may run beside the last report, which ends the lease.
            await end.CancelAsync();
            await keeping;
        }
    }

    /// <summary>Reports how an item has ended. A lease that has ended meanwhile is no refusal of the result.</summary>
    private static async Task<ReportWorkResponse> ReportAsync(WorkAssignment work, WorkResult result)
    {
        try
        {
            return await work.SendAsync(result.ToReport(), CancellationToken.None);
        }
        catch (ServiceOrderingException refusal) when (work is { HasLease: true, IsCancelled: false } && result.Kind != ReportWorkRequest.ReportOneofCase.Failure)
        {
            await work.SendAsync(WorkResult.Failed(refusal).ToReport(), CancellationToken.None);
            throw;
        }
    }

    /// <summary>Reports how an item has ended, where nothing more can be done if that is refused.</summary>
    private static async Task<ReportWorkResponse?> TryReportAsync(WorkAssignment work, WorkResult result)
    {
        try
        {
            return await work.SendAsync(result.ToReport(), CancellationToken.None);
        }
        catch (RpcException)
        {
            return null;
        }
    }

    private void StopCredit()
    {
        lock (_gate)
        {
            _credit = null;
        }
    }

    /// <summary>Waits for the handlers that run; those that take too long are told to end.</summary>
    private async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(_options.ShutdownTimeout, _options.TimeProvider);
        using var late = limit.Token.Register(() => Array.ForEach(Running(), each => each.Key.End(isLost: false)));
        while (Running() is { Length: > 0 } running)
        {
            await Task.WhenAll(running.Select(each => each.Value));
        }
    }

    private KeyValuePair<WorkAssignment, Task>[] Running()
    {
        lock (_gate)
        {
            return [.. _running];
        }
    }
}
