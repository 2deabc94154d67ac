using System.Net.Sockets;
using Grpc.Core;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Which calls are made again, and that none of them is done twice.</summary>
public sealed class RetryTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_creation_whose_answer_was_lost_is_done_once()
    {
        var group = Guid.NewGuid().ToString();
        using var network = new LostAnswers(count: 2);
        await using var client = server.Connect(new ServiceOrderingClientOptions { HttpHandler = network });

        var placed = await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(group), cancellationToken: Token);

        Assert.True(placed.Replayed);
        Assert.Equal(3, network.Sent);
        var found = await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Filter = $"description={group}" }, cancellationToken: Token);
        Assert.Equal(placed.ServiceOrder, Assert.Single(found.ServiceOrders));
    }

    [Fact]
    public async Task The_blocking_stub_repeats_a_creation_too()
    {
        using var network = new LostAnswers(count: 1);
        await using var client = server.Connect(new ServiceOrderingClientOptions { HttpHandler = network });

        Assert.True(client.ServiceOrders.CreateServiceOrder(Orders.Minimal(), cancellationToken: Token).Replayed);
    }

    [Fact]
    public async Task Two_creations_by_one_message_are_two()
    {
        await using var client = server.Connect();
        var request = Orders.Minimal();

        var first = await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token);
        var second = await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token);

        Assert.NotEqual(first.ServiceOrder.Id, second.ServiceOrder.Id);
        Assert.Equal("", request.RequestId);
    }

    [Fact]
    public async Task A_name_of_the_callers_own_stays()
    {
        await using var client = server.Connect();
        var request = Orders.Minimal();
        request.RequestId = Guid.NewGuid().ToString();

        var first = await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token);
        var second = await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token);

        Assert.Equal((first.ServiceOrder.Id, true), (second.ServiceOrder.Id, second.Replayed));
    }

    [Fact]
    public async Task Creations_are_not_repeated_where_that_is_not_wanted()
    {
        using var network = new LostAnswers(count: 1);
        await using var client = server.Connect(new ServiceOrderingClientOptions { HttpHandler = network, RepeatCreations = false });

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token));

        Assert.Equal((StatusCode.Unavailable, 1), (error.StatusCode, network.Sent));
    }

    [Fact]
    public void The_contract_says_which_methods_are_repeated()
    {
        string[] reads =
        [
            "GetCancelServiceOrder", "GetEventSubscription", "GetFalloutItem", "GetJob", "GetService", "GetServiceOrder", "GetServiceTopology", "ListApiKeys", "ListCancelServiceOrders",
            "ListDeliveryAttempts", "ListEventSubscriptions", "ListFalloutItems", "ListJobs", "ListServiceOrders", "ListServices", "ListWorkItems", "ListWorkers", "WatchEvents",
        ];

        Assert.Equal(reads, Retries.Methods.Where(Retries.IsRead).Select(method => method.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["CreateCancelServiceOrder", "CreateJob", "CreateService", "CreateServiceOrder"],
            Retries.Methods.Where(Retries.IsNamedCreation).Select(method => method.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_stub_of_the_client_is_known()
    {
        var stubs = typeof(ServiceOrderingClient).GetProperties().Where(property => typeof(ClientBase).IsAssignableFrom(property.PropertyType)).Select(property => property.PropertyType.DeclaringType!.Name);

        Assert.Equal(stubs.Order(StringComparer.Ordinal), Retries.Methods.Select(method => method.Service.Name).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>A network that carries the first requests to the server, and loses what it answers.</summary>
    private sealed class LostAnswers(int count) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Sent { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent++;
            var response = await base.SendAsync(request, cancellationToken);
            if (Sent > count)
            {
                return response;
            }

            await response.Content.ReadAsByteArrayAsync(cancellationToken);
            response.Dispose();
            throw new HttpRequestException("The answer is lost.", new SocketException((int)SocketError.ConnectionReset));
        }
    }
}
