using ServiceOrdering.Events.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Events;

/// <summary>What the events of a change tell.</summary>
public sealed class ChangeEventTests : IDisposable
{
    private readonly RunningServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_attribute_is_told_with_its_new_value_and_a_removed_one_by_its_name()
    {
        var id = await _server.PlaceOrderAsync("""{"category":"c","description":"old","color":"red","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        var events = await PatchAsync(id, """{"description":"new","color":null,"note":[{"text":"hello"}]}""");

        var told = Assert.Single(events).ServiceOrderAttributeValueChangeEvent;
        Assert.Equal("description,note,color", told.FieldPath);
        var order = told.Event.ServiceOrder;
        Assert.Equal(("new", "hello", "ServiceOrder"), (order.Description, Assert.Single(order.Note).Text, order.Type));
        Assert.EndsWith(id, order.Href);
        Assert.False(order.HasState || order.HasCategory || order.ServiceOrderItem.Count > 0 || order.Extensions is not null);
    }

    [Fact]
    public async Task A_new_state_is_told_with_the_states_of_the_items_what_the_standard_requires_of_them_and_nothing_twice()
    {
        var id = await _server.PlaceOrderAsync(
            """{"externalId":"x","serviceOrderItem":[{"id":"1","action":"add","service":{"name":"n"}},{"id":"2","action":"modify","service":{"id":"s","name":"n"}}]}""");

        var events = await PatchAsync(id, """{"state":"held"}""");

        var order = Assert.Single(events).ServiceOrderStateChangeEvent.Event.ServiceOrder;
        Assert.Equal((ServiceOrderState.Held, "x", id, "ServiceOrder"), (order.State, order.ExternalId, order.Id, order.Type));
        Assert.Equal((true, false), (order.OrderDate is not null, order.CompletionDate is not null));
        Assert.Equal(
            [
                new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, State = ServiceOrderItemState.Held, Service = new ServiceRefOrValue() },
                new ServiceOrderItem { Id = "2", Action = OrderItemAction.Modify, State = ServiceOrderItemState.Held, Service = new ServiceRefOrValue { Id = "s" } },
            ],
            order.ServiceOrderItem);
    }

    [Fact]
    public async Task A_change_of_both_is_two_events_the_attributes_first()
    {
        var id = await _server.PlaceOrderAsync();

        var events = await PatchAsync(id, """{"state":"held","description":"wait"}""");

        Assert.Equal(
            [Event.EventOneofCase.ServiceOrderAttributeValueChangeEvent, Event.EventOneofCase.ServiceOrderStateChangeEvent],
            events.Select(told => told.EventCase));
        Assert.Equal("description", events[0].ServiceOrderAttributeValueChangeEvent.FieldPath);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_tells_nothing()
    {
        var id = await _server.PlaceOrderAsync();

        Assert.Empty(await PatchAsync(id, "{}"));
    }

    public void Dispose() => _server.Dispose();

    /// <summary>The events of a patch: those before the creation of another order.</summary>
    private async Task<List<Event>> PatchAsync(string id, string patch)
    {
        using var call = _server.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var answer = await _server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", patch);
        Assert.True(answer.Status == System.Net.HttpStatusCode.OK, answer.Body);
        await _server.PlaceOrderAsync();

        var events = new List<Event>();
        while (await call.ResponseStream.MoveNext(Cancellation) && call.ResponseStream.Current.Event is { ServiceOrderCreateEvent: null } told)
            events.Add(told);
        return events;
    }
}
