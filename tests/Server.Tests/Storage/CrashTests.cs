using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Durable means durable: the real program, killed.</summary>
public sealed class CrashTests : IDisposable
{
    // A storm of more: CRASH_ROUNDS=100.
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("CRASH_ROUNDS"), out var rounds) ? rounds : 3;

    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Killed_server_loses_nothing_that_it_answered()
    {
        var answered = new ConcurrentBag<string>();
        for (var life = 0; life < Rounds; life++)
        {
            using var server = await ServerProcess.StartAsync(_database, Cancel);
            using var http = new HttpClient { BaseAddress = server.Rest };
            var before = answered.Count;
            var callers = Enumerable.Range(0, 16).Select(_ => Task.Run(() => PlaceUntilDeadAsync(http, answered), Cancel)).ToList();
            while (answered.Count < before + 300 && !callers.All(caller => caller.IsCompleted))
                await Task.Yield();

            server.Kill();
            await Task.WhenAll(callers);
            Assert.True(answered.Count >= before + 300, "The server was not killed in the middle of a storm.");
        }

        using (var server = await ServerProcess.StartAsync(_database, Cancel))
        using (var http = new HttpClient { BaseAddress = server.Rest })
        {
            foreach (var id in answered)
            {
                using var response = await http.GetAsync($"{RunningServer.ServiceOrderPath}/{id}", Cancel);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
            server.Kill();
        }
        AssertWhole(answered.Count);
    }

    private static async Task PlaceUntilDeadAsync(HttpClient http, ConcurrentBag<string> answered)
    {
        try
        {
            while (true)
            {
                using var content = new StringContent(ExampleOrders.Fiber, Encoding.UTF8, "application/json");
                using var response = await http.PostAsync(RunningServer.ServiceOrderPath, content, Cancel);
                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
                using var order = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(Cancel));
                answered.Add(order.RootElement.GetProperty("id").GetString()!);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            // The server is gone; what was not answered may or may not be there.
        }
    }

    /// <summary>Every order has its event and its place in the count, and the log has neither gap nor duplicate.</summary>
    private void AssertWhole(int answered)
    {
        var orders = Find("select count(*) from service_order");
        Assert.InRange(orders, answered, answered + (Rounds * 16));
        Assert.Equal(orders, Find("select cast(sum(total) as bigint) from resource_count where resource = 'serviceOrder'"));
        Assert.Equal(orders * 3, Find("select cast(sum(total) as bigint) from resource_count where resource = 'serviceOrderItem'"));
        Assert.Equal(orders, Find("select count(*) from event_log join service_order on resource_id = service_order.id"));
        Assert.Equal(orders, Find(TestDatabase.IsPostgres
            ? "select count(*) from service_order where jsonb_array_length(body::jsonb -> 'serviceOrderItem') = 3"
            : "select count(*) from service_order where json_array_length(body, '$.serviceOrderItem') = 3"));

        var positions = _database.Query<long>("select position from event_log order by position");
        Assert.Equal(Enumerable.Range(1, (int)orders).Select(i => (long)i), positions);
        Assert.Equal(orders, Find("select last from event_position"));
        if (!TestDatabase.IsPostgres)
            Assert.Equal(["ok"], _database.Query<string>("pragma integrity_check"));

        long Find(string sql) => _database.Query<long>(sql)[0];
    }
}
