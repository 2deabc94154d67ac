using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Events.V1.WatchEventsResponse;

namespace ServiceOrdering.Server.Tests.Events;

public sealed class SnapshotTests : IDisposable
{
    private readonly RunningServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_and_changes_under_concurrent_writes_give_the_final_state_without_telling_anything_twice()
    {
        await _server.WriteAsync(8, 150, Cancellation);
        var writes = _server.WriteAsync(8, 150, Cancellation);
        var view = new Dictionary<string, ServiceOrder>();

        var watcher = new EventWatcher(_server.Events, new WatchEventsRequest { IncludeSnapshot = true });
        var isComplete = false;
        await foreach (var message in watcher.WithCancellation(Cancellation))
        {
            switch (message.ChangeCase)
            {
                case ChangeOneofCase.SnapshotItem:
                    Assert.False(isComplete);
                    Assert.True(view.TryAdd(message.SnapshotItem.ServiceOrder.Id, message.SnapshotItem.ServiceOrder), "An order was shown twice.");
                    break;
                case ChangeOneofCase.SnapshotComplete:
                    isComplete = true;
                    break;
                case ChangeOneofCase.Event when message.Event.ServiceOrderCreateEvent is { } created:
                    Assert.True(view.TryAdd(created.Event.ServiceOrder.Id, created.Event.ServiceOrder), "An order that was shown was told of as created.");
                    break;
                case ChangeOneofCase.Event:
                    Assert.True(view.Remove(message.Event.ServiceOrderDeleteEvent.Event.ServiceOrder.Id), "An order that was not shown was told of as deleted.");
                    break;
            }
            Assert.Equal(isComplete, message.ResumeToken.Length > 0);
            // One from before the watch, and one from during it; the snapshot may have shown both.
            if (isComplete && view.Values.Count(order => order.ExternalId == EventHistory.Last) == 2)
                break;
        }
        await writes;

        var final = new List<ServiceOrder>();
        await foreach (var order in _server.ServiceOrders.ReadAllServiceOrdersAsync(new ListServiceOrdersRequest(), Cancellation))
            final.Add(order);
        Assert.Equal(final.OrderBy(order => order.Id), view.Values.OrderBy(order => order.Id));
    }

    [Fact]
    public async Task A_snapshot_shows_what_the_ids_and_the_query_ask_for_and_ends_with_the_number_of_it()
    {
        var ids = new List<string>();
        for (var i = 0; i < 4; i++)
            ids.Add(await _server.PlaceOrderAsync($$"""{"externalId":"{{i % 2}}","serviceOrderItem":[{"id":"1","action":"add","service":{} }]}"""));
        var request = new WatchEventsRequest { IncludeSnapshot = true, Query = "event.serviceOrder.externalId=1", ResourceIds = { ids[..3] } };

        using var call = _server.Events.WatchEvents(request, cancellationToken: Cancellation);
        var messages = new List<WatchEventsResponse>();
        while (messages is not [.., { ChangeCase: ChangeOneofCase.SnapshotComplete }])
        {
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
            messages.Add(call.ResponseStream.Current);
        }

        Assert.Equal(ChangeOneofCase.SnapshotStart, messages[0].ChangeCase);
        Assert.Equal([ids[1]], messages[1..^1].Select(message => message.SnapshotItem.ServiceOrder.Id));
        Assert.Equal(1, messages[^1].SnapshotComplete.ItemCount);
    }

    [Fact]
    public async Task What_happens_during_a_snapshot_is_told_where_the_snapshot_had_passed_and_shown_where_it_had_not()
    {
        // More than the connection takes while nobody reads: the snapshot waits within its first page.
        const int Orders = 60;
        await _server.WriteLargeAsync(Orders, Cancellation);
        using var call = _server.Events.WatchEvents(new WatchEventsRequest { IncludeSnapshot = true }, cancellationToken: Cancellation);
        WatchEventsResponse current;
        while ((current = await NextAsync(call)).ChangeCase != ChangeOneofCase.SnapshotItem)
        {
        }
        var passed = current.SnapshotItem.ServiceOrder.Id;

        await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = passed }, cancellationToken: Cancellation);
        var created = await _server.PlaceOrderAsync();
        var (shown, told) = (new List<string>(), new List<WatchEventsResponse>());
        while ((current = await NextAsync(call)).ChangeCase != ChangeOneofCase.SnapshotComplete)
        {
            if (current.ChangeCase == ChangeOneofCase.SnapshotItem)
                shown.Add(current.SnapshotItem.ServiceOrder.Id);
            else
                told.Add(current);
        }

        Assert.Equal(passed, Assert.Single(told).Event.ServiceOrderDeleteEvent.Event.ServiceOrder.Id);
        Assert.Equal(created, shown[^1]);
        Assert.Equal(Orders + 1, current.SnapshotComplete.ItemCount);
    }

    [Fact]
    public async Task With_a_token_there_is_no_snapshot()
    {
        await _server.PlaceOrderAsync();
        var snapshot = new WatchEventsRequest { IncludeSnapshot = true };
        using (var call = _server.Events.WatchEvents(snapshot, cancellationToken: Cancellation))
        {
            while (snapshot.ResumeToken.Length == 0 && await call.ResponseStream.MoveNext(Cancellation))
                snapshot.ResumeToken = call.ResponseStream.Current.ResumeToken;
        }

        using var resumed = _server.Events.WatchEvents(snapshot, cancellationToken: Cancellation);

        Assert.True(await resumed.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(ChangeOneofCase.Checkpoint, resumed.ResponseStream.Current.ChangeCase);
    }

    public void Dispose() => _server.Dispose();

    private static async Task<WatchEventsResponse> NextAsync(Grpc.Core.AsyncServerStreamingCall<WatchEventsResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        return call.ResponseStream.Current;
    }
}
