using System.Net;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Onap;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Tests.Onap.NbiServer;
using Nbi = Onap.Nbi.V4;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>The list of orders in the dialect of ONAP's NBI.</summary>
public sealed class NbiListTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task All_orders_are_listed_newest_first_with_their_count_and_nothing_of_pages()
    {
        var placed = await PlaceAsync(150);

        var all = await _server.GetAsync(V4);
        var some = await _server.GetAsync($"{V4}?offset=10&limit=120");
        var beyond = await _server.GetAsync($"{V4}?offset=200");
        var none = await _server.GetAsync($"{V4}?limit=0");
        var head = await _server.SendAsync(HttpMethod.Head, V4);

        Assert.Equal(placed.Order(), Ids(all).Order());
        Assert.Equal(all.Json.AsArray().Select(order => order!["orderDate"]!.GetValue<string>()).OrderDescending(), all.Json.AsArray().Select(order => order!["orderDate"]!.GetValue<string>()));
        Assert.Equal(Ids(all).Skip(10).Take(120), Ids(some));
        Assert.Equal(("[]", "[]", ""), (beyond.Body, none.Body, head.Body));
        Assert.Equal([("150", "150"), ("150", "120"), ("150", "0"), ("150", "0"), ("150", "150")], new[] { all, some, beyond, none, head }.Select(Counts));
        Assert.All(new[] { all, some, beyond, none, head }, answer => Assert.Equal((HttpStatusCode.OK, false), (answer.Status, answer.Headers.ContainsKey("Link"))));
    }

    [Theory]
    [InlineData("externalId=a,%22b%22%27%3Bc", 1)]
    [InlineData("externalId=nothing", 0)]
    [InlineData("description=the%20second", 1)]
    [InlineData("description=the+second&externalId=2", 1)]
    [InlineData("description=the+second&externalId=3", 0)]
    [InlineData("state=InPROGRESS", 3)]
    [InlineData("state=inProgress&state=acknowledged", 4)]
    [InlineData("state=inProgress,acknowledged", 4)]
    [InlineData("state=assessingCancellation", 0)]
    [InlineData("state=unknown", 0)]
    [InlineData("state=unknown&limit=5", 0)]
    [InlineData("orderDate.gt=2020-01-01T00:00:00%2B01:00", 5)]
    [InlineData("orderDate.gt=2020-01-01T00:00:00+01:00", 5)]
    [InlineData("orderDate.lt=2020-01-01", 0)]
    [InlineData("orderDate.gt=2020-01-01&orderDate.lt=2100-01-01&state=completed", 1)]
    [InlineData("whatever=5&sort=-x&filter=y", 5)]
    public async Task Orders_are_found_by_what_they_are(string query, int count)
    {
        var ids = new List<string>
        {
            await PlaceAsync("""  "externalId":"a,\"b\"';c" """), await PlaceAsync("""  "externalId":"2","description":"the second" """),
            await PlaceAsync(""), await PlaceAsync(""), await PlaceAsync(""),
        };
        var states = new[] { "acknowledged", "inProgress", "assessingCancellation", "pendingCancellation", "completed" };
        for (var i = 0; i < states.Length; i++)
        {
            await _server.ExecuteAsync(
                "update service_order set state = @state, body = replace(body, '\"state\":\"acknowledged\"', @both) where id = @id",
                new { state = states[i], both = $"\"state\":\"{states[i]}\"", id = ids[i] });
        }

        var answer = await _server.GetAsync($"{V4}?{query}");

        Assert.Equal((HttpStatusCode.OK, ($"{count}", $"{count}")), (answer.Status, Counts(answer)));
        Assert.Equal(count, answer.Json.AsArray().Count);
    }

    [Theory]
    [InlineData("externalId=a", "service_order", "service_order_by_external_id (external_id=?)")]
    [InlineData("orderDate.gt=2020-01-01", "service_order", "service_order_by_order_date (order_date>?)")]
    [InlineData("state=InProgress", "service_order", "service_order_by_state (state=?)")]
    public void Filters_are_searches(string filter, string table, string plan) =>
        RunningServer.AssertSearches(_server.Explain<ServiceOrder>(NbiOrderQuery.Check(new Nbi.ListServiceOrdersRequest { Filter = filter }, Sight.All)!), table, plan);

    [Fact]
    public async Task What_a_page_needs_besides_its_orders_is_found_by_their_ids()
    {
        var database = _server.Service<Server.Storage.Database>();
        foreach (var (statement, parameter, index) in new (Func<Session, string>, string, string)[]
        {
            (WorkTable.Percentages, "orderIds", TestDatabase.IsPostgres ? "work_pkey" : "SEARCH work USING PRIMARY KEY (order_id=?)"),
            (session => ServiceOrderStore.Known(session, ""), "ids", TestDatabase.IsPostgres ? "service_order_pkey" : "sqlite_autoindex_service_order_1 (id=?)"),
        })
        {
            var plan = await database.ScanAsync(
                async session =>
                {
                    var parameters = Parameters.Of(parameter, "[\"1\",\"2\"]");
                    if (!TestDatabase.IsPostgres)
                        return (await session.ListAsync<(long Id, long Parent, long Unused, string Detail)>("explain query plan " + statement(session), parameters)).ConvertAll(step => step.Detail);
                    foreach (var way in new[] { "seqscan", "bitmapscan", "hashjoin", "mergejoin" })
                        await session.SendAsync($"set local enable_{way} = off");
                    return await session.ListAsync<string>("explain (costs off) " + statement(session), parameters);
                },
                Cancel);

            Assert.Contains(plan, step => step.Contains(index, StringComparison.Ordinal));
        }
    }

    private async Task<List<string>> PlaceAsync(int count)
    {
        var placed = new List<string>();
        for (var i = 0; i < count; i++)
            placed.Insert(0, await PlaceAsync(""));
        return placed;
    }

    private async Task<string> PlaceAsync(string members) => (await _server.SendAsync(HttpMethod.Post, V4, Order(members, Item("1", "add")))).Json["id"]!.GetValue<string>();

    private static IEnumerable<string> Ids(RestAnswer answer) => answer.Json.AsArray().Select(order => order!["id"]!.GetValue<string>());

    private static (string Total, string Result) Counts(RestAnswer answer) => (answer.Headers["X-Total-Count"], answer.Headers["X-Result-Count"]);
}
