using System.Net;
using System.Net.Http.Headers;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>How much one identity, or one address, may ask for.</summary>
public sealed class LimitsTests : IDisposable
{
    // A token comes back after 1000 s: within a test, never.
    private const string Never = "0.001";
    private const string Watch = "/events/v1/watch";

    private readonly TokenIssuer _issuer = new();
    private readonly RunningServer _server;

    public LimitsTests() => _server = new RunningServer(
    [
        .. _issuer.Settings,
        ("Limits:Reads:PerSecond", Never), ("Limits:Reads:Burst", "3"),
        ("Limits:Writes:PerSecond", Never), ("Limits:Writes:Burst", "2"),
        ("Limits:Failures:PerSecond", Never), ("Limits:Failures:Burst", "4"),
        ("Limits:Streams", "2"),
        ("Limits:Subscriptions", "1"),
    ]);

    public void Dispose()
    {
        _server.Dispose();
        _issuer.Dispose();
    }

    [Fact]
    public async Task Calls_beyond_the_limit_are_refused_in_the_body_of_the_api_and_say_when_to_try_again()
    {
        using var http = _server.HttpAs(Token("desk"));
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
            statuses.Add((await http.GetAsync($"{RunningServer.ServiceOrderPath}/none", Cancel)).StatusCode);

        using var refused = await http.GetAsync($"{RunningServer.ServiceOrderPath}/none", Cancel);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound], statuses);
        Assert.Equal(TimeSpan.FromSeconds(1000), refused.Headers.RetryAfter!.Delta);
        var answer = await RestAnswer.ReadAsync(refused);
        answer.IsError(HttpStatusCode.TooManyRequests, "53");
    }

    [Fact]
    public async Task Calls_beyond_the_limit_are_refused_over_grpc_with_the_time_to_wait()
    {
        var headers = TokenIssuer.Bearer(Token("desk"));
        for (var i = 0; i < 3; i++)
            Assert.Equal(StatusCode.NotFound, (await GetAsync(headers)).StatusCode);

        var refusal = await GetAsync(headers);

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_LIMITED"), (refusal.StatusCode, refusal.Reason));
        Assert.Equal(1000, refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
    }

    [Fact]
    public async Task Each_identity_and_each_kind_of_call_has_a_limit_of_its_own_over_both_protocols()
    {
        using var desk = _server.HttpAs(Token("desk"));
        for (var i = 0; i < 3; i++)
            await desk.GetAsync($"{RunningServer.ServiceOrderPath}/none", Cancel);

        Assert.Equal(StatusCode.ResourceExhausted, (await GetAsync(TokenIssuer.Bearer(Token("desk")))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await GetAsync(TokenIssuer.Bearer(Token("crm")))).StatusCode);
        Assert.Equal(HttpStatusCode.Created, await PlaceAsync(desk));
        Assert.Equal(HttpStatusCode.Created, await PlaceAsync(desk));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PlaceAsync(desk));
        Assert.Equal(HttpStatusCode.OK, (await desk.GetAsync(RunningServer.ServiceOrderPath, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Credentials_that_are_missing_or_no_good_are_limited_by_address_and_good_ones_are_let_in_all_the_same()
    {
        using var guess = _server.HttpAs("guess");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
            statuses.Add((await (i % 2 == 0 ? guess : _server.Http).GetAsync(RunningServer.ServiceOrderPath, Cancel)).StatusCode);

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guess.GetAsync(RunningServer.ServiceOrderPath, Cancel)).StatusCode);
        Assert.Equal(StatusCode.ResourceExhausted, (await GetAsync(TokenIssuer.Bearer("guess"))).StatusCode);
        using var desk = _server.HttpAs(Token("desk"));
        Assert.Equal(HttpStatusCode.OK, (await desk.GetAsync(RunningServer.ServiceOrderPath, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _server.Http.GetAsync("/health/ready", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Streams_are_counted_while_they_are_open_over_both_protocols()
    {
        using var desk = _server.HttpAs(Token("desk"));
        using var first = await EventStreamReader.OpenAsync(desk, Watch);
        var call = _server.Events.WatchEvents(new WatchEventsRequest(), TokenIssuer.Bearer(Token("desk")), cancellationToken: Cancel);
        await call.ResponseStream.MoveNext(Cancel);

        using (var refused = await desk.GetAsync(Watch, Cancel))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Contains("2 streams open", await refused.Content.ReadAsStringAsync(Cancel));
        }
        using var other = _server.HttpAs(Token("crm"));
        (await EventStreamReader.OpenAsync(other, Watch)).Dispose();

        call.Dispose();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        HttpResponseMessage again;
        while ((again = await desk.GetAsync(Watch, HttpCompletionOption.ResponseHeadersRead, deadline.Token)).StatusCode == HttpStatusCode.TooManyRequests)
            again.Dispose();
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        again.Dispose();
    }

    [Fact]
    public async Task Subscriptions_are_counted_for_each_identity()
    {
        var desk = TokenIssuer.Bearer(Token("desk"));
        var id = (await SubscribeAsync(desk, "http://127.0.0.1:9/1")).EventSubscription.Id;

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(() => SubscribeAsync(desk, "http://127.0.0.1:9/2"));
        await SubscribeAsync(TokenIssuer.Bearer(Token("crm")), "http://127.0.0.1:9/3");

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_LIMITED"), (refusal.StatusCode, refusal.Reason));
        Assert.Contains("1 event subscriptions", refusal.Message);
        Assert.Equal(["crm", "desk"], _server.Query<string>("select owner from event_subscription order by owner"));
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task Preflights_pass_before_anybody_is_asked_who_they_are_and_credentials_may_be_sent()
    {
        using var server = new RunningServer([.. _issuer.Settings, ("Cors:AllowedOrigins:0", "https://desk.example")]);

        var preflight = await server.SendAsync(HttpMethod.Options, RunningServer.ServiceOrderPath, null,
            ("Origin", "https://desk.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,x-api-key,content-type"));
        using var request = new HttpRequestMessage(HttpMethod.Get, RunningServer.ServiceOrderPath);
        request.Headers.Add("Origin", "https://desk.example");
        using var refused = await server.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, preflight.Status);
        Assert.Equal("authorization,x-api-key,content-type", preflight.Headers["Access-Control-Allow-Headers"]);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(["https://desk.example"], refused.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public void A_server_that_asks_nobody_who_they_are_limits_nobody_unless_it_is_told_to()
    {
        using var open = new RunningServer();
        using var told = new RunningServer(("Limits:Enabled", "true"));

        Assert.Null(open.Service<IOptions<RateLimiterOptions>>().Value.GlobalLimiter);
        Assert.NotNull(told.Service<IOptions<RateLimiterOptions>>().Value.GlobalLimiter);
        Assert.NotNull(_server.Service<IOptions<RateLimiterOptions>>().Value.GlobalLimiter);
    }

    [Fact]
    public async Task Callers_without_a_name_are_limited_by_address()
    {
        using var server = new RunningServer(("Limits:Enabled", "true"), ("Limits:Reads:PerSecond", Never), ("Limits:Reads:Burst", "1"));

        await server.GetAsync($"{RunningServer.ServiceOrderPath}/none");

        (await server.GetAsync($"{RunningServer.ServiceOrderPath}/none")).IsError(HttpStatusCode.TooManyRequests, "53");
    }

    [Fact]
    public void A_call_that_is_let_through_costs_next_to_no_memory()
    {
        const int Calls = 10_000;
        using var server = new RunningServer(("Limits:Enabled", "true"), ("Limits:Reads:Burst", "10000000"));
        var limiter = server.Service<IOptions<RateLimiterOptions>>().Value.GlobalLimiter!;
        var http = new DefaultHttpContext();
        http.Features.Set(new Identity("desk"));
        http.SetEndpoint(server.Service<EndpointDataSource>().Endpoints.First(endpoint =>
            endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Name == nameof(ServiceOrderService.ServiceOrderServiceClient.GetServiceOrder)));
        Assert.True(Acquire());

        var before = GC.GetAllocatedBytesForCurrentThread();
        var all = true;
        for (var i = 0; i < Calls; i++)
            all &= Acquire();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(all);
        // The package makes one small object to find the bucket.
        Assert.InRange(bytes / Calls, 0, 64);

        bool Acquire()
        {
            using var lease = limiter.AttemptAcquire(http);
            return lease.IsAcquired;
        }
    }

    [Fact]
    public void A_limit_that_would_let_nobody_in_is_refused()
    {
        Assert.Empty(new LimitsOptions().Problems());
        Assert.Contains("Limits:Reads:PerSecond", Assert.Single(new LimitsOptions { Reads = new RateLimit { Burst = 1 } }.Problems()));
        Assert.Contains("Limits:Searches:Burst", Assert.Single(new LimitsOptions { Searches = new RateLimit { PerSecond = 1 } }.Problems()));
        Assert.Contains("Limits:Streams", Assert.Single(new LimitsOptions { Streams = 0 }.Problems()));
        Assert.Contains("Limits:Subscriptions", Assert.Single(new LimitsOptions { Subscriptions = 0 }.Problems()));
    }

    private string Token(string name) => _issuer.Issue(name, roles: "administrator");

    private async Task<ServiceOrderingException> GetAsync(Metadata headers) => await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
        await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = "none" }, headers, cancellationToken: Cancel));

    private async Task<CreateEventSubscriptionResponse> SubscribeAsync(Metadata headers, string callback) =>
        await _server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = new EventSubscription { Callback = callback } }, headers, cancellationToken: Cancel);

    private static async Task<HttpStatusCode> PlaceAsync(HttpClient http)
    {
        using var body = new StringContent(ExampleOrders.Minimal, new MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync(RunningServer.ServiceOrderPath, body, Cancel);
        return answer.StatusCode;
    }
}
