using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

public sealed class GetServiceOrderTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Order_reads_as_its_creation_answered()
    {
        var created = await _server.PostOrderAsync(ExampleOrders.Fiber);

        var read = await _server.GetAsync(created.Headers["Location"]);

        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal(created.Body, read.Body);
        Assert.Equal(created.Headers["ETag"], read.Headers["ETag"]);
        Assert.Equal("application/json; charset=utf-8", read.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Unknown_id_is_not_found()
    {
        var answer = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/nobody")).IsError(HttpStatusCode.NotFound, "60");
        Assert.Contains("nobody", answer.Body);

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = "nobody" }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal(ErrorReason.ServiceOrderNotFound, error.ErrorReason);
        Assert.Equal("nobody", error.Metadata["id"]);
    }

    [Fact]
    public async Task Known_entity_tag_is_answered_without_the_order()
    {
        var created = await _server.PostOrderAsync(ExampleOrders.Minimal);

        var same = await _server.GetAsync(created.Headers["Location"], ("If-None-Match", created.Headers["ETag"]));
        var other = await _server.GetAsync(created.Headers["Location"], ("If-None-Match", "\"0\""));

        Assert.Equal((HttpStatusCode.NotModified, ""), (same.Status, same.Body));
        Assert.Equal(created.Headers["ETag"], same.Headers["ETag"]);
        Assert.Equal(HttpStatusCode.OK, other.Status);
    }

    [Theory]
    [InlineData("state", "@type,href,id,state")]
    [InlineData("state, priority", "@type,href,id,priority,state")]
    [InlineData("none", "@type,href,id")]
    [InlineData("nothingOfTheKind", "@type,href,id")]
    public async Task Fields_selects_what_is_shown(string fields, string shown)
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);

        var answer = await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}?fields={Uri.EscapeDataString(fields)}");
        var overGrpc = await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id, Fields = fields }, cancellationToken: Cancel);

        Assert.Equal(shown, string.Join(",", answer.Json.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal)));
        Assert.True(JsonNode.DeepEquals(answer.Json, JsonNode.Parse(ServiceOrdering.Json.JsonFormat.ToUtf8Bytes(overGrpc.ServiceOrder))));
    }

    [Fact]
    public async Task Fields_reaches_into_nested_attributes()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);

        var answer = await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}?fields=note.text");

        Assert.Equal("""[{"text":"Customer is on site from 13:00."}]""", answer.Json["note"]!.ToJsonString());
    }

    [Fact]
    public async Task Public_base_url_is_where_hrefs_lead()
    {
        using var server = new RunningServer(("PublicBaseUrl", "https://orders.example.com/"), ("Security:AllowAnonymous", "true"));
        var id = await server.PlaceOrderAsync();

        var expected = $"https://orders.example.com{RunningServer.ServiceOrderPath}/{id}";
        Assert.Equal(expected, (string)(await server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Json["href"]!);
        Assert.Equal(expected, (await server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Cancel)).ServiceOrder.Href);
    }

    [Fact]
    public async Task Forwarded_host_counts_only_from_a_configured_proxy()
    {
        using var trusting = new RunningServer(("ForwardedHeaders:KnownProxies:0", "127.0.0.1"), ("Security:AllowAnonymous", "true"));
        (string, string)[] headers = [("X-Forwarded-Host", "orders.example.com"), ("X-Forwarded-Proto", "https")];

        var trusted = await trusting.GetAsync($"{RunningServer.ServiceOrderPath}/{await trusting.PlaceOrderAsync()}", headers);
        var untrusted = await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}", headers);

        Assert.StartsWith("https://orders.example.com/", (string)trusted.Json["href"]!);
        Assert.StartsWith(_server.Http.BaseAddress!.ToString(), (string)untrusted.Json["href"]!);
    }
}
