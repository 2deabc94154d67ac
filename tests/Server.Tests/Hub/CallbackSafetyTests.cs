using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hub;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>Whoever registers a callback must not reach through it what only the server can reach.</summary>
public sealed class CallbackSafetyTests
{
    private static readonly (string, string) LoopbackOnly = ("Webhooks:AllowedNetworks:0", "127.0.0.1/32");

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0xa9fea9fe/")]
    [InlineData("http://0xa9.0xfe.0xa9.0xfe/")]
    [InlineData("http://0251.0376.0251.0376/")]
    [InlineData("http://169.254.43518/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[::169.254.169.254]/")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/")]
    [InlineData("http://[64:ff9b:1::a9fe:a9fe]/")]
    [InlineData("http://[2002:a9fe:a9fe::1]/")]
    [InlineData("http://[2001:0:a9fe:a9fe::1]/")]
    [InlineData("http://[2600::5efe:a9fe:a9fe]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[fe80::a9fe:a9fe]/")]
    [InlineData("http://[fe80::1%251]/")]
    [InlineData("http://metadata.test/")]
    [InlineData("http://half-inside.test/")]
    [InlineData("http://unknown.test/")]
    [InlineData("http://127.0.0.2/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://[::]/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://100.100.100.200/")]
    [InlineData("http://192.0.0.192/")]
    [InlineData("http://198.18.0.1/")]
    [InlineData("http://203.0.113.7/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://[ff02::1]/")]
    [InlineData("http://[fec0::1]/")]
    [InlineData("http://[2001:db8::1]/")]
    public async Task Callback_that_leads_inside_is_refused_when_it_is_registered(string callback)
    {
        using var server = new RunningServer(services => services.AddSingleton<ResolveHost>((host, _) => host switch
        {
            "metadata.test" => Task.FromResult(new[] { IPAddress.Parse("169.254.169.254") }),
            "half-inside.test" => Task.FromResult(new[] { IPAddress.Parse("93.184.216.34"), IPAddress.Parse("169.254.169.254") }),
            _ => throw new SocketException((int)SocketError.HostNotFound),
        }), LoopbackOnly);

        var answer = (await server.RegisterAsync(new { callback })).IsError(HttpStatusCode.BadRequest, "24");

        Assert.Equal(("/callback", "EVENT_CALLBACK_REFUSED"), Assert.Single(answer.Violations));
        Assert.Empty((await server.GetAsync(HubServer.Path)).Json.AsArray());
    }

    [Theory]
    [InlineData("93.184.216.34")]
    [InlineData("192.0.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:2800:220:1:248:1893:25c8:1946")]
    public void Public_address_is_allowed(string address) => Assert.True(SpecialNetworks.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task Unknown_name_and_name_that_leads_inside_are_told_alike_to_others_than_this_machine()
    {
        using var server = new RunningServer(services => services.AddSingleton<ResolveHost>((host, _) => host == "inside.test"
            ? Task.FromResult(new[] { IPAddress.Parse("10.0.0.1") })
            : throw new SocketException((int)SocketError.HostNotFound)), ("PublicBaseUrl", "https://orders.example.com"), ("Security:AllowAnonymous", "true"));

        var inside = await server.RegisterAsync(new { callback = "http://inside.test/" });
        var unknown = await server.RegisterAsync(new { callback = "http://unknown.test/" });

        Assert.Equal(HttpStatusCode.BadRequest, inside.Status);
        Assert.Equal(inside.Body, unknown.Body);
    }

    [Fact]
    public async Task Redirect_is_a_failure_and_not_followed()
    {
        using var server = new RunningServer();
        await using var target = await Listener.StartAsync();
        await using var redirecting = await Listener.StartAsync();
        redirecting.Answer = (http, _) =>
        {
            http.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            http.Response.Headers.Location = target.Callback;
            return Task.CompletedTask;
        };
        var id = await server.SubscribeAsync(redirecting);
        await server.PlaceOrderAsync();

        var delivery = await server.WaitForAsync(id, state => state.State == EventDeliveryState.Retrying);

        Assert.Contains("redirects are not followed", delivery.LastError);
        Assert.Empty(target.Received);
    }

    [Fact]
    public async Task Name_that_resolves_elsewhere_after_its_registration_is_not_connected_to()
    {
        await using var outside = await Listener.StartAsync();
        await using var inside = await Listener.StartAsync("127.0.0.2");
        var address = IPAddress.Parse("127.0.0.1");
        using var server = new RunningServer(
            services => services.AddSingleton<ResolveHost>((_, _) => Task.FromResult(new[] { address })), LoopbackOnly);
        var answer = (await server.RegisterAsync(new { callback = $"http://listener.test:{inside.Address.Port}/" })).Is(HttpStatusCode.Created);
        address = IPAddress.Parse("127.0.0.2");
        await server.PlaceOrderAsync();

        var delivery = await server.WaitForAsync((string)answer.Json["id"]!, state => state.State == EventDeliveryState.Retrying);

        Assert.Contains("an address that callbacks may not use", delivery.LastError);
        Assert.Empty(inside.Received);
    }

    [Fact]
    public async Task Address_that_was_checked_is_the_one_that_is_connected_to()
    {
        await using var outside = await Listener.StartAsync();
        await using var inside = await Listener.StartAsync("127.0.0.2");
        var lookups = 0;
        using var server = new RunningServer(services => services.AddSingleton<ResolveHost>((_, _) =>
        {
            // Registration and connection look once each: a third look would lead inside.
            var isTrusted = Interlocked.Increment(ref lookups) <= 2;
            return Task.FromResult(new[] { IPAddress.Parse(isTrusted ? "127.0.0.1" : "127.0.0.2") });
        }), LoopbackOnly);
        (await server.RegisterAsync(new { callback = $"http://listener.test:{outside.Address.Port}/" })).Is(HttpStatusCode.Created);

        await server.PlaceOrderAsync();

        var received = Assert.Single(await outside.WaitAsync(1));
        Assert.StartsWith("listener.test", received.Headers["Host"]);
        Assert.Equal(2, lookups);
        Assert.Empty(inside.Received);
    }

    [Fact]
    public async Task Hosts_and_networks_can_be_allowed()
    {
        using var server = new RunningServer(
            services => services.AddSingleton<ResolveHost>((_, _) => Task.FromResult(new[] { IPAddress.Parse("10.1.2.3") })),
            ("Webhooks:AllowedHosts:0", "listener.test"), ("Webhooks:AllowedHosts:1", "*.svc.test"), ("Webhooks:AllowedNetworks:0", "fd00:1::/64"));

        (await server.RegisterAsync(new { callback = "http://listener.test/" })).Is(HttpStatusCode.Created);
        (await server.RegisterAsync(new { callback = "http://a.svc.test/" })).Is(HttpStatusCode.Created);
        (await server.RegisterAsync(new { callback = "http://[fd00:1::5]/" })).Is(HttpStatusCode.Created);
        (await server.RegisterAsync(new { callback = "http://svc.test/" })).Is(HttpStatusCode.BadRequest);
        (await server.RegisterAsync(new { callback = "http://xlistener.test/" })).Is(HttpStatusCode.BadRequest);
        (await server.RegisterAsync(new { callback = "http://127.0.0.1/" })).Is(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("PublicBaseUrl", "https://orders.example.com")]
    [InlineData("ForwardedHeaders:KnownProxies:0", "127.0.0.1")]
    [InlineData("Kestrel:Endpoints:Rest:Url", "http://0.0.0.0:0")]
    public async Task Loopback_is_refused_where_others_can_reach_the_server(string setting, string value)
    {
        using var open = new RunningServer();
        using var server = new RunningServer((setting, value), ("Security:AllowAnonymous", "true"));
        const string Callback = "http://127.0.0.1:9/";

        await open.Subscriptions().CreateEventSubscriptionAsync(Request(Callback), cancellationToken: Cancel);
        var error = await Assert.ThrowsAsync<Client.ServiceOrderingException>(
            async () => await server.Subscriptions().CreateEventSubscriptionAsync(Request(Callback), cancellationToken: Cancel));
        Assert.Contains("callbacks may not use", error.Message);
    }

    [Theory]
    // On the machine that alone reaches the server there is nothing to hide.
    [InlineData("unknown.test", null, false, "The callback's host 'unknown.test' is unknown: its name does not resolve.")]
    [InlineData("inside.test", "10.1.2.3", false, "The callback's host 'inside.test' leads to 10.1.2.3, an address that callbacks may not use; Webhooks:AllowedNetworks and Webhooks:AllowedHosts say")]
    // To others both are alike, but an address that they have given themselves.
    [InlineData("unknown.test", null, true, "The callback's host is unknown or leads to an address that callbacks may not use; Webhooks:AllowedNetworks and Webhooks:AllowedHosts say")]
    [InlineData("inside.test", "10.1.2.3", true, "The callback's host is unknown or leads to an address that callbacks may not use; Webhooks:AllowedNetworks and Webhooks:AllowedHosts say")]
    [InlineData("10.1.2.3", null, true, "The callback's host '10.1.2.3' leads to 10.1.2.3, an address that callbacks may not use")]
    public async Task Refusal_says_what_allows_it_and_tells_a_name_that_is_unknown_only_where_that_tells_nobody_of_the_inside(string host, string? address, bool isOpen, string told)
    {
        (string, string)[] settings = isOpen ? [("PublicBaseUrl", "https://orders.example.com"), ("Security:AllowAnonymous", "true")] : [];
        using var server = new RunningServer(
            services => services.AddSingleton<ResolveHost>((_, _) => address is null ? throw new System.Net.Sockets.SocketException(11001) : Task.FromResult(new[] { IPAddress.Parse(address) })), settings);

        var answer = (await server.RegisterAsync(new { callback = $"http://{host}/" })).Is(HttpStatusCode.BadRequest);

        Assert.StartsWith(told, (string?)answer.Json["errors"]![0]!["message"], StringComparison.Ordinal);
    }

    private static CreateEventSubscriptionRequest Request(string callback) => new() { EventSubscription = new EventSubscription { Callback = callback } };
}
