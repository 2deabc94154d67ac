using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Tests.Security;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>Callers in browsers: gRPC over HTTP/1.1, on the port of REST.</summary>
public sealed class GrpcWebTests : IDisposable
{
    private const string Page = "https://desk.example";
    private const string Method = "/tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders";

    private readonly RunningServer _server = new(("GrpcWeb:Enabled", "true"), ("Cors:AllowedOrigins:0", Page));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task A_call_a_refusal_and_a_stream_go_over_http_1(GrpcWebMode mode)
    {
        var id = await _server.PlaceOrderAsync();
        using var channel = Open(_server, mode);
        var orders = new ServiceOrderService.ServiceOrderServiceClient(channel);

        var found = await orders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Cancel);
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await orders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = "none" }, cancellationToken: Cancel));
        using var watch = new EventService.EventServiceClient(channel).WatchEvents(new WatchEventsRequest { FromStart = true }, cancellationToken: Cancel);
        var seen = new List<string>();
        while (seen.Count < 2 && await watch.ResponseStream.MoveNext(Cancel))
        {
            if (watch.ResponseStream.Current.Event?.ServiceOrderCreateEvent is not { } created)
                continue;
            seen.Add(created.Event.ServiceOrder.Id);
            // The second comes while the stream is open.
            if (seen.Count == 1)
                await _server.PlaceOrderAsync();
        }

        Assert.Equal(id, found.ServiceOrder.Id);
        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
        Assert.NotNull(refusal.Trailers.Get("grpc-status-details-bin"));
        Assert.Equal((id, 2), (seen[0], seen.Distinct().Count()));
    }

    [Fact]
    public async Task An_answer_that_is_kept_until_it_has_gone_out_is_whole_and_gives_its_memory_back()
    {
        var budget = _server.Service<AnswerBudget>();
        var free = budget.Free;
        for (var i = 0; i < 40; i++)
            await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        using var channel = Open(_server, GrpcWebMode.GrpcWebText);

        var page = await new ServiceOrderService.ServiceOrderServiceClient(channel).ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Cancel);

        Assert.Equal(40, page.ServiceOrders.Count);
        // The share goes when the call has ended, a moment after its answer.
        while (budget.Free != free)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_ask_and_read_the_status()
    {
        var preflight = await _server.SendAsync(HttpMethod.Options, Method, null,
            ("Origin", Page), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type,x-grpc-web,authorization"));
        using var request = Request(Page);
        using var answer = await _server.Http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.NoContent, Page), (preflight.Status, preflight.Headers["Access-Control-Allow-Origin"]));
        Assert.Contains("x-grpc-web", preflight.Headers["Access-Control-Allow-Headers"]);
        Assert.Equal((HttpStatusCode.OK, "application/grpc-web"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal([Page], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("Grpc-Status", string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")));
    }

    [Fact]
    public async Task A_page_of_another_origin_may_not()
    {
        var preflight = await _server.SendAsync(HttpMethod.Options, Method, null, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"));
        using var request = Request("https://evil.example");
        using var answer = await _server.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, preflight.Status);
        Assert.DoesNotContain("Access-Control-Allow-Origin", preflight.Headers.Keys);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Who_has_no_credentials_is_told_so_as_over_grpc()
    {
        using var issuer = new TokenIssuer();
        using var server = new RunningServer([("GrpcWeb:Enabled", "true"), .. issuer.Settings]);
        using var channel = Open(server, GrpcWebMode.GrpcWeb);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
            await new ServiceOrderService.ServiceOrderServiceClient(channel).GetServiceOrderAsync(new GetServiceOrderRequest { Id = "1" }, cancellationToken: Cancel));

        using var request = Request(null);
        using var answer = await server.Http.SendAsync(request, Cancel);
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Equal("application/grpc-web", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Without_the_switch_there_is_none()
    {
        using var server = new RunningServer();
        using var request = Request(null);
        using var answer = await server.Http.SendAsync(request, Cancel);

        Assert.NotEqual("application/grpc-web", answer.Content.Headers.ContentType?.MediaType);
    }

    private static GrpcChannel Open(RunningServer server, GrpcWebMode mode) => GrpcChannel.ForAddress(server.Http.BaseAddress!, new GrpcChannelOptions
    {
        HttpHandler = new GrpcWebHandler(mode, new SocketsHttpHandler()),
        HttpVersion = HttpVersion.Version11,
        DisposeHttpClient = true,
    });

    private static HttpRequestMessage Request(string? origin)
    {
        // One frame with a message that has nothing in it.
        var request = new HttpRequestMessage(HttpMethod.Post, Method) { Content = new ByteArrayContent(new byte[5]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web+proto");
        request.Headers.TryAddWithoutValidation("X-Grpc-Web", "1");
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        return request;
    }
}
