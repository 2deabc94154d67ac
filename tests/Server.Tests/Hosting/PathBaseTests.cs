using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Server.Tests.Events;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>The server behind a prefix, and under the other name of its API.</summary>
public sealed class PathBaseTests : IDisposable
{
    private readonly RunningServer _server = new(("PathBase", "/oda/orders"));

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("/oda/orders")]
    [InlineData("")]
    public async Task Addresses_begin_with_the_prefix_whether_a_proxy_has_taken_it_away_or_not(string sent)
    {
        var prefix = $"{_server.Http.BaseAddress}oda/orders";
        var created = await _server.SendAsync(HttpMethod.Post, sent + RunningServer.ServiceOrderPath, ExampleOrders.Minimal);
        await _server.SendAsync(HttpMethod.Post, sent + RunningServer.ServiceOrderPath, ExampleOrders.Minimal);

        Assert.Equal(HttpStatusCode.Created, created.Status);
        var href = $"{prefix}{RunningServer.ServiceOrderPath}/{created.Json["id"]}";
        Assert.Equal((href, href), ((string?)created.Json["href"], created.Headers["Location"]));
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync(href)).Status);
        Assert.Contains($"<{prefix}{RunningServer.ServiceOrderPath}?offset=1&limit=1>; rel=\"next\"", (await _server.GetAsync($"{sent}{RunningServer.ServiceOrderPath}?limit=1")).Headers["Link"]);
        var overGrpc = await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = (string)created.Json["id"]! }, cancellationToken: Cancel);
        Assert.Equal(href, overGrpc.ServiceOrder.Href);
        var hub = await _server.SendAsync(HttpMethod.Post, $"{sent}/tmf-api/serviceOrdering/v4/hub", """{"callback":"http://127.0.0.1:9/"}""");
        Assert.StartsWith($"{prefix}/tmf-api/serviceOrdering/v4/hub/", hub.Headers["Location"]);
        (await _server.GetAsync($"{sent}/tmf-api/nothing")).IsError(HttpStatusCode.NotFound, "60");
    }

    [Fact]
    public async Task Events_have_hrefs_with_the_prefix()
    {
        using var stream = await EventStreamReader.OpenAsync(_server.Http, "/oda/orders/events/v1/watch");
        await stream.NextAsync();
        var id = await _server.PlaceOrderAsync();

        var created = JsonNode.Parse((await stream.NextAsync()).Data)!;

        Assert.Equal($"{_server.Http.BaseAddress}oda/orders{RunningServer.ServiceOrderPath}/{id}", (string?)created["event"]!["serviceOrder"]!["href"]);
    }

    [Fact]
    public async Task Orders_cancellations_and_the_hub_are_there_under_the_other_name_of_the_API()
    {
        const string Other = "/tmf-api/serviceOrderingManagement/v4";
        var created = await _server.SendAsync(HttpMethod.Post, $"{Other}/serviceOrder", ExampleOrders.Minimal);
        var id = (string)created.Json["id"]!;

        Assert.EndsWith($"{RunningServer.ServiceOrderPath}/{id}", created.Headers["Location"]);
        Assert.Equal(created.Body, (await _server.GetAsync($"{Other}/serviceOrder/{id}")).Body);
        Assert.Equal(created.Body, (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Body);
        Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync(HttpMethod.Patch, $"{Other}/serviceOrder/{id}", """{"description":"x"}""")).Status);
        Assert.Single((await _server.GetAsync($"{Other}/serviceOrder")).Json.AsArray());
        var task = await _server.SendAsync(HttpMethod.Post, $"{Other}/cancelServiceOrder", "{\"serviceOrder\":{\"id\":\"" + id + "\"}}");
        Assert.Equal(HttpStatusCode.Created, task.Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync($"{Other}/cancelServiceOrder/{task.Json["id"]}")).Status);
        var hub = await _server.SendAsync(HttpMethod.Post, $"{Other}/hub", """{"callback":"http://127.0.0.1:9/"}""");
        Assert.EndsWith($"{Other}/hub/{hub.Json["id"]}", hub.Headers["Location"]);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync($"/tmf-api/serviceOrdering/v4/hub/{hub.Json["id"]}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, $"{Other}/hub/{hub.Json["id"]}")).Status);
    }
}
