using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Onap.Nbi.V4;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>The header Target of ONAP's NBI: a request that is meant for another server.</summary>
public sealed class TargetTests
{
    private const string Callback = "http://127.0.0.1:9/listener";
    private const string Query = "eventType=ServiceOrderCreationNotification";
    private const string Base = "/partner/nbi/api/v4";

    [Theory]
    [InlineData("/nbi/api/v4")]
    [InlineData("/nbi/api/v4/")]
    [InlineData("/nbi/api/v3")]
    public async Task Own_address_is_handled_here(string path)
    {
        using var server = new RunningServer();

        var answer = await server.RegisterNbiAsync(Callback, Query, NbiListeners.HubPath, ("Target", new Uri(server.Http.BaseAddress!, path).ToString()));

        answer.Is(HttpStatusCode.Created);
        Assert.Single((await server.GetAsync(NbiListeners.HubPath, ("Target", server.Http.BaseAddress + "nbi/api/v4"))).Json.AsArray());
    }

    [Fact]
    public async Task Public_address_is_our_own_and_case_and_port_of_its_scheme_do_not_matter()
    {
        using var server = new RunningServer(("PublicBaseUrl", "https://orders.example/base"), ("Security:AllowAnonymous", "true"), ("Webhooks:AllowedHosts:0", "127.0.0.1"));

        var answer = await server.RegisterNbiAsync(Callback, Query, NbiListeners.HubPath, ("Target", "HTTPS://Orders.Example:443/base/nbi/api/v4"));

        Assert.StartsWith("https://orders.example/base/nbi/api/v4/hub/", answer.Is(HttpStatusCode.Created).Headers["Location"]);
        (await server.GetAsync(NbiListeners.HubPath, ("Target", "https://orders.example/nbi/api/v4"))).Is(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/nbi/api/v4")]
    [InlineData("http://169.254.169.254/nbi/api/v4")]
    [InlineData("nonsense")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://partner.test/partner/nbi/api/v4/../../../admin")]
    [InlineData("http://partner.test/partner/nbi/api/v4?a=b")]
    [InlineData("http://partner.test/partner/nbi/api/v4/more")]
    [InlineData("http://me@partner.test/partner/nbi/api/v4")]
    [InlineData("http://partner.test:81/partner/nbi/api/v4")]
    [InlineData("http://partner.test.evil.test/partner/nbi/api/v4")]
    public async Task Address_that_is_not_listed_is_refused_and_nothing_is_sent(string target)
    {
        using var server = new RunningServer(("Onap:AllowedTargets:0", "http://partner.test/partner/nbi/api/v4"));

        (await server.RegisterNbiAsync(Callback, Query, NbiListeners.HubPath, ("Target", target))).Is(HttpStatusCode.Forbidden);
        (await server.GetAsync("/nbi/api/v3/serviceOrder/1", ("Target", target))).Is(HttpStatusCode.Forbidden);

        Assert.Equal("[]", (await server.GetAsync(NbiListeners.HubPath)).Body);
    }

    [Fact]
    public async Task Listed_address_gets_the_request_as_it_is_and_its_answer_comes_back()
    {
        await using var partner = await Partner.StartAsync(async http =>
        {
            http.Response.StatusCode = 201;
            http.Response.ContentType = "application/json;charset=utf-8";
            http.Response.Headers.Location = "http://partner.test/nbi/api/v4/hub/7";
            http.Response.Headers["X-Total-Count"] = "7";
            http.Response.Headers["X-Accel-Redirect"] = "/internal";
            http.Response.Headers.SetCookie = "a=b";
            await http.Response.WriteAsync("""{"id":"7"}""");
        });
        using var server = new RunningServer(("Onap:AllowedTargets:0", partner.Address + Base + "/"));

        var answer = await server.SendAsync(HttpMethod.Post, NbiListeners.HubPathV3 + "?fields=id&x=%20y", """{"callback":"ä"}""",
            ("Target", partner.Address + Base), ("Authorization", "Bearer secret"), ("Cookie", "a=b"), ("X-Forwarded-For", "1.2.3.4"), ("Accept", "application/json"));

        Assert.Equal((HttpStatusCode.Created, """{"id":"7"}""", "application/json; charset=utf-8"), (answer.Status, answer.Body, answer.Headers["Content-Type"]));
        Assert.Equal(("http://partner.test/nbi/api/v4/hub/7", "7"), (answer.Headers["Location"], answer.Headers["X-Total-Count"]));
        Assert.False(answer.Headers.ContainsKey("X-Accel-Redirect") || answer.Headers.ContainsKey("Set-Cookie"));
        var sent = Assert.Single(partner.Received);
        Assert.Equal(("POST", Base + "/hub?fields=id&x=%20y", """{"callback":"ä"}"""), (sent.Method, sent.Path, sent.Body));
        Assert.Equal(("application/json", "application/json"), (sent.Headers["Content-Type"], sent.Headers["Accept"]));
        Assert.Empty(sent.Headers.Keys.Intersect(["Target", "Authorization", "Cookie", "X-Forwarded-For"], StringComparer.OrdinalIgnoreCase));
        Assert.Equal("[]", (await server.GetAsync(NbiListeners.HubPath)).Body);
    }

    [Theory]
    [InlineData("GET", "/serviceOrder/a%2Fb%3F", 200)]
    [InlineData("DELETE", "/hub/7", 204)]
    [InlineData("GET", "/serviceOrder?state=completed", 404)]
    [InlineData("GET", "/redirect", 307)]
    public async Task Any_route_and_any_status_pass_and_redirects_are_not_followed(string method, string path, int status)
    {
        await using var partner = await Partner.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "http://127.0.0.1:9/";
            return Task.CompletedTask;
        });
        using var server = new RunningServer(("Onap:AllowedTargets:0", partner.Address + Base));

        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = server.Http.BaseAddress };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/nbi/api/v4" + path) { Headers = { { "Target", partner.Address + Base } } };
        using var answer = await client.SendAsync(request, Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal((method, Base + path), (Assert.Single(partner.Received).Method, partner.Received.Single().Path));
    }

    [Theory]
    [InlineData("/nbi/api/v4/..%2Fadmin")]
    [InlineData("/nbi/api/v4/serviceOrder/..%5C..%5Cadmin")]
    public async Task Path_that_would_lead_out_of_the_listed_address_is_refused(string path)
    {
        await using var partner = await Partner.StartAsync(_ => Task.CompletedTask);
        using var server = new RunningServer(("Onap:AllowedTargets:0", partner.Address + Base));

        (await server.GetAsync(path, ("Target", partner.Address + Base))).Is(HttpStatusCode.Forbidden);

        Assert.Empty(partner.Received);
    }

    [Fact]
    public async Task Server_like_this_one_handles_what_it_is_sent_and_a_request_goes_no_further_than_that()
    {
        using var other = new RunningServer();
        var target = other.Http.BaseAddress + "nbi/api/v4";
        using var server = new RunningServer(("Onap:AllowedTargets:0", target));

        var created = (await server.RegisterNbiAsync(Callback, Query, NbiListeners.HubPath, ("Target", target))).Is(HttpStatusCode.Created);

        Assert.StartsWith(target, created.Headers["Location"]);
        Assert.Single((await other.GetAsync(NbiListeners.HubPath)).Json.AsArray());
        Assert.Equal("[]", (await server.GetAsync(NbiListeners.HubPath)).Body);
        (await server.RegisterNbiAsync(Callback, Query, NbiListeners.HubPath, ("Target", target))).Is(HttpStatusCode.BadRequest);
        (await server.GetAsync(NbiListeners.HubPath, ("Target", target), ("Via", "1.1 service-ordering, 1.1 gateway"))).Is(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Server_that_is_not_there_or_says_nothing_is_unavailable()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var gone = new TcpListener(IPAddress.Loopback, 0);
        gone.Start();
        var port = ((IPEndPoint)gone.LocalEndpoint).Port;
        gone.Stop();
        using var server = new RunningServer(
            ("Onap:AllowedTargets:0", $"http://127.0.0.1:{port}/nbi"), ("Onap:AllowedTargets:1", $"http://{silent.LocalEndpoint}/nbi"), ("Onap:TargetTimeout", "00:00:00.5"));

        foreach (var target in new[] { $"http://127.0.0.1:{port}/nbi", $"http://{silent.LocalEndpoint}/nbi" })
            (await server.RegisterNbiAsync(Callback, Query, NbiListeners.HubPath, ("Target", target))).Is(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Body_that_is_larger_than_a_request_may_be_is_not_sent_on()
    {
        await using var partner = await Partner.StartAsync(_ => Task.CompletedTask);
        using var server = new RunningServer(("Onap:AllowedTargets:0", partner.Address + Base));
        var body = new string(' ', 5 * 1024 * 1024);

        (await server.SendAsync(HttpMethod.Post, NbiListeners.HubPath, body, ("Target", partner.Address + Base))).Is(HttpStatusCode.RequestEntityTooLarge);
        using var request = new HttpRequestMessage(HttpMethod.Post, NbiListeners.HubPath)
        {
            Content = new StringContent(body) { Headers = { ContentType = new("application/json") } },
            Headers = { TransferEncodingChunked = true },
        };
        request.Headers.Add("Target", partner.Address + Base);
        using var chunked = await server.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        Assert.All(partner.Received, received => Assert.True(received.Body.Length < body.Length));
    }

    [Fact]
    public async Task Over_grpc_only_our_own_address_is_taken()
    {
        using var server = new RunningServer(("Onap:AllowedTargets:0", "http://partner.test/nbi/api/v4"));
        var hubs = new HubService.HubServiceClient(server.Client.CallInvoker);
        var request = new CreateHubRequest { Hub = new global::Onap.Nbi.V4.Hub { Callback = Callback, Query = Query }, Target = "http://partner.test/nbi/api/v4" };

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await hubs.CreateHubAsync(request, cancellationToken: Cancel));
        Assert.Equal((StatusCode.PermissionDenied, "TARGET_NOT_ALLOWED"), (refusal.StatusCode, refusal.Reason));

        request.Target = server.Http.BaseAddress + "nbi/api/v4";
        Assert.NotEmpty((await hubs.CreateHubAsync(request, cancellationToken: Cancel)).Hub.Id);
    }

    private sealed record Received(string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers);

    /// <summary>Another NBI.</summary>
    private sealed class Partner : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private readonly ConcurrentQueue<Received> _received = new();

        private Partner(WebApplication application) => _application = application;

        public string Address => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public IReadOnlyCollection<Received> Received => _received;

        public static async Task<Partner> StartAsync(RequestDelegate answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var partner = new Partner(builder.Build());
            partner._application.Run(async http =>
            {
                using var reader = new StreamReader(http.Request.Body);
                var body = await reader.ReadToEndAsync(http.RequestAborted);
                var target = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
                partner._received.Enqueue(new Received(
                    http.Request.Method, target, body, http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
                await answer(http);
            });
            await partner._application.StartAsync(TestContext.Current.CancellationToken);
            return partner;
        }

        public ValueTask DisposeAsync() => _application.DisposeAsync();
    }
}
