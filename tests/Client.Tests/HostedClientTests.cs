using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>Clients that a host makes, and a server behind a path.</summary>
public sealed class HostedClientTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_makes_one_client_and_closes_it()
    {
        var services = new ServiceCollection();
        services.AddServiceOrderingClient(server.Address).Configure(options => options.CallTimeout = TimeSpan.FromSeconds(20));
        var provider = services.BuildServiceProvider();

        var client = provider.GetRequiredService<ServiceOrderingClient>();
        var placed = await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);

        Assert.NotEmpty(placed.ServiceOrder.Id);
        Assert.Same(client, provider.GetRequiredService<ServiceOrderingClient>());
        await provider.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => client.ServiceOrders.GetServiceOrder(new GetServiceOrderRequest { Id = "x" }, cancellationToken: Token));
    }

    [Fact]
    public void Servers_have_clients_by_name_beside_the_usual_one()
    {
        var services = new ServiceCollection();
        services.AddServiceOrderingClient("http://127.0.0.1:1");
        services.AddKeyedServiceOrderingClient("lab").Configure(options => options.Address = "http://127.0.0.1:2");
        using var provider = services.BuildServiceProvider();

        Assert.Equal(1, provider.GetRequiredService<ServiceOrderingClient>().Address.Port);
        Assert.Equal(2, provider.GetRequiredKeyedService<ServiceOrderingClient>("lab").Address.Port);
    }

    [Fact]
    public async Task What_gives_tokens_is_a_service_of_the_host()
    {
        var sent = new List<string?>();
        var services = new ServiceCollection();
        services.AddSingleton(new CachedAccessToken(() => Task.FromResult(new AccessToken("of the host", DateTimeOffset.MaxValue))));
        services.AddServiceOrderingClient(server.Address)
            .Configure<CachedAccessToken>((options, token) => options.AccessToken = token.GetAsync)
            .Configure(options => options.WrapTransport = transport => new Seen(transport, request => sent.Add(request.Headers.Authorization?.Parameter)));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<ServiceOrderingClient>().ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Token);

        Assert.Equal(["of the host"], sent);
    }

    [Fact]
    public void A_client_without_an_address_is_told()
    {
        var services = new ServiceCollection();
        services.AddServiceOrderingClient();
        using var provider = services.BuildServiceProvider();

        Assert.Contains("Address", Assert.Throws<OptionsValidationException>(provider.GetRequiredService<ServiceOrderingClient>).Message);
    }

    [Fact]
    public async Task A_path_in_the_address_goes_before_that_of_each_call()
    {
        await using var prefixed = await RunningServer.StartAsync(("PathBase", "/oda/orders"), ("Checking:Mode", "Manual"));
        var paths = new List<string>();
        var options = new ServiceOrderingClientOptions { WrapTransport = transport => new Seen(transport, request => paths.Add(request.RequestUri!.AbsolutePath)) };
        await using var client = ServiceOrderingClient.Connect($"{prefixed.Address}/oda/orders/", options);

        await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);

        Assert.Equal(["/oda/orders/tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder"], paths);
    }

    private sealed class Seen(HttpMessageHandler transport, Action<HttpRequestMessage> see) : DelegatingHandler(transport)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            see(request);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
