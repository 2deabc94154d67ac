using System.Text.Json;
using ServiceOrdering.Server.Hosting;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Tests.Onap.NbiServer;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>A list has no end but its own: it is read while it goes out.</summary>
[Collection(typeof(Alone))]
public sealed class NbiLongListTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Ten_thousand_orders_are_all_listed_with_bounded_memory()
    {
        const int Orders = 10_000;
        const int Largest = 40 * Megabyte;
        await PlaceAsync(Orders, size: 8 * 1024);
        await _server.GetAsync($"{V4}?limit=1");
        var free = _server.Service<AnswerBudget>().Free;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var (count, most) = (0, 0L);
        using var answer = await _server.Http.GetAsync(V4, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var ids = new HashSet<string>();
        await foreach (var order in ReadAsync(answer))
        {
            ids.Add(order.GetProperty("id").GetString()!);
            if (++count % 1000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal((Orders, Orders, $"{Orders}"), (count, ids.Count, answer.Headers.GetValues("X-Result-Count").Single()));
        Assert.InRange(most, long.MinValue, Largest);
        Assert.True(SpinWait.SpinUntil(() => _server.Service<AnswerBudget>().Free >= free, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Order_that_is_placed_meanwhile_is_not_in_the_list_and_one_that_has_gone_is_missing()
    {
        const int Orders = 600;
        var oldest = (await PlaceAsync(1, size: 10))[0];
        await PlaceAsync(Orders, size: 64 * 1024);

        using var answer = await _server.Http.GetAsync(V4, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var added = (await PlaceAsync(1, size: 10))[0];
        Assert.True((await _server.SendAsync(HttpMethod.Delete, $"{V4}/{oldest}")).Status == System.Net.HttpStatusCode.NoContent);
        var ids = new List<string>();
        await foreach (var order in ReadAsync(answer))
            ids.Add(order.GetProperty("id").GetString()!);

        Assert.Equal($"{Orders + 1}", answer.Headers.GetValues("X-Total-Count").Single());
        Assert.Equal(Orders, ids.Count);
        Assert.DoesNotContain(added, ids);
        Assert.DoesNotContain(oldest, ids);
    }

    [Fact]
    public async Task List_of_which_nobody_takes_the_rest_is_cut_off_and_gives_back_what_it_has()
    {
        using var server = new RunningServer(("Answers:TimeLimit", "00:00:05"));
        await PlaceAsync(600, size: 64 * 1024, server);
        var free = server.Service<AnswerBudget>().Free;

        using var answer = await server.Http.GetAsync(V4, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.True(SpinWait.SpinUntil(() => server.Service<AnswerBudget>().Free < free, TimeSpan.FromSeconds(30)));
        Assert.True(SpinWait.SpinUntil(() => server.Service<AnswerBudget>().Free >= free, TimeSpan.FromSeconds(60)));

        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    private static IAsyncEnumerable<JsonElement> ReadAsync(HttpResponseMessage answer) => ReadAsync(answer.Content.ReadAsStream(Cancel));

    private static IAsyncEnumerable<JsonElement> ReadAsync(Stream stream) => JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, cancellationToken: Cancel);

    private Task<List<string>> PlaceAsync(int count, int size) => PlaceAsync(count, size, _server);

    private static async Task<List<string>> PlaceAsync(int count, int size, RunningServer server)
    {
        var order = new ServiceOrder
        {
            Description = new string('x', size),
            ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new ServiceRefOrValue() } },
        };
        var placed = new List<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancel }, async (_, token) =>
        {
            var answer = await server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order, Fields = "id" }, cancellationToken: token);
            lock (placed)
                placed.Add(answer.ServiceOrder.Id);
        });
        return placed;
    }
}
