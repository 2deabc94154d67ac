using System.Diagnostics;
using System.Net;
using Dapper;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>A database at a distance: it is away, silent, busy, or newer.</summary>
public sealed class PostgresTests : IDisposable
{
    private readonly TestDatabase _database;
    private readonly CuttingProxy _proxy;

    public PostgresTests()
    {
        TestDatabase.NeedPostgres();
        _database = new TestDatabase();
        _proxy = new CuttingProxy(TestDatabase.Server.Host, TestDatabase.Server.Port);
    }

    public void Dispose()
    {
        _proxy.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Connections_that_break_are_noticed_by_nobody_who_calls()
    {
        using var server = Start();
        await server.PlaceOrderAsync();

        for (var i = 0; i < 5; i++)
        {
            _proxy.Cut();
            var answers = await Task.WhenAll(server.PostOrderAsync(ExampleOrders.Minimal), server.GetAsync(RunningServer.ServiceOrderPath));
            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK], answers.Select(answer => answer.Status));
        }

        Assert.Equal([6L], _database.Query<long>("select count(*) from service_order"));
    }

    [Fact]
    public async Task Connection_that_the_database_ends_within_a_write_is_noticed_by_nobody_who_calls()
    {
        using var server = Start();
        var id = await server.PlaceOrderAsync();
        await using var somebody = _database.Connect();
        await somebody.OpenAsync(Cancel);
        await using var transaction = await somebody.BeginTransactionAsync(Cancel);
        await somebody.ExecuteAsync("select 1 from service_order where id = @id for update", new { id }, transaction);

        var answer = server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{id}");
        // While it waits for the lock.
        while (_database.Query<bool>("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'").Count == 0)
            Assert.False(answer.IsCompleted, "It did not wait.");
        await transaction.RollbackAsync(Cancel);

        Assert.Equal(HttpStatusCode.NoContent, (await answer).Status);
    }

    [Fact]
    public async Task Commit_whose_confirmation_was_lost_is_found_out_and_answered_once()
    {
        // Statements that are prepared have no text on the wire.
        using var server = new RunningServer(_database, _database.At("127.0.0.1", _proxy.Port, "Max Auto Prepare=0"));
        await server.PlaceOrderAsync();

        for (var i = 0; i < 3; i++)
        {
            // The commit comes through; the answer to it does not, and then the connection breaks.
            _proxy.HoldAnswersTo("commit");
            var answer = server.PostOrderAsync(ExampleOrders.Minimal);
            await WaitForOrdersAsync(_database, i + 1, answer);
            _proxy.Cut();
            _proxy.Release();

            Assert.Equal(HttpStatusCode.Created, (await answer).Status);
        }

        Assert.Equal([4L], _database.Query<long>("select count(*) from service_order"));
        Assert.Equal([1L, 2L, 3L, 4L], _database.Query<long>("select position from event_log order by position"));
    }

    [Fact]
    public async Task Commit_that_was_not_confirmed_before_the_database_crashed_is_found_out_when_it_is_back()
    {
        using var cluster = PostgresCluster.Start("crash");
        using var database = TestDatabase.OnServerOf(cluster);
        using var way = new CuttingProxy(cluster.Address.Host, cluster.Address.Port);
        using var server = new RunningServer(database, database.At("127.0.0.1", way.Port, "Max Auto Prepare=0"));
        await server.PlaceOrderAsync();
        way.HoldAnswersTo("commit");
        var answer = server.PostOrderAsync(ExampleOrders.Minimal);
        await WaitForOrdersAsync(database, 1, answer);

        cluster.Restart(isCrash: true);
        way.Cut();
        way.Release();

        Assert.Equal(HttpStatusCode.Created, (await answer).Status);
        await server.PlaceOrderAsync();
        Assert.Equal([1L, 2L, 3L], database.Query<long>("select position from event_log order by position"));
    }

    [Fact]
    public async Task Database_that_stays_silent_is_told_in_time_and_missed_no_longer_when_it_is_back()
    {
        using var server = Start(("Storage:Patience", "00:00:02"));
        var id = await server.PlaceOrderAsync();
        _proxy.Hold();
        var began = Stopwatch.GetTimestamp();

        var answers = await Task.WhenAll(server.PostOrderAsync(ExampleOrders.Minimal), server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}"));

        Assert.All(answers, answer => answer.IsError(HttpStatusCode.ServiceUnavailable, "5"));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.GetAsync("/health/ready")).Status);
        _proxy.Cut();
        _proxy.Release();
        await server.PlaceOrderAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task Connection_that_somebody_leaves_idle_in_a_transaction_holds_up_nothing_but_what_it_has_locked()
    {
        using var server = Start();
        var (locked, free) = (await server.PlaceOrderAsync(), await server.PlaceOrderAsync());
        await using var idle = _database.Connect();
        await idle.OpenAsync(Cancel);
        await using var transaction = await idle.BeginTransactionAsync(Cancel);
        await idle.ExecuteAsync("select 1 from service_order where id = @locked for update", new { locked }, transaction);

        await server.PlaceOrderAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{free}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"{RunningServer.ServiceOrderPath}/{locked}")).Status);
    }

    [Fact]
    public async Task One_write_that_waits_for_a_lock_of_somebody_else_is_refused_and_the_others_go_on()
    {
        using var server = Start(("Storage:Patience", "00:00:02"));
        var locked = await server.PlaceOrderAsync();
        await using var idle = _database.Connect();
        await idle.OpenAsync(Cancel);
        await using (var transaction = await idle.BeginTransactionAsync(Cancel))
        {
            await idle.ExecuteAsync("select 1 from service_order where id = @locked for update", new { locked }, transaction);
            var began = Stopwatch.GetTimestamp();

            var stuck = server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{locked}");
            var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.PostOrderAsync(ExampleOrders.Minimal)));

            Assert.All(others, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await stuck).Status);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }
        Assert.Equal(HttpStatusCode.NoContent, (await server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{locked}")).Status);
    }

    [Fact]
    public async Task Server_goes_on_with_a_newer_schema_that_says_it_can_and_stops_writing_with_one_that_does_not()
    {
        using var server = Start();
        var id = await server.PlaceOrderAsync();

        _database.Query<int>(
            """
            alter table service_order add column priority text;
            create table future (id text);
            insert into schema_migration (name, compatible, applied_at) values ('9001_future', true, now());
            """);
        await server.PlaceOrderAsync();
        using (var another = new RunningServer(_database))
            await another.PlaceOrderAsync();

        _database.Query<int>(
            """
            update event_position set requires = 9002;
            insert into schema_migration (name, compatible, applied_at) values ('9002_future', false, now());
            """);
        var refused = (await server.PostOrderAsync(ExampleOrders.Minimal)).IsError(HttpStatusCode.ServiceUnavailable, "5");
        Assert.Contains("newer version", refused.Body);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Status);
        Assert.Contains("9002_future", Assert.Throws<DatabaseUnusableException>(() => _database.Open()).Message);
    }

    [Fact]
    public void Servers_that_start_at_once_on_an_empty_database_make_its_tables_once()
    {
        using var empty = new TestDatabase(isEmpty: true);

        var databases = Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ => empty.Open()).ToList();

        Assert.Single(databases.Select(database => database.Identity).Distinct());
        databases.ForEach(database => database.Dispose());
    }

    [Fact]
    public void Database_of_another_program_is_refused()
    {
        using var foreign = new TestDatabase(isEmpty: true);
        foreign.Query<int>("create table mine (id integer)");

        Assert.Contains("another program", Assert.Throws<DatabaseUnusableException>(() => foreign.Open()).Message);
    }

    private RunningServer Start(params (string Key, string Value)[] settings) =>
        new(_database, [_database.At("127.0.0.1", _proxy.Port), .. settings]);

    private static async Task WaitForOrdersAsync(TestDatabase database, int count, Task answer)
    {
        var deadline = Stopwatch.GetTimestamp();
        while (database.Query<long>("select count(*) from service_order")[0] <= count)
        {
            Assert.False(answer.IsCompleted, "Nothing was held.");
            Assert.True(Stopwatch.GetElapsedTime(deadline) < TimeSpan.FromSeconds(10), "The write does not come through.");
            await Task.Yield();
        }
    }
}
