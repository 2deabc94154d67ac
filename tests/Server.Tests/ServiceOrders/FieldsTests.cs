using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>The parameter fields, wherever an order is answered.</summary>
public sealed class FieldsTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("id", "@type,href,id")]
    [InlineData("orderDate", "@type,href,id,orderDate")]
    [InlineData("state,priority", "@type,href,id,priority,state")]
    [InlineData("state, priority", "@type,href,id,priority,state")]
    [InlineData("state,+priority", "@type,href,id,priority,state")]
    [InlineData("state,,nothing", "@type,href,id,state")]
    [InlineData("none", "@type,href,id")]
    [InlineData("nothingOfTheKind", "@type,href,id")]
    [InlineData("$.state,$['priority']", "@type,href,id,priority,state")]
    [InlineData("$.serviceOrder[*].state", "@type,href,id,state")]
    public async Task Fields_are_shown_beside_id_href_and_type_everywhere(string fields, string shown)
    {
        var posted = await _server.SendAsync(HttpMethod.Post, $"{RunningServer.ServiceOrderPath}?fields={fields}", ExampleOrders.Fiber);
        var path = $"{RunningServer.ServiceOrderPath}/{posted.Json["id"]}";
        var patched = await _server.SendAsync(HttpMethod.Patch, $"{path}?fields={fields}", """{"description":"x"}""");
        var read = await _server.GetAsync($"{path}?fields={fields}");
        var listed = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?fields={fields}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (posted.Status, patched.Status));
        foreach (var order in new[] { posted.Json, patched.Json, read.Json, listed.Json[0]! })
            Assert.Equal(shown, Names(order));
        Assert.EndsWith(path, posted.Headers["Location"]);
        Assert.Equal("\"2\"", patched.Headers["ETag"]);
    }

    [Fact]
    public async Task Nested_fields_reach_through_arrays()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);

        var order = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}?fields=serviceOrderItem.service.name,note.text,state")).Json;

        Assert.Equal("@type,href,id,note,serviceOrderItem,state", Names(order));
        Assert.Equal("""{"service":{"name":"gpon-access-6490"}}""", order["serviceOrderItem"]![1]!.ToJsonString());
        Assert.Equal("""[{"text":"Customer is on site from 13:00."}]""", order["note"]!.ToJsonString());
    }

    [Fact]
    public async Task Extension_members_are_fields()
    {
        var id = await _server.PlaceOrderAsync("""{"x":{"a":1,"b":2},"y":3,"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        var order = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}?fields=x.a")).Json;

        Assert.Equal(("@type,href,id,x", """{"a":1}"""), (Names(order), order["x"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("$.", HttpStatusCode.BadRequest, "28")]
    [InlineData("note[", HttpStatusCode.BadRequest, "28")]
    [InlineData("$..text", HttpStatusCode.NotImplemented, "3")]
    [InlineData("$.note[?(@.author=='X')].text", HttpStatusCode.NotImplemented, "3")]
    public async Task JSONPath_that_is_no_path_is_never_passed_over(string path, HttpStatusCode status, string code)
    {
        foreach (var parameter in new[] { "fields", "sort" })
            (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?{parameter}={path}")).IsError(status, code);
    }

    [Fact]
    public async Task Fields_beyond_the_limits_are_a_400_before_anything_is_done()
    {
        var deep = "fields=" + string.Join('.', Enumerable.Repeat("a", 17));
        var order = await PlacedOrder.OnAsync(_server);

        (await _server.SendAsync(HttpMethod.Post, $"{RunningServer.ServiceOrderPath}?{deep}", ExampleOrders.Minimal)).IsError(HttpStatusCode.BadRequest, "28");
        (await _server.SendAsync(HttpMethod.Patch, $"{order.Path}?{deep}", """{"description":"x"}""")).IsError(HttpStatusCode.BadRequest, "28");
        var answer = (await _server.GetAsync($"{order.Path}?{deep}")).IsError(HttpStatusCode.BadRequest, "28");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.ListServiceOrdersAsync(
            new ListServiceOrdersRequest { Fields = new string('x', 8193) }, cancellationToken: Cancel));

        Assert.Equal([("fields", "QUERY_INVALID")], answer.Violations);
        Assert.Equal("fields", Assert.Single(error.Violations).Field);
        Assert.Equal("1", (await _server.GetAsync(RunningServer.ServiceOrderPath)).Headers["X-Total-Count"]);
        Assert.Equal("\"1\"", (await order.ReadAsync()).Headers["ETag"]);
    }

    private static string Names(JsonNode order) => string.Join(",", order.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
}
