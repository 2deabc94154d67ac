using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Postgres;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Two servers that have five connections in common, each of them for as long as a transaction takes.</summary>
public sealed class PgBouncerTests : IAsyncLifetime
{
    private const int Connections = 5;

    private readonly TestDatabase _database;
    private PgBouncer _bouncer = null!;

    public PgBouncerTests()
    {
        TestDatabase.NeedPostgres();
        Assert.SkipUnless(PgBouncer.IsInstalled, "PgBouncer is not installed: apt-get install pgbouncer");
        _database = new TestDatabase();
    }

    public async ValueTask InitializeAsync() => _bouncer = await PgBouncer.StartAsync(TestDatabase.Server.Host, TestDatabase.Server.Port, Connections, Cancel);

    public ValueTask DisposeAsync()
    {
        _bouncer?.Dispose();
        _database?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Orders_watches_lists_and_webhooks_are_what_they_are_without(bool listensDirectly)
    {
        using var first = Start(listensDirectly);
        using var second = Start(listensDirectly);
        await using var listener = await Listener.StartAsync();
        await first.SubscribeAsync(listener);
        using var call = second.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));

        var readers = Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? first : second).GetAsync($"{RunningServer.ServiceOrderPath}?state=acknowledged&limit=5"));
        await Task.WhenAll(first.WriteAsync(16, 15, Cancel), second.WriteAsync(16, 15, Cancel), Task.WhenAll(readers));

        var log = first.EventIds();
        Assert.Equal(Enumerable.Range(1, log.Count).Select(i => (long)i), _database.Query<long>("select position from event_log order by position"));
        var told = new List<string>();
        while (told.Count < log.Count)
        {
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            if (call.ResponseStream.Current.Event is { } happened)
                told.Add(happened.EventId());
        }
        Assert.Equal(log, told);
        // The one that is sent while a delivery moves from server to server may come twice.
        var received = await listener.WaitAsync(log.Count);
        while (received[^1].EventId != log[^1])
            received = await listener.WaitAsync(1);
        Assert.Equal(log, received.Select(delivery => delivery.EventId).Distinct());
        var orders = _database.Query<long>("select count(*) from service_order")[0];
        Assert.Equal((orders, orders), (await CountAsync(first), await CountAsync(second)));
        // Beside ours there are those that the test and the listening servers have; the database's own workers do not count.
        Assert.InRange(_database.Query<long>("select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()")[0], 1, Connections + 2);
    }

    [Fact]
    public async Task One_key_used_on_both_at_once_makes_one_order()
    {
        using var first = Start(listensDirectly: false);
        using var second = Start(listensDirectly: false);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? first : second).PostOrderAsync(ExampleOrders.Minimal, ("Idempotency-Key", "same"))));

        Assert.Single(answers.Select(answer => (string?)answer.Is(HttpStatusCode.Created).Json["id"]).Distinct());
    }

    [Fact]
    public void Prepared_statements_that_a_pooler_does_not_keep_are_told_at_the_start()
    {
        var options = new StorageOptions { ConnectionString = _database.At("127.0.0.1", _bouncer.Port, "Max Auto Prepare=10;Auto Prepare Min Usages=1").Value };

        var problem = Assert.Throws<DatabaseUnusableException>(() => new PostgresDatabase(options, TimeProvider.System, NullLogger<PostgresDatabase>.Instance));

        Assert.Contains("Max Auto Prepare", problem.Message);
    }

    private static async Task<long> CountAsync(RunningServer server) =>
        (await server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Limit = 1 }, cancellationToken: Cancel)).TotalCount;

    private RunningServer Start(bool listensDirectly) => new(
        _database,
        [_database.At("127.0.0.1", _bouncer.Port), .. listensDirectly ? [("Storage:ListenConnectionString", _database.ConnectionString)] : Array.Empty<(string, string)>()]);
}
