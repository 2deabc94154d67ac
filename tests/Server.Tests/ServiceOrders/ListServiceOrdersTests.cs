using System.Net;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

public sealed class ListServiceOrdersTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Nothing_is_an_empty_array()
    {
        var answer = await _server.GetAsync(RunningServer.ServiceOrderPath);

        Assert.Equal((HttpStatusCode.OK, "[]"), (answer.Status, answer.Body));
        Assert.Equal("0", answer.Headers["X-Total-Count"]);
        Assert.Equal("0", answer.Headers["X-Result-Count"]);
    }

    [Fact]
    public async Task Everything_on_one_page_is_200_with_the_newest_first()
    {
        var placed = await PlaceAsync(3);

        var answer = await _server.GetAsync(RunningServer.ServiceOrderPath);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(NewestFirst(placed), Ids(answer));
        Assert.Equal("3", answer.Headers["X-Total-Count"]);
        Assert.Equal("3", answer.Headers["X-Result-Count"]);
    }

    [Fact]
    public async Task Part_of_the_whole_is_206_with_links_that_lead_through_it()
    {
        var placed = await PlaceAsync(5);

        var answer = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?offset=2&limit=2&fields=state");

        Assert.Equal(HttpStatusCode.PartialContent, answer.Status);
        Assert.Equal(NewestFirst(placed)[2..4], Ids(answer));
        Assert.Equal("5", answer.Headers["X-Total-Count"]);
        Assert.Equal("2", answer.Headers["X-Result-Count"]);
        foreach (var (relation, offset) in new[] { ("first", 0), ("prev", 0), ("next", 4), ("last", 4) })
        {
            var target = Link(answer, relation);
            Assert.Contains("fields=state", target);
            Assert.Equal(NewestFirst(placed)[offset..Math.Min(offset + 2, 5)], Ids(await _server.GetAsync(target)));
        }
    }

    [Fact]
    public async Task Offset_past_the_end_is_an_empty_page()
    {
        await PlaceAsync(2);

        var answer = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?offset=2");

        Assert.Equal((HttpStatusCode.OK, "[]"), (answer.Status, answer.Body));
        Assert.Equal("2", answer.Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Limit_is_cut_to_the_largest_page()
    {
        await PlaceAsync(1);

        var overGrpc = await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Limit = 5000 }, cancellationToken: Cancel);

        Assert.Equal(1000, overGrpc.AppliedLimit);
        Assert.Equal(HttpStatusCode.OK, (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=5000")).Status);
    }

    [Fact]
    public async Task Default_limit_is_100()
    {
        await PlaceAsync(101);

        var answer = await _server.GetAsync(RunningServer.ServiceOrderPath);

        Assert.Equal(HttpStatusCode.PartialContent, answer.Status);
        Assert.Equal("100", answer.Headers["X-Result-Count"]);
        Assert.Equal("101", answer.Headers["X-Total-Count"]);
    }

    [Theory]
    [InlineData("offset=-1", "offset")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("offset=1.5", "offset")]
    [InlineData("offset=99999999999", "offset")]
    public async Task Paging_that_is_no_number_of_orders_is_refused(string query, string parameter)
    {
        var answer = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}")).IsError(HttpStatusCode.BadRequest, "28");

        var violation = Assert.Single(answer.Violations);
        Assert.Equal("QUERY_INVALID", violation.Reason);
        Assert.Contains(parameter, violation.Path);
    }

    [Fact]
    public async Task Same_page_over_gRPC()
    {
        var placed = await PlaceAsync(5);

        var page = await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Offset = 1, Limit = 3, Fields = "state" }, cancellationToken: Cancel);

        Assert.Equal(NewestFirst(placed)[1..4], page.ServiceOrders.Select(order => order.Id));
        Assert.Equal(5, page.TotalCount);
        Assert.All(page.ServiceOrders, order => Assert.Empty(order.ServiceOrderItem));
    }

    [Fact]
    public async Task Negative_offset_is_refused_over_gRPC()
    {
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Offset = -1, Limit = -1 }, cancellationToken: Cancel));

        Assert.Equal(["offset", "limit"], error.Violations.Select(violation => violation.Field));
    }

    private async Task<List<(string Date, string Id)>> PlaceAsync(int count)
    {
        var placed = new List<(string, string)>();
        for (var i = 0; i < count; i++)
        {
            var order = (await _server.PostOrderAsync(ExampleOrders.Minimal)).Json;
            placed.Add(((string)order["orderDate"]!, (string)order["id"]!));
        }
        return placed;
    }

    private static List<string> NewestFirst(List<(string Date, string Id)> placed) =>
        [.. placed.AsEnumerable().Reverse().Select(order => order.Id)];

    private static List<string> Ids(RestAnswer answer) => [.. answer.Json.AsArray().Select(order => (string)order!["id"]!)];

    private static string Link(RestAnswer answer, string relation)
    {
        var link = answer.Headers["Link"].Split(", ").Single(link => link.EndsWith($"rel=\"{relation}\"", StringComparison.Ordinal));
        return link[1..link.IndexOf('>')];
    }
}
