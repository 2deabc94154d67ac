using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>What NBI's listeners are told of orders and services: those are placed and changed over TM Forum's APIs, and worked over gRPC.</summary>
public sealed class NbiNotificationTests : IDisposable
{
    private const string CancelPath = "/tmf-api/serviceOrdering/v4/cancelServiceOrder";

    private readonly WorkingServer _server = new(("Fulfillment:FirstBackoff", "00:00:00"), ("Webhooks:RetryDelays:0", "00:00:00.001"));

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Order_that_is_worked_is_told_from_its_creation_to_its_end_items_before_the_order()
    {
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);

        var id = await _server.PlaceAsync(WorkingServer.Order(""" "externalId":"E1" """, "1", "2:1"));
        await _server.CompleteAsync(await _server.TakeAsync());
        await _server.CompleteAsync(await _server.TakeAsync());
        var received = await listener.WaitAsync(7);
        // What comes after it shows that there was nothing else.
        await _server.PlaceAsync(WorkingServer.Order("", "1"));
        received = await listener.WaitAsync(1);

        Assert.Equal(
            ["creation acknowledged", "state inProgress", "item 1 inProgress", "item 1 completed", "item 2 inProgress", "item 2 completed", "state completed", "creation acknowledged"],
            received.Take(8).Told());
        var order = await _server.ReadAsync(id);
        Assert.All(received.Take(7), delivery =>
        {
            Assert.Equal(delivery.EventId, (string?)delivery.Json["eventId"]);
            Assert.EndsWith("/listener", delivery.Path);
            Assert.StartsWith("application/json", delivery.Headers["Content-Type"]);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)delivery.Json["eventDate"]);
            var shown = delivery.Json["event"]!;
            Assert.Equal((id, $"serviceOrder/{id}", "E1", (string?)order["orderDate"]), ((string?)shown["id"], (string?)shown["href"], (string?)shown["externalId"], (string?)shown["orderDate"]));
        });
        // The item that completed the order, too, is told with the service that it has become.
        var service = order["serviceOrderItem"]![1]!["service"]!;
        var told = received[5].Json["event"]!["orderItem"]![0]!["service"]!;
        Assert.NotNull(told["id"]);
        Assert.Equal(((string?)service["id"], "service 2"), ((string?)told["id"], (string?)told["name"]));
        Assert.Equal((string?)order["completionDate"], (string?)received[6].Json["event"]!["completionDateTime"]);
        Assert.Equal(7, received.Take(7).Select(delivery => delivery.EventId).Distinct().Count());
    }

    [Fact]
    public async Task Bodies_have_what_the_code_of_onap_sends_and_null_where_there_is_nothing()
    {
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);

        var id = await _server.PlaceAsync(WorkingServer.Order("", "ä\u20ac/1"));
        await _server.TakeAsync();
        var received = await listener.WaitAsync(3);

        Assert.Equal(["eventId", "eventDate", "eventType", "event"], received[0].Json.AsObject().Select(member => member.Key));
        var date = (string?)(await _server.ReadAsync(id))["orderDate"];
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""{"id":"{{id}}","href":"serviceOrder/{{id}}","externalId":null,"state":"acknowledged","orderDate":"{{date}}","completionDateTime":null}"""),
            received[0].Json["event"]), received[0].Body);
        var item = received[2].Json["event"]!["orderItem"]![0]!;
        Assert.Equal(["id", "action", "state", "service"], item.AsObject().Select(member => member.Key));
        Assert.Equal(("ä\u20ac/1", "add", "inProgress"), ((string?)item["id"], (string?)item["action"], (string?)item["state"]));
        Assert.Equal("service ä\u20ac/1", (string?)item["service"]!["name"]);
        Assert.False(received[1].Json["event"]!.AsObject().ContainsKey("orderItem"));
    }

    [Fact]
    public async Task Item_that_changes_while_its_order_does_not_is_told_with_its_service_and_the_orders_state()
    {
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, "eventType=ServiceOrderItemStateChangeNotification&serviceOrder.serviceOrderItem.state=completed");

        await _server.PlaceAsync(WorkingServer.Order(""" "externalId":"E2" """, "1", "2:1"));
        await _server.CompleteAsync(await _server.TakeAsync());
        var told = (await listener.WaitAsync(1))[0].Json["event"]!;

        Assert.Equal(("inProgress", "E2"), ((string?)told["state"], (string?)told["externalId"]));
        Assert.NotNull(told["orderDate"]);
        var service = told["orderItem"]![0]!["service"]!;
        Assert.Equal("service 1", (string?)service["name"]);
        Assert.NotNull(service["id"]);
    }

    [Fact]
    public async Task Cancellation_that_is_refused_is_not_told()
    {
        var id = await _server.PlaceAsync(WorkingServer.Order("", "1"));
        var held = await _server.TakeAsync();
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);

        await CancelAsync(id);
        await _server.WaitForAsync(id, "assessingCancellation");
        await _server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer { Reason = "the trench is dug" });
        await _server.WaitForAsync(id, "inProgress");
        await _server.CompleteAsync(held);

        Assert.Equal(["item 1 completed", "state completed"], (await listener.WaitAsync(2)).Told());
        Assert.Contains("assessingCancellation", _server.EventsOf(id).Where(each => each.Type == "StateChange").Select(each => (string?)each.Event["event"]!["serviceOrder"]!["state"]));
    }

    [Fact]
    public async Task Cancellation_that_is_agreed_to_is_told_when_the_order_is_cancelled()
    {
        var id = await _server.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        var held = await _server.TakeAsync();
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);

        await CancelAsync(id);
        await _server.ReportAsync(held, report => report.CancellationAnswer = new CancellationAnswer { Agreed = true });
        await _server.WaitForAsync(id, "pendingCancellation");
        await _server.ReportAsync(held, report => report.Cancelled = new Cancelled());
        await _server.WaitForAsync(id, "cancelled");

        var received = await listener.WaitAsync(4);
        // An item on which nobody has begun is shown as in progress, too, while its cancellation is looked at.
        Assert.Equal(["item 2 inProgress", "item 2 cancelled", "item 1 cancelled", "state cancelled"], received.Told());
        Assert.Equal(["inProgress", "inProgress", "cancelled", "cancelled"], received.Select(delivery => (string?)delivery.Json["event"]!["state"]));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("COMPLETED")]
    [InlineData("failed, Completed")]
    public async Task State_is_asked_for_in_any_case(string states)
    {
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, $"eventType = ServiceOrderStateChangeNotification & serviceOrder.state = {states}");

        await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.CompleteAsync(await _server.TakeAsync());
        await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.CompleteAsync(await _server.TakeAsync());

        Assert.Equal(["state completed", "state completed"], (await listener.WaitAsync(2)).Told());
    }

    [Fact]
    public async Task Changes_that_are_of_no_state_are_not_told()
    {
        var id = await _server.PlaceAsync(WorkingServer.Order("", "1", "2:1"));
        var held = await _server.TakeAsync();
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);
        var kept = _server.Server.Query<string>("select id from event_log where previous is not null").Count;

        await PatchAsync(id, """[{"op":"add","path":"/serviceOrderItem/1/service/description","value":"faster"}]""", "application/json-patch+json");
        await PatchAsync(id, """{"description":"another","externalId":"E3"}""");
        Assert.Equal(kept, _server.Server.Query<string>("select id from event_log where previous is not null").Count);
        await _server.CompleteAsync(held);

        var received = await listener.WaitAsync(1);
        Assert.Equal(["item 1 completed"], received.Told());
        Assert.Equal("E3", (string?)received[0].Json["event"]!["externalId"]);
        Assert.Empty(_server.Server.Query<string>(
            "select type from event_log where previous is not null and type not in ('ServiceOrderStateChangeEvent', 'ServiceOrderAttributeValueChangeEvent')"));
    }

    [Fact]
    public async Task Services_are_told_of_with_what_the_inventory_has_of_them()
    {
        await using var listener = await Listener.StartAsync();
        await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutServices);

        var service = (await _server.Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, """
            {"@type":"Service","name":"vpn","state":"inactive","serviceSpecification":{"id":"1"},
            "relatedParty":[{"role":"ONAPcustomer","partyOrPartyRole":{"@type":"PartyRef","id":"6490","name":"Jean","@referredType":"Individual"} }]}
            """)).Is(HttpStatusCode.Created);
        var id = (string)service.Json["id"]!;
        var path = $"{RunningServer.ServicePath}/{id}";
        foreach (var change in new[] { """{"state":"active"}""", """{"description":"new"}""", """{"operatingStatus":"running"}""" })
            (await _server.Server.SendAsync(HttpMethod.Patch, path, change, ("Content-Type", "application/merge-patch+json"))).Is(HttpStatusCode.OK);
        // Some of the changes bring a date with them, which is an event of its own.
        var changes = _server.Server.Query<string>("select type from event_log where resource_id = @id", new { id }).Count - 1;
        await listener.WaitAsync(1 + changes);
        (await _server.Server.SendAsync(HttpMethod.Delete, path)).Is(HttpStatusCode.NoContent);

        var received = await listener.WaitAsync(1);
        Assert.Equal(["ServiceCreation inactive", .. Enumerable.Repeat("ServiceAttributeValueChange active", changes), "ServiceRemove "], received.Told());
        Assert.InRange(changes, 3, 6);
        Assert.All(received.SkipLast(1), delivery => Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""
            {"id":"{{id}}","href":"service/{{id}}","name":"vpn","type":"service-instance","state":"{{(delivery == received[0] ? "inactive" : "active")}}",
            "relatedParty":[{"id":"6490","href":null,"role":"ONAPcustomer","name":"Jean","@referredType":"Individual"}]}
            """),
            delivery.Json["event"]), delivery.Body));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""{"id":"{{id}}","href":"service/{{id}}","name":null,"type":"service-instance","state":null,"relatedParty":null}"""), received[^1].Json["event"]), received[^1].Body);
    }

    [Fact]
    public async Task Listener_that_is_down_gets_the_rest_in_order_and_what_it_took_of_an_event_not_again()
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);
        var isDown = true;
        listener.Answer = (http, delivery) =>
        {
            // The event of the order's state has three bodies; of those the second is not taken for a while.
            http.Response.StatusCode = isDown && delivery.Told() == "item 2 held" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };

        var order = await _server.PlaceAsync(WorkingServer.Order("", "1", "2"));
        await _server.WaitForAsync(order, "inProgress");
        await PatchAsync(order, """{"state":"held"}""");
        await _server.Server.WaitForAsync(id, delivery => delivery.FailedAttempts >= 3);
        await PatchAsync(order, """{"state":"inProgress"}""");
        isDown = false;
        while (listener.Received.Told() is not [.., "state held", _, _, "state inProgress"])
            await listener.WaitAsync(1);

        var received = listener.Received;
        Assert.Equal(
            ["creation acknowledged", "state inProgress", "item 1 held", "item 2 held", "state held", "item 1 acknowledged", "item 2 acknowledged", "state inProgress"],
            received.DistinctBy(delivery => delivery.EventId).Told());
        Assert.Equal(["item 2 held"], received.GroupBy(delivery => delivery.EventId).Where(same => same.Count() > 1).Select(same => same.First().Told()));
        Assert.Single(received.Where(delivery => delivery.Told() == "item 2 held").Select(delivery => delivery.Body).Distinct());
    }

    [Fact]
    public async Task Suspended_listener_is_steered_by_the_operators_of_all_subscriptions()
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);
        listener.Answers(410);
        await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.Server.WaitForAsync(id, delivery => delivery.State == EventDeliveryState.Suspended);

        listener.Answers(204);
        (await _server.Server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:resume")).Is(HttpStatusCode.OK);
        while (listener.Received.Told() is not [.., "state inProgress"])
            await listener.WaitAsync(1);

        JsonArray attempts;
        do
            attempts = (await _server.Server.GetAsync($"/events/v1/subscriptions/{id}/attempts")).Json.AsArray();
        while (attempts.Count < 3);
        Assert.Equal(["ServiceOrderStateChangeNotification", "ServiceOrderCreationNotification", "ServiceOrderCreationNotification"],
            attempts.Select(attempt => (string?)attempt!["eventType"]));
        Assert.Equal("nbi", (string?)(await _server.Server.GetAsync($"/events/v1/subscriptions/{id}")).Json["api"]);
    }

    [Fact]
    public async Task Event_of_before_the_log_kept_what_was_is_told_as_a_change_of_the_orders_state()
    {
        var order = await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.CompleteAsync(await _server.TakeAsync());
        await _server.Server.ExecuteAsync("update event_log set previous = null");
        await using var listener = await Listener.StartAsync();
        var id = await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);

        (await _server.Server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:replay", $$"""{"resumeToken":"{{_server.Server.Token(0)}}"}""")).Is(HttpStatusCode.OK);

        Assert.Equal(["creation acknowledged", "state inProgress", "state completed"], (await listener.WaitAsync(3)).Told());
        Assert.Equal(order, (string?)listener.Received[2].Json["event"]!["id"]);
    }

    [Fact]
    public async Task Event_that_cannot_be_read_is_counted_and_the_next_is_told()
    {
        await _server.PlaceAsync(WorkingServer.Order("", "1"));
        await _server.CompleteAsync(await _server.TakeAsync());
        await _server.Server.ExecuteAsync("update event_log set previous = 'no JSON' where previous is not null and type = 'ServiceOrderAttributeValueChangeEvent'");
        await using var listener = await Listener.StartAsync();
        var id = await _server.Server.SubscribeNbiAsync(listener, NbiListeners.AboutOrders);

        (await _server.Server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:replay", $$"""{"resumeToken":"{{_server.Server.Token(0)}}"}""")).Is(HttpStatusCode.OK);

        Assert.Equal(["creation acknowledged", "state inProgress", "item 1 completed", "state completed"], (await listener.WaitAsync(4)).Told());
        Assert.Equal(1, (await _server.Server.WaitForAsync(id, delivery => delivery.MissedEvents > 0)).MissedEvents);
    }

    private async Task CancelAsync(string id) =>
        (await _server.Server.SendAsync(HttpMethod.Post, CancelPath, $$"""{"serviceOrder":{"id":"{{id}}"} }""")).Is(HttpStatusCode.Created);

    private async Task PatchAsync(string id, string json, string type = "application/merge-patch+json") =>
        (await _server.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", json, ("Content-Type", type))).Is(HttpStatusCode.OK);
}
