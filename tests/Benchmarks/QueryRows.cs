using System.Diagnostics;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>How long lists take as the orders become more, for one caller.</summary>
internal static class QueryRows
{
    private const string Path = "/tmf-api/serviceOrdering/v4/serviceOrder";
    private const int LargeItems = 200;
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(2);

    /// <summary>Measures every query at each power of ten from a thousand orders to as many as asked for.</summary>
    public static async Task<IReadOnlyList<QueryRow>> MeasureAsync(BenchmarkServer server, int orders)
    {
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false });
        using var http = new HttpClient { BaseAddress = server.Rest, Timeout = TimeSpan.FromMinutes(5) };
        var stored = new StoredOrders(server.Database);
        var rows = new List<QueryRow>();

        // What is compiled at the first calls must not count for the smallest number.
        stored.GrowTo(1_000);
        for (var i = 0; i < 300; i++)
        {
            foreach (var (_, query) in Queries(stored))
                await ReadAsync(http, query);
            await ShowAsync(http, "/console/orders");
        }

        for (var count = 1_000; count <= orders; count *= 10)
        {
            stored.GrowTo(count);
            foreach (var (what, query) in Queries(stored))
                rows.Add(await MeasureAsync(what, count, () => ReadAsync(http, query)));

            var page = await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Limit = 100, Offset = count - 300 });
            var deep = new ListServiceOrdersRequest { Limit = 100, PageToken = page.NextPageToken };
            rows.Add(await MeasureAsync("100 by page_token, 200 before the end", count, async () =>
                (int)(await client.ServiceOrders.ListServiceOrdersAsync(deep)).TotalCount));
            rows.Add(await MeasureAsync("limit=25, for the console's list", count, () => ReadAsync(http, "limit=25")));
            rows.Add(await MeasureAsync("the console's list of 25", count, () => ShowAsync(http, "/console/orders")));
            rows.Add(await MeasureAsync("the console's list of 25, state=inProgress", count, () => ShowAsync(http, "/console/orders?state=inProgress")));
        }
        var large = (await client.ServiceOrders.CreateServiceOrderAsync(LargeOrder())).ServiceOrder.Id;
        foreach (var page in new[] { "", "/timeline", "/json" })
            rows.Add(await MeasureAsync($"the console's page of an order with {LargeItems} items{page}", stored.Count, () => ShowAsync(http, $"/console/orders/{large}{page}")));
        return rows;
    }

    /// <summary>Each item waits for two before it, ten are worked at once.</summary>
    private static CreateServiceOrderRequest LargeOrder()
    {
        var request = BenchmarkServer.Order();
        var item = request.ServiceOrder.ServiceOrderItem[1];
        request.ServiceOrder.ServiceOrderItem.Clear();
        for (var i = 0; i < LargeItems; i++)
        {
            var next = item.Clone();
            next.Id = $"{i}";
            foreach (var on in new[] { i - 10, i - 11 }.Where(on => on >= 0))
                next.ServiceOrderItemRelationship.Add(new ServiceOrderItemRelationship { RelationshipType = "dependency", OrderItem = new ServiceOrderItemRef { ItemId = $"{on}" } });
            request.ServiceOrder.ServiceOrderItem.Add(next);
        }
        return request;
    }

    private static async Task<int> ShowAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(path);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadAsByteArrayAsync()).Length;
    }

    private static IEnumerable<(string What, string Query)> Queries(StoredOrders stored)
    {
        var middle = stored.Count / 2;
        yield return ("limit=100", "limit=100");
        yield return ("state=inProgress&limit=100", "state=inProgress&limit=100");
        yield return ("state=inProgress&orderDate.gt=(100 match)&limit=100", $"state=inProgress&orderDate.gt={StoredOrders.DateOf(stored.Count - 501)}&limit=100");
        yield return ("externalId=(1 matches)", $"externalId={StoredOrders.ExternalIdOf(middle)}");
        yield return ("externalId=(1 matches)&state=inProgress", $"externalId={StoredOrders.ExternalIdOf(middle)}&state=inProgress");
        yield return ("serviceOrderItem.service.name=(1 matches)", $"serviceOrderItem.service.name={StoredOrders.ServiceNameOf(middle)}");
        yield return ("relatedParty.id=(10 match)", $"relatedParty.id={StoredOrders.CustomerOf(middle)}");
        yield return ("limit=100, offset 200 before the end", $"limit=100&offset={stored.Count - 200}");
    }

    private static async Task<int> ReadAsync(HttpClient http, string query)
    {
        using var response = await http.GetAsync($"{Path}?{query}");
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
        return int.Parse(response.Headers.GetValues("X-Total-Count").Single());
    }

    private static async Task<QueryRow> MeasureAsync(string what, int orders, Func<Task<int>> read)
    {
        await read();
        var total = await read();
        var times = new List<double>();
        for (var whole = Stopwatch.StartNew(); times.Count < 3 || (whole.Elapsed < LongEnough && times.Count < 200);)
        {
            var watch = Stopwatch.StartNew();
            await read();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        return new QueryRow(what, orders, LoadPlan.Median(times), total);
    }
}

/// <summary>One query at one number of orders: the median time of an answer, and how many match; of a page how many bytes it has.</summary>
internal sealed record QueryRow(string What, int Orders, double Milliseconds, int Matches);
