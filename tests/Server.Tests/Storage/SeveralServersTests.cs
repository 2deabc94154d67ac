using System.Net;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Several servers on one database: which of them a client comes to makes no difference.</summary>
public sealed class SeveralServersTests : IDisposable
{
    private const int Subscriptions = 16;
    private readonly TestDatabase _database;
    private readonly RunningServer _first;
    private readonly RunningServer _second;

    public SeveralServersTests()
    {
        TestDatabase.NeedPostgres();
        _database = new TestDatabase();
        _first = Start();
        _second = Start();
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Watcher_on_one_is_told_in_order_what_is_written_on_all()
    {
        using var call = _second.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));

        await Task.WhenAll(_first.WriteAsync(4, 20, Cancel), _second.WriteAsync(4, 20, Cancel));

        var told = new List<string>();
        for (var last = 0; last < 2;)
        {
            Assert.True(await call.ResponseStream.MoveNext(Cancel));
            if (call.ResponseStream.Current.Event is not { } happened)
                continue;
            told.Add(happened.EventId());
            last += happened.IsLast() ? 1 : 0;
        }
        Assert.Equal(_first.EventIds().Take(told.Count), told);
        Assert.Equal(Enumerable.Range(1, told.Count).Select(i => (long)i), _database.Query<long>("select position from event_log order by position").Take(told.Count));
    }

    [Fact]
    public async Task What_one_hands_out_the_other_understands()
    {
        var key = ("Idempotency-Key", "a");
        var created = (await _first.PostOrderAsync(ExampleOrders.Minimal, key)).Is(HttpStatusCode.Created);
        await _first.PlaceOrderAsync();
        await _second.PlaceOrderAsync();
        var id = (string)created.Json["id"]!;

        var again = await _second.PostOrderAsync(ExampleOrders.Minimal, key);
        Assert.Equal((id, true), ((string?)again.Json["id"], again.Headers.ContainsKey("Idempotent-Replayed")));
        var page = await _first.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Limit = 1 }, cancellationToken: Cancel);
        var rest = await _second.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { PageToken = page.NextPageToken }, cancellationToken: Cancel);
        Assert.Equal(2, rest.ServiceOrders.Count);
        var patched = await _second.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"description":"d"}""", ("If-Match", created.Headers["ETag"]));
        Assert.Equal(HttpStatusCode.OK, patched.Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _first.SendAsync(
            HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"description":"e"}""", ("If-Match", created.Headers["ETag"]))).Status);
        using var resumed = _second.Events.WatchEvents(new WatchEventsRequest { ResumeToken = _first.Service<ResumeTokens>().Write(2) }, cancellationToken: Cancel);
        Assert.True(await resumed.ResponseStream.MoveNext(Cancel));
        Assert.True(await resumed.ResponseStream.MoveNext(Cancel));
        Assert.Equal(_first.EventIds()[2], resumed.ResponseStream.Current.Event.EventId());
    }

    [Fact]
    public async Task One_key_used_on_both_at_once_makes_one_order()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? _first : _second).PostOrderAsync(ExampleOrders.Minimal, ("Idempotency-Key", "same"))));

        Assert.Single(answers.Select(answer => (string?)answer.Json["id"]).Distinct());
        Assert.Equal([1L], _database.Query<long>("select count(*) from service_order"));
    }

    [Fact]
    public async Task Subscription_is_delivered_by_one_of_them_and_by_the_other_when_that_ends()
    {
        await using var listener = await Listener.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < Subscriptions; i++)
            ids.Add(await (i % 2 == 0 ? _first : _second).SubscribeAsync(listener, $"eventId.ne={i}"));
        await _first.PlaceOrderAsync();
        await listener.WaitAsync(Subscriptions);
        // By chance all of them fall to one server once in 32,000 times.
        var began = TimeProvider.System.GetTimestamp();
        while (_database.Query<string>("select distinct holder from lease where name like 'delivery/%'").Count < 2)
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20), "One server keeps all of them.");

        _first.Dispose();
        for (var i = 0; i < 5; i++)
            await _second.PlaceOrderAsync();
        var received = await listener.WaitAsync(5 * Subscriptions);

        var all = _second.EventIds();
        foreach (var id in all)
            Assert.Equal(Subscriptions, received.Count(delivery => delivery.EventId == id));
    }

    [Fact]
    public async Task What_an_operator_does_on_one_is_done_wherever_the_delivery_runs()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(410);
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
            ids.Add(await _first.SubscribeAsync(listener, $"eventId.ne={i}"));
        await _first.PlaceOrderAsync();
        foreach (var id in ids)
            await _second.WaitForAsync(id, delivery => delivery.State == EventDeliveryState.Suspended);

        listener.Answers(200);
        foreach (var id in ids)
            await _second.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:resume");
        foreach (var id in ids)
            await _first.WaitForAsync(id, delivery => delivery is { State: EventDeliveryState.Active, Lag: 0 });
        await _second.SendAsync(HttpMethod.Delete, $"{HubServer.Path}/{ids[0]}");

        Assert.Equal(HttpStatusCode.NotFound, (await _first.GetAsync($"{HubServer.Path}/{ids[0]}")).Status);
    }

    [Fact]
    public async Task What_is_written_under_a_lease_that_another_has_is_void()
    {
        var stale = Assert.Single(await _first.Service<Leases>().TakeAsync(["work"], Cancel));
        Assert.Empty(await _second.Service<Leases>().TakeAsync(["work"], Cancel));
        // As if the first had slept.
        await _second.ExecuteAsync("update lease set until = 0 where name = 'work'");
        Assert.Equal(0, await TrimAsync(stale));
        var current = Assert.Single(await _second.Service<Leases>().TakeAsync(["work"], Cancel));

        await _first.PlaceOrderAsync();
        var (late, held) = (await TrimAsync(stale), await TrimAsync(current));

        Assert.Equal((0, 1), (late, held));
        Assert.True(_first.Service<Leases>().IsSure(stale));

        Task<int> TrimAsync(Lease lease) => _first.Service<Database>().WriteAsync(Caller.Server, write => EventLog.TrimAsync(write, lease, "9999", 10), Cancel);
    }

    [Fact]
    public async Task Event_of_a_type_that_a_server_does_not_know_ends_no_watch_and_no_delivery()
    {
        await using var listener = await Listener.StartAsync();
        await _first.SubscribeAsync(listener);
        using var call = _second.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));

        await _first.Service<Database>().WriteAsync(
            Caller.Server,
            async write =>
            {
                await EventLog.AppendAsync(write, "future", "FutureThingCreateEvent", "futureThing", "f", "2026-01-01T00:00:00.000Z", """{"eventId":"future"}""", gap: null, parties: null);
                return 0;
            },
            Cancel);
        await _first.PlaceOrderAsync();

        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal("FutureThingCreateEvent", call.ResponseStream.Current.Unreadable.EventType);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        var told = call.ResponseStream.Current.Event.EventId();
        Assert.Equal(told, Assert.Single(await listener.WaitAsync(1)).EventId);
    }

    [Fact]
    public async Task Read_with_a_writes_token_sees_the_write_on_any_server()
    {
        var created = await _first.PostOrderAsync(ExampleOrders.Minimal);
        var token = created.Headers["consistency-token"];

        var read = await _second.GetAsync($"{RunningServer.ServiceOrderPath}/{created.Json["id"]}", ("Consistency-Token", token));
        var early = (await _second.GetAsync(RunningServer.ServiceOrderPath, ("Consistency-Token", _second.Token(99)))).IsError(HttpStatusCode.ServiceUnavailable, "5");
        var foreign = (await _second.GetAsync(RunningServer.ServiceOrderPath, ("Consistency-Token", "x"))).IsError(HttpStatusCode.BadRequest, "26");

        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Contains("consistency token", early.Body);
        Assert.Equal([("consistency-token", "HEADER_INVALID")], foreign.Violations);
    }

    private RunningServer Start() => new(_database, ("Storage:LeaseDuration", "00:00:02"));
}
