using System.Net;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

public sealed class SortServiceOrdersTests : IDisposable
{
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 1, 15, 8, 0, 0, TimeSpan.Zero));
    private readonly RunningServer _server;

    public SortServiceOrdersTests() => _server = new RunningServer(_time);

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("", "dcba")]
    [InlineData("sort=orderDate", "abcd")]
    [InlineData("sort=-orderDate", "dcba")]
    [InlineData("sort=+orderDate", "abcd")]
    [InlineData("sort=%2BorderDate", "abcd")]
    [InlineData("sort=%20orderDate", "abcd")]
    [InlineData("sort=priority,-externalId", "bacd")]
    [InlineData("sort=-priority,externalId", "cabd")]
    [InlineData("sort=-priority,+externalId", "cabd")]
    [InlineData("sort=-priority, externalId", "cabd")]
    [InlineData("sort=serviceOrderItem.quantity", "cabd")]
    [InlineData("sort=-serviceOrderItem.quantity", "bacd")]
    [InlineData("sort=-$.serviceOrder[*].externalId", "dcba")]
    [InlineData("sort=$[*]['externalId']", "abcd")]
    [InlineData("sort=-externalId&priority=1", "ba")]
    public async Task Sort_orders_by_attributes_with_absent_values_last(string query, string expected)
    {
        await PlaceAsync("a", """ "priority":"1","serviceOrderItem":[{"id":"1","action":"add","service":{},"quantity":2}] """);
        await PlaceAsync("b", """ "priority":"1","serviceOrderItem":[{"id":"1","action":"add","service":{},"quantity":10}] """);
        await PlaceAsync("c", """ "priority":"3","serviceOrderItem":[{"id":"1","action":"add","service":{},"quantity":1}] """);
        await PlaceAsync("d", """ "x-rank":1,"serviceOrderItem":[{"id":"1","action":"add","service":{}}] """);

        var answer = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?{query}");

        Assert.Equal(expected, string.Concat(answer.Json.AsArray().Select(order => (string?)order!["externalId"])));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("-orderDate", true)]
    [InlineData("-priority", true)]
    [InlineData("orderDate", false)]
    [InlineData("state", false)]
    public async Task Of_orders_that_tie_the_newest_is_first_where_the_order_is_downwards_and_the_oldest_else(string sort, bool isNewestFirst)
    {
        // Within a millisecond: the clock stands still.
        var placed = new List<string>();
        for (var i = 0; i < 20; i++)
            placed.Add(await _server.PlaceOrderAsync());
        if (isNewestFirst)
            placed.Reverse();

        var page = await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Sort = sort }, cancellationToken: Cancel);

        Assert.Equal(placed, page.ServiceOrders.Select(order => order.Id));
    }

    [Theory]
    [InlineData(",")]
    [InlineData("-")]
    [InlineData("a..b")]
    [InlineData("id,id,id,id,id,id,id,id,id,id,id")]
    [InlineData("x-rank")]
    [InlineData("note")]
    [InlineData("$.")]
    public async Task Sort_that_names_no_attribute_is_a_400(string sort)
    {
        var answer = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?sort={sort}")).IsError(HttpStatusCode.BadRequest, "28");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Sort = sort }, cancellationToken: Cancel));

        Assert.All(answer.Violations, violation => Assert.Equal(("sort", "QUERY_INVALID"), violation));
        Assert.Equal("sort", error.Violations[0].Field);
    }

    private async Task PlaceAsync(string externalId, string members)
    {
        await _server.PlaceOrderAsync($$"""{"externalId":"{{externalId}}",{{members}}}""");
        _time.Now = _time.Now.AddMinutes(1);
    }
}
