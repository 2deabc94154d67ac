using System.Text.Json.Nodes;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Events;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Writes over several resources, and what follows from them.</summary>
public sealed class WriteTests : IDisposable
{
    private readonly RunningServer _server = new();

    private ResourceTable<ServiceOrder> Orders => _server.Service<ResourceTable<ServiceOrder>>();

    private ResourceTable<Service> Services => _server.Service<ResourceTable<Service>>();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Two_resources_of_two_kinds_and_their_events_are_one_write()
    {
        await WriteAsync(async write =>
        {
            await Orders.WriteAsync(write, before: null, NewOrder("o"));
            return await Services.WriteAsync(write, before: null, NewService("s"));
        });

        Assert.Equal("o", (await Orders.GetAsync("o", Sight.All)).Resource.Id);
        Assert.Equal("s", (await Services.GetAsync("s", Sight.All)).Resource.Id);
        Assert.Equal([("ServiceOrderCreateEvent", "o", 1L), ("ServiceCreateEvent", "s", 2L)], _server.Log().Select(logged => (logged.Type, logged.ResourceId, logged.Position)));
        // The order, its item and the service.
        Assert.Equal(3, _server.Query<long>("select cast(sum(total) as bigint) from resource_count")[0]);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_write_whose_second_step_throws()
    {
        await WriteAsync(write => Services.WriteAsync(write, before: null, NewService("before")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync<Stored<Service>>(async write =>
        {
            await Orders.WriteAsync(write, before: null, NewOrder("o"));
            await Services.WriteAsync(write, before: null, NewService("s"));
            throw new InvalidOperationException("the third step");
        }));
        await WriteAsync(write => Services.WriteAsync(write, before: null, NewService("after")));

        Assert.Equal(["after", "before"], _server.Query<string>("select id from service union all select id from service_order order by id"));
        // Dense, as if the one in between had never been.
        Assert.Equal([(1L, "before"), (2L, "after")], _server.Log().Select(logged => (logged.Position, logged.ResourceId)));
        Assert.Equal([2L], _server.Query<long>("select last from event_position"));
    }

    [Fact]
    public async Task A_write_on_a_state_that_is_gone_changes_nothing()
    {
        var first = await WriteAsync(write => Services.WriteAsync(write, before: null, NewService("s")));
        await WriteAsync(write => Services.WriteAsync(write, first, NewService("s", "changed")));

        await Assert.ThrowsAsync<ConflictException>(() => WriteAsync(write => Services.WriteAsync(write, first, NewService("s", "late"))));
        await Assert.ThrowsAsync<ConflictException>(() => WriteAsync(write => Services.WriteAsync(write, first, after: null)));

        Assert.Equal("changed", (await Services.GetAsync("s", Sight.All)).Resource.Name);
        Assert.Equal(2, _server.Log().Count);
    }

    [Fact]
    public async Task What_is_refused_behind_a_lost_compare_and_set_was_lost_by_it()
    {
        var service = await WriteAsync(write => Services.WriteAsync(write, before: null, NewService("s")));

        await Assert.ThrowsAsync<ConflictException>(() => WriteAsync(async write =>
        {
            await write.Session.SendAsync("update service set version = 2 where version = 99", expect: 1);
            await write.Session.SendAsync("insert into service select * from service");
            return service;
        }));
    }

    [Fact]
    public async Task What_was_created_is_told_as_it_was_whatever_became_of_it()
    {
        var created = _server.Log;
        var first = await WriteAsync(write => Services.WriteAsync(write, before: null, NewService("s", "the first \u00fc name")));
        var told = Text(created()[0]);
        Assert.Equal("the first \u00fc name", (string?)JsonNode.Parse(told)!["event"]!["service"]!["name"]);

        var second = await WriteAsync(write => Services.WriteAsync(write, first, NewService("s", "another")));
        Assert.Equal(told, Text(created()[0]));
        await WriteAsync(write => Services.WriteAsync(write, second, NewService("s", "yet another")));
        Assert.Equal(told, Text(created()[0]));
    }

    [Fact]
    public async Task What_was_created_is_told_as_it_was_when_it_is_deleted_unchanged()
    {
        var first = await WriteAsync(write => Orders.WriteAsync(write, before: null, NewOrder("o")));
        var told = Text(_server.Log()[0]);

        await WriteAsync(write => Orders.WriteAsync(write, first, after: null));

        Assert.Equal(told, Text(_server.Log()[0]));
        Assert.Equal("o", (string?)JsonNode.Parse(told)!["event"]!["serviceOrder"]!["id"]);
    }

    [Fact]
    public async Task Whoever_reads_and_writes_again_and_again_and_is_always_late_is_told_to_come_back()
    {
        var attempts = 0;

        var error = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => Database.RetryAsync<int>(() =>
        {
            attempts++;
            throw new ConflictException();
        }));

        Assert.Equal((Grpc.Core.StatusCode.Unavailable, 100), (error.StatusCode, attempts));
    }

    private Task<T> WriteAsync<T>(Func<Write, ValueTask<T>> write) => _server.Service<Database>().WriteAsync(Caller.Server, write, Cancel);

    private static string Text(LoggedEvent logged) => System.Text.Encoding.UTF8.GetString(logged.Body.Span);

    private static Draft<ServiceOrder> NewOrder(string id) => new(new ServiceOrder(EventHistory.MinimalOrder()) { Id = id, State = ServiceOrderState.Acknowledged, OrderDate = new() });

    private static Draft<Service> NewService(string id, string name = "n") => new(new Service { Id = id, State = ServiceState.Active, ServiceDate = "2026", Name = name });
}
