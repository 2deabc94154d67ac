using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Hosting;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>A page is bounded in bytes, and so is what all of them take together.</summary>
public sealed class LargePageTests : IDisposable
{
    private const int LargestMessage = 4 * 1024 * 1024;
    private const int Size = 1024 * 1024;

    private readonly RunningServer _server = new();

    private AnswerBudget Budget => _server.Service<AnswerBudget>();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("state=acknowledged")]
    public async Task Page_over_gRPC_ends_early_with_a_token_before_it_is_larger_than_clients_take(string filter)
    {
        var placed = await PlaceAsync(9);
        var seen = new List<string>();
        var request = new ListServiceOrdersRequest { Filter = filter };
        do
        {
            var page = await _server.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: Cancel);
            Assert.InRange(page.CalculateSize(), Size, LargestMessage);
            seen.AddRange(page.ServiceOrders.Select(order => order.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(placed, seen);
    }

    [Fact]
    public async Task Sorted_page_over_gRPC_ends_early_and_its_total_tells_that_there_is_more()
    {
        var placed = await PlaceAsync(6);
        var request = new ListServiceOrdersRequest { Sort = "externalId" };

        var page = await _server.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: Cancel);

        Assert.InRange(page.ServiceOrders.Count, 1, 5);
        Assert.Equal((6, ""), (page.TotalCount, page.NextPageToken));
        var seen = new List<string>();
        await foreach (var order in _server.ServiceOrders.ReadAllServiceOrdersAsync(request, Cancel))
            seen.Add(order.Id);
        Assert.Equal(Enumerable.Reverse(placed), seen);
    }

    [Fact]
    public async Task Numbers_that_take_more_in_a_message_than_in_JSON_are_counted_as_they_are_sent()
    {
        var numbers = string.Join(',', Enumerable.Repeat("1", 400_000));
        for (var i = 0; i < 4; i++)
            await _server.PlaceOrderAsync($$"""{"many":[{{numbers}}],{{ExampleOrders.Minimal[1..]}}""");

        var page = await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), new CallOptions(cancellationToken: Cancel));

        Assert.Equal((1, 4), (page.ServiceOrders.Count, page.TotalCount));
        Assert.NotEmpty(page.NextPageToken);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("&fields=id,note,externalId", "")]
    [InlineData("&sort=externalId", "sorted")]
    public async Task Page_over_REST_is_a_part_that_links_to_the_next(string query, string order)
    {
        var placed = await PlaceAsync(9);
        if (order == "sorted")
            placed.Reverse();
        var seen = new List<string>();
        for (var next = $"{RunningServer.ServiceOrderPath}?limit=1000{query}"; next is not null;)
        {
            var answer = await _server.GetAsync(next);
            Assert.Equal(HttpStatusCode.PartialContent, answer.Status);
            Assert.InRange(Encoding.UTF8.GetByteCount(answer.Body), Size, LargestMessage);
            var ids = answer.Json.AsArray().Select(found => found!["id"]!.GetValue<string>()).ToList();
            Assert.Equal(("9", $"{ids.Count}"), (answer.Headers["X-Total-Count"], answer.Headers["X-Result-Count"]));
            seen.AddRange(ids);
            next = answer.Headers["Link"].Split(", ").FirstOrDefault(link => link.EndsWith("rel=\"next\"", StringComparison.Ordinal))?.Split('<', '>')[1];
        }

        Assert.Equal(placed, seen);
    }

    [Fact]
    public async Task Order_is_not_patched_beyond_the_size_that_a_resource_has()
    {
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";
        RestAnswer answer;
        var patches = 0;
        do
        {
            answer = await _server.SendAsync(HttpMethod.Patch, path, $$"""{"more{{patches}}":"{{new string('x', 2 * Size)}}"}""", ("Content-Type", "application/merge-patch+json"));
        }
        while (answer.Status == HttpStatusCode.OK && ++patches < 6);

        answer.IsError(HttpStatusCode.BadRequest, "29");
        Assert.NotEqual(0, patches);
        Assert.Contains("4194304", answer.Body);
        Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync(HttpMethod.Patch, path, """{"description":"small"}""", ("Content-Type", "application/merge-patch+json"))).Status);
    }

    [Fact]
    public async Task Attributes_that_are_not_asked_for_take_no_room()
    {
        var placed = await PlaceAsync(9);

        var page = await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Fields = "id" }, cancellationToken: Cancel);

        Assert.Equal(placed, page.ServiceOrders.Select(order => order.Id));
    }

    [Fact]
    public async Task List_over_REST_is_the_same_text_as_each_order_has()
    {
        await _server.PlaceOrderAsync(ExampleOrders.Minimal);
        await _server.PlaceOrderAsync($$"""{"externalId":"\u00e4\"","extension":{"a":[1,null]},{{ExampleOrders.Minimal[1..]}}""");

        var list = await _server.GetAsync(RunningServer.ServiceOrderPath);

        var each = new List<string>();
        foreach (var order in list.Json.AsArray())
            each.Add((await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{order!["id"]}")).Body);
        Assert.Equal($"[{string.Join(',', each)}]", list.Body);
        var head = await _server.SendAsync(HttpMethod.Head, RunningServer.ServiceOrderPath);
        Assert.Equal(("2", ""), (head.Headers["X-Result-Count"], head.Body));
    }

    [Fact]
    public async Task What_pages_take_is_given_back_when_they_are_answered_or_their_callers_have_gone()
    {
        await PlaceAsync(9);
        var free = Budget.Free;
        using var gone = new CancellationTokenSource();
        using var call = _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await call);
        await _server.GetAsync(RunningServer.ServiceOrderPath);
        await _server.GetAsync($"{RunningServer.ServiceOrderPath}?note=unknown&priority=nothing");
        await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Cancel);

        Assert.True(SpinWait.SpinUntil(() => Budget.Free >= free, TimeSpan.FromSeconds(30)), $"{Budget.Free} of {free}");
    }

    [Fact]
    public async Task Lists_that_find_no_memory_are_refused_and_others_go_on_when_there_is_some()
    {
        using var server = new RunningServer(("Answers:Memory", $"{2 * AnswerBudget.LargestPage}"), ("Answers:Patience", "00:00:00.2"));
        var id = await server.PlaceOrderAsync();
        var lists = server.Service<AnswerBudget>().Lists;
        Assert.True(lists.TryTake(1));
        (await server.GetAsync(RunningServer.ServiceOrderPath)).IsError(HttpStatusCode.ServiceUnavailable, "5");
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Cancel));
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Status);

        lists.GiveBack(1);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(RunningServer.ServiceOrderPath)).Status);
    }

    [Fact]
    public async Task Callers_who_are_slow_to_take_a_page_hold_no_more_than_their_share_of_memory_and_no_scan()
    {
        await PlaceAsync(4);
        var free = Budget.Free;
        var slow = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 12; i++)
            {
                var client = new TcpClient { ReceiveBufferSize = 4096 };
                slow.Add(client);
                await client.ConnectAsync(_server.Http.BaseAddress!.Host, _server.Http.BaseAddress.Port, Cancel);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {RunningServer.ServiceOrderPath} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Cancel);
            }

            Assert.True(SpinWait.SpinUntil(() => Budget.Free <= free - (12 * 2 * Size), TimeSpan.FromSeconds(30)), $"{Budget.Free} of {free}");
            var small = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=1&fields=id");
            Assert.Equal(HttpStatusCode.PartialContent, small.Status);
        }
        finally
        {
            slow.ForEach(client => client.Dispose());
        }
        Assert.True(SpinWait.SpinUntil(() => Budget.Free >= free, TimeSpan.FromSeconds(30)), $"{Budget.Free} of {free}");
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("")]
    [InlineData("{\"id\":5}")]
    public async Task Order_that_cannot_be_read_ends_no_list_and_is_shown_by_its_id(string text)
    {
        List<string> placed = [await _server.PlaceOrderAsync(), await _server.PlaceOrderAsync(), await _server.PlaceOrderAsync()];
        await _server.ExecuteAsync("update service_order set body = @text where id = @id", new { text, id = placed[1] });

        var overGrpc = await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Sort = "externalId" }, cancellationToken: Cancel);
        var overRest = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?sort=externalId");
        var selected = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?fields=state&sort=externalId");

        placed.Sort(StringComparer.Ordinal);
        Assert.Equal(placed, overGrpc.ServiceOrders.Select(order => order.Id));
        Assert.Equal(placed, overRest.Json.AsArray().Select(order => order!["id"]!.GetValue<string>()));
        Assert.Equal(placed, selected.Json.AsArray().Select(order => order!["id"]!.GetValue<string>()));
        Assert.Equal(["id", "href"], overRest.Json.AsArray().Single(order => order!.AsObject().Count == 2)!.AsObject().Select(member => member.Key));
    }

    // Newest first.
    private async Task<List<string>> PlaceAsync(int count)
    {
        var placed = new List<string>();
        for (var i = 0; i < count; i++)
            placed.Insert(0, await _server.PlaceOrderAsync($$"""{"externalId":"{{i}}","note":[{"text":"{{new string('x', Size)}}"}],{{ExampleOrders.Minimal[1..]}}"""));
        return placed;
    }
}
