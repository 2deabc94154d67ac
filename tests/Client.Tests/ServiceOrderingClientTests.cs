using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

public sealed class ServiceOrderingClientTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_order_is_read_back_with_its_entity_tag()
    {
        await using var client = server.Connect();

        var created = await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal("fiber"), cancellationToken: Token);
        var read = await client.ServiceOrders.GetServiceOrderAsync(
            new GetServiceOrderRequest { Id = created.ServiceOrder.Id }, cancellationToken: Token);

        Assert.Equal(ServiceOrderState.Acknowledged, created.ServiceOrder.State);
        Assert.Equal("fiber", read.ServiceOrder.Description);
        Assert.Equal(created.ServiceOrder, read.ServiceOrder);
        Assert.Equal(created.Etag, read.Etag);
    }

    [Fact]
    public async Task The_blocking_stub_reads_what_the_asynchronous_one_created()
    {
        using var client = server.Connect();

        var created = await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);
        var read = client.ServiceOrders.GetServiceOrder(
            new GetServiceOrderRequest { Id = created.ServiceOrder.Id }, cancellationToken: Token);

        Assert.Equal(created.ServiceOrder, read.ServiceOrder);
    }

    [Fact]
    public async Task All_pages_together_hold_every_order_once_newest_first()
    {
        await using var client = server.Connect();
        var placed = new List<ServiceOrder>();
        for (var i = 0; i < 7; i++)
        {
            var created = await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);
            placed.Add(created.ServiceOrder);
        }

        var pagesOfThree = new ListServiceOrdersRequest { Limit = 3 };
        var read = await client.ServiceOrders.ReadAllServiceOrdersAsync(pagesOfThree, Token).ToListAsync(Token);

        var newestFirst = placed.OrderByDescending(order => order.OrderDate.ToDateTime());
        Assert.Equal(
            newestFirst.ThenByDescending(order => order.Id, StringComparer.Ordinal),
            read.Where(placed.Contains));
    }

    [Fact]
    public async Task An_order_placed_while_pages_are_read_repeats_none()
    {
        await using var client = server.Connect();
        for (var i = 0; i < 4; i++)
        {
            await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);
        }

        var ids = new List<string>();
        var pagesOfTwo = new ListServiceOrdersRequest { Limit = 2 };
        await foreach (var order in client.ServiceOrders.ReadAllServiceOrdersAsync(pagesOfTwo, Token))
        {
            if (ids.Count == 0)
            {
                await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);
            }

            ids.Add(order.Id);
        }

        Assert.Equal(ids.Distinct(), ids);
        Assert.True(ids.Count >= 4);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("", 2)]
    [InlineData("externalId", 0)]
    [InlineData("-externalId", 2)]
    public async Task Pages_follow_the_filter_the_sort_order_and_the_offset(string sort, int offset)
    {
        await using var client = server.Connect();
        var group = Guid.NewGuid().ToString();
        var placed = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            var request = Orders.Minimal(group);
            request.ServiceOrder.ExternalId = $"{i}";
            placed.Add((await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token)).ServiceOrder.Id);
        }

        var all = await client.ServiceOrders.ListServiceOrdersAsync(
            new ListServiceOrdersRequest { Filter = $"description={group}", Sort = sort, Offset = offset }, cancellationToken: Token);
        var pagesOfTwo = new ListServiceOrdersRequest { Filter = $"description={group}", Sort = sort, Offset = offset, Limit = 2 };
        var read = await client.ServiceOrders.ReadAllServiceOrdersAsync(pagesOfTwo, Token).ToListAsync(Token);

        Assert.Equal(all.ServiceOrders, read);
        Assert.Equal(placed.Count - offset, read.Count);
        Assert.Equal((offset, ""), (pagesOfTwo.Offset, pagesOfTwo.PageToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:5081")]
    [InlineData("ftp://127.0.0.1")]
    public void An_address_that_is_no_http_uri_is_refused(string address)
    {
        Assert.Throws<UriFormatException>(() => ServiceOrderingClient.Connect(address));
    }
}
