using System.Collections.Concurrent;
using ServiceOrdering.Fulfillment.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Workers of the client library whose orders are cancelled.</summary>
public sealed class WorkerCancellationTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<FinishedWork> _finished = [];
    private RunningServer _server = null!;
    private ServiceOrderingClient _client = null!;
    private Task _worker = Task.CompletedTask;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        _client = _server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker.WaitAsync(Patience, CancellationToken.None);
        _stop.Dispose();
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_handler_that_says_nothing_is_told_to_end_and_the_order_is_cancelled()
    {
        var order = await WorkAsync(async (work, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return WorkResult.Completed();
        });

        var cancel = await CancelAsync(order);

        Assert.NotNull(cancel.EffectiveCancellationDate);
        Assert.Equal(ServiceOrderState.Cancelled, (await ReadAsync(order)).State);
        await UntilAsync(() => _finished.Count == 1);
        Assert.Equal((WorkResult.Cancelled, null), (_finished.Single().Result, _finished.Single().Exception));
    }

    [Fact]
    public async Task A_handler_that_refuses_goes_on_and_the_order_is_completed()
    {
        var go = new TaskCompletionSource();
        var order = await WorkAsync(async (work, token) =>
        {
            work.OnCancellation(notice => Task.FromResult(notice.Reason != "moved away"));
            await go.Task;
            await UntilAsync(async () =>
            {
                await work.ReportProgressAsync(50, token);
                return work.CancellationPhase != CancellationPhase.Assessing;
            });
            Assert.False(work.IsCancelled);
            return WorkResult.Completed();
        });

        var cancel = await CancelAsync(order, "moved away");
        go.SetResult();
        await UntilAsync(() => _finished.Count == 1);

        Assert.Null(cancel.EffectiveCancellationDate);
        Assert.Equal(ServiceOrderState.Completed, (await ReadAsync(order)).State);
    }

    [Fact]
    public async Task A_handler_undoes_what_it_has_done_while_its_lease_is_kept()
    {
        var undone = false;
        var order = await WorkAsync(async (work, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException) when (work.IsCancelled)
            {
                await work.ReportProgressAsync(0, CancellationToken.None);
                undone = true;
            }

            return WorkResult.Cancelled;
        });

        await CancelAsync(order);

        Assert.True(undone);
        Assert.Equal(ServiceOrderState.Cancelled, (await ReadAsync(order)).State);
    }

    /// <summary>Places an order and waits until its handler has it.</summary>
    private async Task<string> WorkAsync(WorkHandler handler)
    {
        var begun = new TaskCompletionSource();
        _worker = new OrderWorker(_client, new OrderWorkerOptions { Name = "worker", ShutdownTimeout = TimeSpan.Zero, Finished = _finished.Enqueue }, (work, token) =>
        {
            var running = handler(work, token);
            begun.TrySetResult();
            return running;
        }).RunAsync(_stop.Token);
        var order = (await _client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token)).ServiceOrder.Id;
        await begun.Task.WaitAsync(Patience, Token);
        return order;
    }

    /// <summary>Asks for an order to be cancelled, and waits until that was decided.</summary>
    private async Task<CancelServiceOrder> CancelAsync(string order, string reason = "")
    {
        var request = new CancelServiceOrder { ServiceOrder = new ServiceOrderRef { Id = order }, CancellationReason = reason };
        var cancel = (await _client.CancelServiceOrders.CreateCancelServiceOrderAsync(new CreateCancelServiceOrderRequest { CancelServiceOrder = request }, cancellationToken: Token)).CancelServiceOrder;
        await UntilAsync(async () =>
        {
            cancel = (await _client.CancelServiceOrders.GetCancelServiceOrderAsync(new GetCancelServiceOrderRequest { Id = cancel.Id }, cancellationToken: Token)).CancelServiceOrder;
            return cancel.State is TaskState.Done or TaskState.TerminatedWithError;
        });
        return cancel;
    }

    private async Task<ServiceOrder> ReadAsync(string id) =>
        (await _client.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Token)).ServiceOrder;

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    /// <summary>Asks again until it is so.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var limit = DateTime.UtcNow + Patience;
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < limit, "It is not so in time.");
            await Task.Yield();
        }
    }
}
