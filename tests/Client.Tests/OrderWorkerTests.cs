using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Workers of the client library against the real server; each test has a server of its own, as a worker takes whatever there is.</summary>
public sealed class OrderWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_are_worked_in_the_order_of_their_dependencies_until_the_order_is_completed()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        var worked = new ConcurrentQueue<string>();
        await using var worker = Running(client, new OrderWorkerOptions { Name = "fiber" }, async (work, token) =>
        {
            await work.ReportProgressAsync(50, token);
            await work.ReportMilestoneAsync(new ServiceOrderMilestone { Name = $"begun {work.Item.Id}" }, token);
            worked.Enqueue(work.Item.Id);
            return WorkResult.Completed(new ServiceRefOrValue { Description = $"of {work.Item.Id} with {string.Join(',', work.ServiceIds.Keys.Order())}" });
        });

        var order = await EndOf(client, await CreateAsync(client, Fiber()));

        Assert.Equal(ServiceOrderState.Completed, order.State);
        Assert.Equal(3, worked.Count);
        Assert.Equal("1", worked.Last());
        Assert.Equal(["begun 1", "begun 2", "begun 3"], order.Milestone.Select(milestone => milestone.Name).Order());
        var service = await client.Services.GetServiceAsync(new() { Id = order.ServiceOrderItem[0].Service.Id }, cancellationToken: Token);
        Assert.Equal("of 1 with 2,3", service.Service.Description);
    }

    [Fact]
    public async Task A_handler_that_throws_is_called_again()
    {
        await using var server = await RunningServer.StartAsync(("Fulfillment:FirstBackoff", "00:00:00"));
        await using var client = server.Connect();
        var finished = new ConcurrentQueue<FinishedWork>();
        var options = new OrderWorkerOptions { Name = "unlucky", Finished = finished.Enqueue };
        await using var worker = Running(client, options, (work, _) =>
            work.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult(WorkResult.Completed()));

        var order = await EndOf(client, await CreateAsync(client, Orders.Minimal()));

        Assert.Equal(ServiceOrderState.Completed, order.State);
        Assert.Equal([1, 2, 3], finished.Select(each => each.Work.Attempt));
        Assert.Equal(["not yet", "not yet", null], finished.Select(each => each.Exception?.Message));
        Assert.All(finished, each => Assert.NotNull(each.Response));
    }

    [Fact]
    public async Task A_handler_that_always_throws_fails_the_order_with_its_message()
    {
        await using var server = await RunningServer.StartAsync(("Fulfillment:MaxAttempts", "1"));
        await using var client = server.Connect();
        await using var worker = Running(client, new OrderWorkerOptions { Name = "unlucky" }, (_, _) => throw new InvalidOperationException("never"));

        var order = await EndOf(client, await CreateAsync(client, Orders.Minimal()));

        Assert.Equal(ServiceOrderState.Failed, order.State);
        var message = Assert.Single(order.ServiceOrderItem[0].ErrorMessage);
        Assert.Equal(("InvalidOperationException", "InvalidOperationException: never"), (message.Code, message.Message));
    }

    [Fact]
    public async Task A_lease_is_kept_for_as_long_as_the_handler_runs()
    {
        await using var server = await RunningServer.StartAsync(("Fulfillment:LeaseDuration", "00:00:01"));
        await using var client = server.Connect();
        var renewals = 0;
        await using var worker = Running(client, new OrderWorkerOptions { Name = "patient" }, async (work, token) =>
        {
            // Two leases would have ended by then.
            while ((await ItemsAsync(client)).Single() is var item && item.Due.ToDateTimeOffset() < item.Since.ToDateTimeOffset().AddSeconds(3))
            {
                renewals++;
                token.ThrowIfCancellationRequested();
            }

            return WorkResult.Completed(new ServiceRefOrValue { Description = $"attempt {work.Attempt}" });
        });

        var order = await EndOf(client, await CreateAsync(client, Orders.Minimal()));

        var service = await client.Services.GetServiceAsync(new() { Id = order.ServiceOrderItem[0].Service.Id }, cancellationToken: Token);
        Assert.Equal("attempt 1", service.Service.Description);
        Assert.NotEqual(0, renewals);
    }

    [Fact]
    public async Task A_handler_whose_lease_is_lost_is_cancelled_and_what_it_reports_is_refused()
    {
        await using var server = await RunningServer.StartAsync(("Fulfillment:LeaseDuration", "00:00:01"));
        await using var client = server.Connect();
        var lost = new TaskCompletionSource<ErrorReason>();
        await using var worker = Running(client, new OrderWorkerOptions { Name = "loser" }, async (work, token) =>
        {
            if (work.Attempt == 1)
            {
                // Somebody else gives the item back in its name.
                await client.Fulfillment.ReportWorkAsync(
                    new ReportWorkRequest { LeaseToken = work.LeaseToken, Failure = new Failure { Retryable = true, RetryAfter = new() } }, cancellationToken: Token);
                await EndOf(token);
                var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => work.HoldAsync("late", Token));
                lost.SetResult(refusal.ErrorReason);
            }

            return WorkResult.Completed();
        });

        var order = await EndOf(client, await CreateAsync(client, Orders.Minimal()));

        Assert.Equal(ServiceOrderState.Completed, order.State);
        Assert.Equal(ErrorReason.LeaseLost, await lost.Task.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task A_worker_that_stops_finishes_what_it_has_begun_and_gives_back_the_rest()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var finished = new ConcurrentQueue<FinishedWork>();
        var returned = new TaskCompletionSource();
        var options = new OrderWorkerOptions
        {
            Name = "leaver",
            MaxConcurrency = 2,
            Finished = each =>
            {
                finished.Enqueue(each);
                if (each.Result == WorkResult.Returned)
                {
                    returned.TrySetResult();
                }
            },
        };
        var worker = Running(client, options, async (_, _) =>
        {
            begun.SetResult();
            await go.Task;
            return WorkResult.Completed();
        });
        var first = await CreateAsync(client, Orders.Minimal());
        await begun.Task.WaitAsync(Patience, Token);

        var stopping = worker.StopAsync();
        var second = await CreateAsync(client, Orders.Minimal());
        await returned.Task.WaitAsync(Patience, Token);
        go.SetResult();
        await stopping;

        Assert.Equal(ServiceOrderState.Completed, (await EndOf(client, first)).State);
        var left = await WaitingAsync(client);
        Assert.Equal((second, 0), (left.ServiceOrderId, left.Attempt));
        Assert.Single(finished, each => each.Result != WorkResult.Returned);
        Assert.Empty((await client.Fulfillment.ListWorkersAsync(new(), cancellationToken: Token)).Workers);
    }

    [Fact]
    public async Task A_handler_that_takes_too_long_when_the_worker_stops_is_cancelled_and_its_item_given_back()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        var begun = new TaskCompletionSource();
        var worker = Running(client, new OrderWorkerOptions { Name = "slow", ShutdownTimeout = TimeSpan.FromMilliseconds(10) }, async (_, token) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return WorkResult.Completed();
        });
        await CreateAsync(client, Orders.Minimal());
        await begun.Task.WaitAsync(Patience, Token);

        await worker.StopAsync();

        Assert.Equal(0, (await WaitingAsync(client)).Attempt);
    }

    [Fact]
    public async Task A_worker_comes_back_after_the_server_was_killed()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        var interrupted = new ConcurrentQueue<Exception>();
        var begun = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var worker = Running(client, new OrderWorkerOptions { Name = "faithful", Interrupted = interrupted.Enqueue }, async (_, token) =>
        {
            if (begun.TrySetResult())
            {
                await EndOf(token);
                cancelled.SetResult();
                token.ThrowIfCancellationRequested();
            }

            return WorkResult.Completed();
        });
        var first = await CreateAsync(client, Orders.Minimal());
        await begun.Task.WaitAsync(Patience, Token);

        await server.RestartAsync();
        await cancelled.Task.WaitAsync(Patience, Token);
        await using var customer = server.Connect();
        var second = await CreateAsync(customer, Orders.Minimal());

        Assert.Equal(ServiceOrderState.Completed, (await EndOf(customer, second)).State);
        Assert.Equal(ServiceOrderState.Completed, (await EndOf(customer, first)).State);
        Assert.NotEmpty(interrupted);
    }

    [Fact]
    public async Task A_result_that_the_server_refuses_fails_the_item()
    {
        await using var server = await RunningServer.StartAsync(("Fulfillment:MaxAttempts", "1"));
        await using var client = server.Connect();
        var finished = new ConcurrentQueue<FinishedWork>();
        await using var worker = Running(client, new OrderWorkerOptions { Name = "terse", Finished = finished.Enqueue },
            (_, _) => Task.FromResult(WorkResult.InformationRequired("")));

        var order = await EndOf(client, await CreateAsync(client, Orders.Minimal()));

        Assert.Equal(ServiceOrderState.Failed, order.State);
        Assert.Equal("ServiceOrderingException", Assert.Single(order.ServiceOrderItem[0].ErrorMessage).Code);
    }

    [Fact]
    public async Task A_worker_is_given_only_what_it_can_do()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        await using var access = Running(client, new OrderWorkerOptions { Name = "access", Capabilities = [new Capability { SpecificationId = "gpon-access" }] },
            (work, _) => Task.FromResult(work.Item.Id == "2" ? WorkResult.Completed() : WorkResult.Failed("not mine", retryable: false)));
        await using var rest = Running(client, new OrderWorkerOptions { Name = "rest", Capabilities = [new Capability { SpecificationId = "ip-address" }, new Capability { ServiceType = "InternetAccess" }] },
            (work, _) => Task.FromResult(work.Item.Id != "2" ? WorkResult.Completed() : WorkResult.Failed("not mine", retryable: false)));

        var order = await EndOf(client, await CreateAsync(client, Fiber()));

        Assert.Equal(ServiceOrderState.Completed, order.State);
    }

    [Fact]
    public async Task A_host_runs_a_worker_and_stops_it()
    {
        await using var server = await RunningServer.StartAsync();
        await using var client = server.Connect();
        var services = new ServiceCollection()
            .AddOrderWorker(new OrderWorkerOptions { Name = "hosted" }, _ => (_, _) => Task.FromResult(WorkResult.Completed()));
        var hosted = (IHostedService)services[^1].ImplementationFactory!(new Provider(client));

        await hosted.StartAsync(Token);
        var order = await EndOf(client, await CreateAsync(client, Orders.Minimal()));
        await hosted.StopAsync(Token);

        Assert.Equal(ServiceOrderState.Completed, order.State);
        Assert.Empty((await client.Fulfillment.ListWorkersAsync(new(), cancellationToken: Token)).Workers);
    }

    private static CreateServiceOrderRequest Fiber()
    {
        var order = new ServiceOrder();
        Assert.True(JsonFormat.Read(File.ReadAllBytes(Repository.Example("create-fiber-order.json")), order, JsonSource.Request).Succeeded);
        return new CreateServiceOrderRequest { ServiceOrder = order };
    }

    private static async Task<string> CreateAsync(ServiceOrderingClient client, CreateServiceOrderRequest request) =>
        (await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token)).ServiceOrder.Id;

    private static async Task<IReadOnlyList<WorkItem>> ItemsAsync(ServiceOrderingClient client) =>
        (await client.Fulfillment.ListWorkItemsAsync(new(), cancellationToken: Token)).WorkItems;

    /// <summary>The only item, once it waits: the server takes back at the end of a stream what it gave at the last moment.</summary>
    private static async Task<WorkItem> WaitingAsync(ServiceOrderingClient client)
    {
        using var limit = new CancellationTokenSource(Patience);
        WorkItem item;
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            item = Assert.Single(await ItemsAsync(client));
        }
        while (item.State != WorkItemState.Waiting);

        return item;
    }

    /// <summary>Waits until an order is final, and gives it.</summary>
    private static async Task<ServiceOrder> EndOf(ServiceOrderingClient client, string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        var watcher = new EventWatcher(client.Events, new WatchEventsRequest { ResourceIds = { id }, IncludeSnapshot = true });
        await foreach (var message in watcher.WithCancellation(limit.Token))
        {
            var order = (await client.ServiceOrders.GetServiceOrderAsync(new() { Id = id }, cancellationToken: limit.Token)).ServiceOrder;
            if (order.State is ServiceOrderState.Completed or ServiceOrderState.Failed or ServiceOrderState.Partial or ServiceOrderState.Rejected)
            {
                return order;
            }
        }

        throw new InvalidOperationException("The watch has ended.");
    }

    /// <summary>Ends when a token fires.</summary>
    private static async Task EndOf(CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(fired.SetResult);
        await fired.Task.WaitAsync(Patience, Token);
    }

    private static RunningWorker Running(ServiceOrderingClient client, OrderWorkerOptions options, WorkHandler handler) =>
        new(new OrderWorker(client, options, handler));

    private sealed class Provider(ServiceOrderingClient client) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ServiceOrderingClient) ? client : null;
    }

    private sealed class RunningWorker : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;

        public RunningWorker(OrderWorker worker) => _run = worker.RunAsync(_stop.Token);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _run.WaitAsync(Patience, Token);
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}
