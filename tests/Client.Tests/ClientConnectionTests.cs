using System.Net.Sockets;
using Grpc.Core;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

public sealed class ClientConnectionTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_is_repeated_while_the_server_is_unreachable()
    {
        using var network = new FailingNetwork(failures: 2);
        await using var client = server.Connect(new ServiceOrderingClientOptions { HttpHandler = network });

        var page = await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Token);

        Assert.Equal(3, network.Requests.Count);
        Assert.Equal(100, page.AppliedLimit);
    }

    [Fact]
    public async Task A_change_is_sent_once_for_nobody_knows_whether_it_took_effect()
    {
        using var network = new FailingNetwork(failures: 1);
        await using var client = server.Connect(new ServiceOrderingClientOptions { HttpHandler = network });

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = "x" }, cancellationToken: Token));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal("", error.Reason);
        Assert.Single(network.Requests);
    }

    [Fact]
    public async Task Credentials_travel_with_every_call()
    {
        using var network = new FailingNetwork(failures: 0);
        var tokens = new Queue<string>(["first", "second"]);
        await using var client = server.Connect(new ServiceOrderingClientOptions
        {
            HttpHandler = network,
            ApiKey = "key-1",
            AccessToken = _ => ValueTask.FromResult(tokens.Dequeue()),
        });

        await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Token);
        await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Token);

        Assert.Equal(["first", "second"], network.Requests.Select(request => request.Headers.Authorization!.Parameter));
        Assert.All(network.Requests, request => Assert.Equal(["key-1"], request.Headers.GetValues("x-api-key")));
    }

    [Fact]
    public void Credentials_do_not_travel_in_the_clear_to_another_machine()
    {
        var options = new ServiceOrderingClientOptions { ApiKey = "key-1" };

        Assert.Throws<ArgumentException>(() => ServiceOrderingClient.Connect("http://orders.example.com", options));
        ServiceOrderingClient.Connect("https://orders.example.com", options).Dispose();
        ServiceOrderingClient.Connect("http://orders.example.com", options with { AllowCredentialsInTheClear = true }).Dispose();
    }

    [Fact]
    public async Task A_server_that_is_silent_beyond_the_time_limit_ends_the_call()
    {
        using var silent = new SilentServer();
        await using var client = ServiceOrderingClient.Connect(
            silent.Address, new ServiceOrderingClientOptions { CallTimeout = TimeSpan.FromMilliseconds(200) });

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task A_deadline_of_the_call_itself_goes_before_the_time_limit()
    {
        using var silent = new SilentServer();
        await using var client = ServiceOrderingClient.Connect(silent.Address);

        var deadline = DateTime.UtcNow.AddMilliseconds(200);
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), deadline: deadline, cancellationToken: Token));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_a_cancelled_operation()
    {
        using var silent = new SilentServer();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var client = ServiceOrderingClient.Connect(silent.Address);

        var call = client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: cancellation.Token);
        await silent.Connected;
        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ResponseAsync);
        Assert.Equal(cancellation.Token, error.CancellationToken);
    }

    /// <summary>A network that loses the first requests, and keeps all of them to be looked at.</summary>
    private sealed class FailingNetwork(int failures) : DelegatingHandler(new SocketsHttpHandler())
    {
        public List<HttpRequestMessage> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return Requests.Count > failures
                ? base.SendAsync(request, cancellationToken)
                : throw new HttpRequestException("The network is down.", new SocketException((int)SocketError.NetworkDown));
        }
    }
}
