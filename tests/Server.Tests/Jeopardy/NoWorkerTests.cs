using System.Text.Json.Nodes;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.Jeopardy;

/// <summary>Items that nobody could take.</summary>
public sealed class NoWorkerTests : IDisposable
{
    private static readonly (string, string) Soon = ("Jeopardy:NoWorkerAfter", "00:00:02");

    private readonly TestDatabase _database = new();
    private readonly WorkingServer _server;

    public NoWorkerTests() => _server = new WorkingServer(_database, Soon);

    public void Dispose()
    {
        _server.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Items_that_wait_with_no_worker_are_told_once_for_each_kind()
    {
        var id = await _server.PlaceAsync(Order("a", "a", "b"));

        var order = await _server.WaitForAsync(id, order => Alerts(order).Count == 2);
        // What waits later is told when the first would be told again.
        await _server.WaitForAsync(await _server.PlaceAsync(Order("a")), order => Alerts(order).Count == 1);

        Assert.Equal([("noWorker", "0,1"), ("noWorker", "2")], Alerts(order).Order());
        Assert.Contains(order["jeopardyAlert"]!.AsArray(), alert => alert!["message"]!.GetValue<string>() == "For 00:00:02 no worker was connected that takes action 'add', service type 'b'.");
        Assert.Equal(2, Alerts(await _server.ReadAsync(id)).Count);
        Assert.Equal(2, _server.EventsOf(id).Count(told => told.Type == "Jeopardy"));
    }

    [Fact]
    public async Task Kind_that_a_connected_worker_takes_is_not_told_of_though_it_takes_nothing_now()
    {
        using var worker = await ConnectAsync(_server, "a");
        var served = await _server.PlaceAsync(Order("a"));
        await _server.WaitForAsync(await _server.PlaceAsync(Order("b")), order => Alerts(order).Count == 1);

        Assert.Empty(Alerts(await _server.ReadAsync(served)));
    }

    [Fact]
    public async Task Worker_that_has_polled_and_works_on_what_it_got_was_there()
    {
        await _server.PlaceAsync(Order("a", "a"));
        Assert.Single(await _server.PollAsync());

        var limit = DateTime.UtcNow.AddSeconds(20);
        while (_server.Server.Query<long>("select served from work_kind").All(served => served == 0))
            Assert.True(DateTime.UtcNow < limit, "It was not seen.");
    }

    [Fact]
    public async Task Worker_of_another_server_counts()
    {
        TestDatabase.NeedPostgres();
        using var other = new WorkingServer(_database, Soon);
        using var worker = await ConnectAsync(other, "a");
        var served = await _server.PlaceAsync(Order("a"));
        await _server.WaitForAsync(await _server.PlaceAsync(Order("b")), order => Alerts(order).Count == 1);

        Assert.Empty(Alerts(await _server.ReadAsync(served)));
    }

    [Fact]
    public async Task Order_that_cannot_be_written_holds_up_no_other()
    {
        // As many as are told of together, before the other one.
        foreach (var broken in await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => _server.PlaceAsync(Order("a")))))
            await _server.WaitForAsync(broken, "inProgress");
        await _server.Server.ExecuteAsync("update service_order set body = 'x'");

        await _server.WaitForAsync(await _server.PlaceAsync(Order("a")), order => Alerts(order).Count == 1);
    }

    /// <summary>Lets a worker be there that has no room.</summary>
    private static async Task<IDisposable> ConnectAsync(WorkingServer server, string serviceType)
    {
        var stream = server.Work.StreamWork(cancellationToken: Cancel);
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "busy", Capabilities = { new Capability { ServiceType = serviceType } } } }, Cancel);
        while ((await server.Work.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: Cancel)).Workers.Count == 0)
        {
        }
        return stream;
    }

    private static string Order(params string[] types) =>
        ExampleOrders.WithItems([.. types.Select((type, i) => $$"""{"id":"{{i}}","action":"add","service":{"serviceType":"{{type}}"} }""")]);

    private static List<(string Type, string Items)> Alerts(JsonNode order) =>
        [.. (order["jeopardyAlert"]?.AsArray() ?? []).Select(alert => (alert!["jeopardyType"]!.GetValue<string>(), string.Join(',', alert["serviceOrderItem"]!.AsArray().Select(item => item!["itemId"]!.GetValue<string>()))))];
}
