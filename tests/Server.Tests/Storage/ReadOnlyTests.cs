using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Storage:ReadOnly: what is there is served, and nothing is changed.</summary>
public sealed class ReadOnlyTests : IDisposable
{
    private static readonly (string, string) ReadOnly = ("Storage:ReadOnly", "true");

    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Server_that_only_reads_serves_what_was_written_and_refuses_to_write()
    {
        string id;
        using (var writer = new RunningServer(_database))
            id = await writer.PlaceOrderAsync();

        using var server = new RunningServer(_database, ReadOnly);
        (await server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Is(HttpStatusCode.OK);
        Assert.Single((await server.GetAsync(RunningServer.ServiceOrderPath)).Json.AsArray());
        var refusal = (await server.PostOrderAsync(ExampleOrders.Minimal)).IsError(HttpStatusCode.ServiceUnavailable, "5");
        Assert.Contains("Storage:ReadOnly", (string?)refusal.Json["message"]);
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => server.ServiceOrders.DeleteServiceOrderAsync(
            new DeleteServiceOrderRequest { Id = id }, cancellationToken: Cancel).ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task Server_that_only_reads_says_that_it_is_ready_for_that()
    {
        using (new RunningServer(_database))
        {
        }

        using var server = new RunningServer(_database, ReadOnly);
        var ready = (await server.GetAsync("/health/ready")).Is(HttpStatusCode.OK);
        Assert.Equal("Degraded", (string?)ready.Json["status"]);
        var health = await new Health.HealthClient(server.Client.CallInvoker).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task Nothing_is_delivered_by_a_server_that_only_reads_and_everything_by_the_next()
    {
        await using var listener = await Listener.StartAsync();
        string[] ids;
        using (var writer = new RunningServer(_database))
        {
            listener.Answers(500);
            await writer.SubscribeAsync(listener);
            await writer.PlaceOrderAsync();
            await listener.WaitAsync(1);
            // What the listener answered is known a moment later.
            Assert.True(SpinWait.SpinUntil(() => writer.Query<long>("select failed_attempts from event_subscription").Single() > 0, TimeSpan.FromSeconds(10)));
            ids = [.. writer.EventIds()];
        }
        listener.Answers(200);
        var before = listener.Received.Count;

        using (var server = new RunningServer(_database, ReadOnly))
        {
            using var stream = await EventStreamReader.OpenAsync(server.Http, "/events/v1/watch", ("Last-Event-ID", server.Token(0)));
            Assert.Contains(ids[0], await FindDataAsync(stream));
            Assert.Equal("retrying", (string?)(await server.GetAsync(HubServer.Path)).Json[0]!["delivery"]!["state"]);
        }
        Assert.Equal(before, listener.Received.Count);

        using (new RunningServer(_database, ("Webhooks:RetryDelays:0", "00:00:00.001")))
            await listener.WaitAsync(1);
    }

    [Fact]
    public async Task Watcher_of_a_server_that_only_reads_sees_what_another_writes()
    {
        TestDatabase.NeedPostgres();
        using var writer = new RunningServer(_database);
        using var server = new RunningServer(_database, ReadOnly);
        using var stream = await EventStreamReader.OpenAsync(server.Http, "/events/v1/watch");

        var id = await writer.PlaceOrderAsync();

        ServerSentEvent next;
        while (!(next = await stream.NextAsync()).Data.Contains(id, StringComparison.Ordinal))
        {
        }
        Assert.NotEmpty(next.Id);
    }

    private static async Task<string> FindDataAsync(EventStreamReader stream)
    {
        ServerSentEvent next;
        do
            next = await stream.NextAsync();
        while (next.Data.Length == 0);
        return next.Data;
    }

    [Fact]
    public async Task File_may_be_read_by_several_servers_and_written_by_none_of_others()
    {
        TestDatabase.NeedSqlite();
        using (_database.Open())
        {
            var inUse = Assert.Throws<DatabaseUnusableException>(() => _database.Open(new() { ReadOnly = true }));
            Assert.Contains("start it again with Storage:ReadOnly=true", inUse.Message);
        }

        using var one = _database.Open(new() { ReadOnly = true });
        using var other = _database.Open(new() { ReadOnly = true });
        Assert.Equal(0, await other.ReadAsync(session => session.FindAsync<long>("select last from event_position")));
        Assert.Throws<DatabaseUnusableException>(() => _database.Open());
    }

    [Fact]
    public void Database_that_is_only_read_has_to_be_there_and_of_this_version()
    {
        using var empty = new TestDatabase(isEmpty: true);
        var none = Assert.Throws<DatabaseUnusableException>(() => empty.Open(new() { ReadOnly = true }));
        Assert.Contains(TestDatabase.IsPostgres ? "is empty" : "no such file", none.Message);

        _database.Open().Dispose();
        _database.Query<int>("delete from schema_migration where name = '0060_lease'");
        var older = Assert.Throws<DatabaseUnusableException>(() => _database.Open(new() { ReadOnly = true }));
        Assert.Contains("start this version once without Storage:ReadOnly", older.Message);
    }
}
