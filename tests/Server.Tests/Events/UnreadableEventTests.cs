using System.Net;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>One event that cannot be read fails alone.</summary>
public sealed class UnreadableEventTests : IDisposable
{
    private static readonly string TooDeep = string.Concat(Enumerable.Repeat("[", 140)) + string.Concat(Enumerable.Repeat("]", 140));

    private readonly RunningServer _server = new();

    public static TheoryData<string, string> Events => new()
    {
        { "ServiceOrderDeleteEvent", "no JSON" },
        { "ServiceOrderDeleteEvent", """{"event":{"serviceOrder":{"id":5}}}""" },
        { "ServiceOrderDeleteEvent", """{"event":{"serviceOrder":{"id":"x","deep":""" + TooDeep + "}}}" },
        { "ServiceOrderDeleteEvent", "{}" },
        { "ServiceOrderDeleteEvent", """{"event":{"serviceOrder":{"id":"x","externalId":"\ud800"}}}""" },
        { "TypeOfTomorrowEvent", "{}" },
    };

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Events))]
    public async Task Watchers_are_told_that_there_was_one_and_get_every_other(string type, string body)
    {
        using var all = await WatchAsync(new WatchEventsRequest());
        using var created = await WatchAsync(new WatchEventsRequest { EventTypes = { "ServiceOrderCreateEvent" } });
        using var filtered = await WatchAsync(new WatchEventsRequest { Query = "event.serviceOrder.externalId=mine" });

        await PlaceAsync(1);
        await AppendAsync(type, body);
        await PlaceAsync(2);

        var ids = _server.EventIds();
        Assert.Equal([ids[0], "unreadable", ids[2]], await ToldAsync(all, 3));
        Assert.Equal([ids[0], ids[2]], await ToldAsync(created, 2));
        // Whether a filter lets through what cannot be read nobody knows: then it is told.
        Assert.Equal([ids[0], ids[2]], (await ToldAsync(filtered, CanBeLookedInto(body) ? 2 : 3)).Where(id => id != "unreadable"));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public async Task Watchers_that_come_later_get_every_other_from_the_database(string type, string body)
    {
        using var first = await WatchAsync(new WatchEventsRequest());
        var token = first.ResponseStream.Current.ResumeToken;
        await PlaceAsync(1);
        await AppendAsync(type, body);
        await PlaceAsync(2);
        using var server = first;

        using var late = _server.Events.WatchEvents(new WatchEventsRequest { ResumeToken = token }, cancellationToken: Cancel);

        var ids = _server.EventIds();
        Assert.True(await late.ResponseStream.MoveNext(Cancel));
        Assert.Equal([ids[0], "unreadable", ids[2]], await ToldAsync(late, 3));
    }

    [Theory]
    [MemberData(nameof(Events))]
    public async Task Listeners_get_every_other_and_it_is_counted(string type, string body)
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.SubscribeAsync(listener);
        await PlaceAsync(1);
        await AppendAsync(type, body);
        await PlaceAsync(2);

        var received = await listener.WaitAsync(2);

        var ids = _server.EventIds();
        Assert.Equal([ids[0], ids[2]], received.Select(delivery => delivery.EventId));
        var delivery = await _server.WaitForAsync(id, delivery => delivery.Lag == 0);
        Assert.Equal((EventDeliveryState.Active, type == "TypeOfTomorrowEvent" ? 0 : 1), (delivery.State, delivery.MissedEvents));
    }

    private static bool CanBeLookedInto(string body) =>
        body[0] == '{' && !body.Contains(TooDeep, StringComparison.Ordinal) && !body.Contains("ud800", StringComparison.Ordinal);

    private async Task PlaceAsync(int number) => Assert.Equal(
        HttpStatusCode.Created, (await _server.PostOrderAsync($$"""{"externalId":"mine","description":"{{number}}",{{ExampleOrders.Minimal[1..]}}""")).Status);

    private async Task AppendAsync(string type, string body) => await _server.Service<Server.Storage.Database>().WriteAsync(
        Server.Storage.Caller.Server,
        async write =>
        {
            await Server.Events.EventLog.AppendAsync(write, "unreadable", type, "serviceOrder", "x", "2026-01-01T00:00:00.000Z", body, gap: null, parties: null);
            return 0;
        },
        Cancel);

    private async Task<Grpc.Core.AsyncServerStreamingCall<WatchEventsResponse>> WatchAsync(WatchEventsRequest request)
    {
        var call = _server.Events.WatchEvents(request, cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        return call;
    }

    private static async Task<List<string>> ToldAsync(Grpc.Core.AsyncServerStreamingCall<WatchEventsResponse> call, int count)
    {
        var told = new List<string>();
        while (told.Count < count && await call.ResponseStream.MoveNext(Cancel))
        {
            if (call.ResponseStream.Current.Unreadable is { } unreadable)
                told.Add(unreadable.EventId);
            else if (call.ResponseStream.Current.Event is { } known)
                told.Add(known.EventId());
        }
        return told;
    }
}
