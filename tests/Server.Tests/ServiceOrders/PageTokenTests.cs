using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>Reading on where a page ended, and how the database finds what is asked for.</summary>
public sealed class PageTokenTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("", 25)]
    [InlineData("externalId=even", 13)]
    [InlineData("state=acknowledged", 25)]
    [InlineData("state=held", 0)]
    public async Task Walk_by_tokens_is_the_walk_by_offsets(string filter, int count)
    {
        await PlaceAsync(25);

        var byTokens = await WalkAsync(filter, limit: 4);
        var byOffsets = new List<string>();
        for (var offset = 0; offset < 25; offset += 4)
        {
            var page = await ListAsync(new ListServiceOrdersRequest { Filter = filter, Limit = 4, Offset = offset });
            byOffsets.AddRange(page.ServiceOrders.Select(order => order.Id));
            Assert.Equal(count, page.TotalCount);
        }

        Assert.Equal(byOffsets, byTokens);
        Assert.Equal(count, byTokens.Count);
    }

    [Fact]
    public async Task Walk_among_concurrent_inserts_and_deletions_repeats_and_skips_nothing()
    {
        var old = await PlaceAsync(200);
        var deleted = old.Where((_, i) => i % 10 == 0).ToList();
        using var stop = new CancellationTokenSource();
        var inserted = new ConcurrentBag<string>();
        var writers = Enumerable.Range(0, 2).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    inserted.Add(await _server.PlaceOrderAsync());
            },
            Cancel)).ToList();
        while (inserted.IsEmpty)
            await Task.Yield();
        var deletion = Task.Run(async () =>
        {
            foreach (var id in deleted)
                await _server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}");
        }, Cancel);

        var walked = await WalkAsync("", limit: 7);
        await stop.CancelAsync();
        await Task.WhenAll([.. writers, deletion]);

        Assert.Equal(walked.Distinct().Count(), walked.Count);
        Assert.Subset(walked.ToHashSet(), old.Except(deleted).ToHashSet());
    }

    [Fact]
    public async Task Page_with_a_token_is_not_counted()
    {
        await PlaceAsync(3);
        var first = await ListAsync(new ListServiceOrdersRequest { Limit = 2 });

        var second = await ListAsync(new ListServiceOrdersRequest { Limit = 2, PageToken = first.NextPageToken });
        var overRest = await _server.GetAsync($"{RunningServer.ServiceOrderPath}?limit=2&pageToken={first.NextPageToken}");

        Assert.Equal((3, true), (first.TotalCount, first.HasTotalCount));
        Assert.Equal((false, 1, ""), (second.HasTotalCount, second.ServiceOrders.Count, second.NextPageToken));
        Assert.Equal((HttpStatusCode.OK, 1), (overRest.Status, overRest.Json.AsArray().Count));
        Assert.False(overRest.Headers.ContainsKey("X-Total-Count"));
        Assert.False(overRest.Headers.ContainsKey("Link"));
        Assert.Equal("1", overRest.Headers["X-Result-Count"]);
    }

    [Fact]
    public async Task Last_page_and_a_sorted_one_have_no_token()
    {
        await PlaceAsync(4);

        Assert.Equal("", (await ListAsync(new ListServiceOrdersRequest { Limit = 4 })).NextPageToken);
        Assert.Equal("", (await ListAsync(new ListServiceOrdersRequest { Limit = 2, Offset = 2 })).NextPageToken);
        Assert.Equal("", (await ListAsync(new ListServiceOrdersRequest { Limit = 2, Sort = "id" })).NextPageToken);
        Assert.Equal("", (await ListAsync(new ListServiceOrdersRequest { Limit = 0 })).NextPageToken);
    }

    [Fact]
    public async Task Token_goes_with_its_filter_only_and_neither_with_offset_nor_with_sort()
    {
        await PlaceAsync(4);
        var token = (await ListAsync(new ListServiceOrdersRequest { Limit = 2, Filter = "state=acknowledged" })).NextPageToken;

        foreach (var request in new ListServiceOrdersRequest[]
        {
            new() { PageToken = token },
            new() { PageToken = token, Filter = "state=held" },
            new() { PageToken = token, Filter = "state=acknowledged", Offset = 1 },
            new() { PageToken = token, Filter = "state=acknowledged", Sort = "id" },
            new() { PageToken = token[..^4], Filter = "state=acknowledged" },
            new() { PageToken = "not a token", Filter = "state=acknowledged" },
            // One of the time when the least id of a date came first.
            new() { PageToken = Base64Url.EncodeToString([(byte)'1', .. Base64Url.DecodeFromChars(token)[1..]]), Filter = "state=acknowledged" },
            new() { PageToken = "AAAA", Filter = "state=acknowledged" },
            new() { PageToken = "größer", Filter = "state=acknowledged" },
        })
        {
            var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => ListAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, "page_token"), (error.StatusCode, Assert.Single(error.Violations).Field));
        }
        Assert.Equal(2, (await ListAsync(new ListServiceOrdersRequest { PageToken = token, Filter = "state=acknowledged" })).ServiceOrders.Count);
    }

    [Theory]
    [InlineData("state=held", "service_order_by_state (state=?)")]
    [InlineData("state=held,inProgress", "service_order_by_state (state=?)")]
    [InlineData("state=held&orderDate.gt=2026-01-01", "service_order_by_state (state=? AND order_date>?)")]
    [InlineData("state=held&orderDate.gte=2026-01-01&orderDate.lt=2026-02-01", "service_order_by_state (state=? AND order_date>? AND order_date<?)")]
    [InlineData("orderDate.gt=2026-01-01", "service_order_by_order_date (order_date>?)")]
    [InlineData("orderDate=2026-01-01", "service_order_by_order_date (order_date=?)")]
    [InlineData("externalId=x", "service_order_by_external_id (external_id=?)")]
    [InlineData("externalId=x,y", "service_order_by_external_id (external_id=?)")]
    [InlineData("externalId=x&state=held", "service_order_by_external_id (external_id=?)")]
    [InlineData("id=x", "sqlite_autoindex_service_order_1 (id=?)")]
    [InlineData("filter=$[?(@.externalId=='x')]", "service_order_by_external_id (external_id=?)")]
    public async Task Filter_on_an_indexed_attribute_uses_its_index(string filter, string index)
    {
        Assert.SkipWhen(TestDatabase.IsPostgres && filter == "externalId=x&state=held", "Which of two indexes is the better one PostgreSQL decides by what it has counted.");
        await PlaceAsync(1);

        var plan = Explain(new ListServiceOrdersRequest { Filter = filter });

        RunningServer.AssertSearches(plan, "service_order", index, index.StartsWith("sqlite", StringComparison.Ordinal) ? "service_order_pkey" : null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("state=acknowledged")]
    public async Task Newest_first_comes_out_of_an_index_unsorted_and_a_token_seeks_into_it(string filter)
    {
        await PlaceAsync(3);
        var token = (await ListAsync(new ListServiceOrdersRequest { Filter = filter, Limit = 2 })).NextPageToken;

        var plan = Explain(new ListServiceOrdersRequest { Filter = filter, PageToken = token });

        var (search, sort) = TestDatabase.IsPostgres ? ("order_date <=", "Sort Key") : ("order_date<?", "TEMP B-TREE");
        Assert.Contains(plan, step => step.Contains(search));
        Assert.DoesNotContain(Explain(new ListServiceOrdersRequest { Filter = filter }), step => step.Contains(sort));
        Assert.DoesNotContain(plan, step => step.Contains(sort));
    }

    private List<string> Explain(ListServiceOrdersRequest request) => _server.Explain<ServiceOrder>(ServiceOrderRequests.Check(request, Sight.All, Query.UnknownAttributes.MatchNothing));

    private async Task<List<string>> WalkAsync(string filter, int limit)
    {
        var ids = new List<string>();
        var request = new ListServiceOrdersRequest { Filter = filter, Limit = limit };
        do
        {
            var page = await ListAsync(request);
            ids.AddRange(page.ServiceOrders.Select(order => order.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return ids;
    }

    private async Task<ListServiceOrdersResponse> ListAsync(ListServiceOrdersRequest request) =>
        await _server.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: Cancel);

    private async Task<List<string>> PlaceAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
            ids.Add(await _server.PlaceOrderAsync($$"""{"externalId":"{{(i % 2 == 0 ? "even" : "odd")}}",{{ExampleOrders.Minimal[1..]}}"""));
        return ids;
    }
}
