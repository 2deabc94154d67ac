using System.Net;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Tests.Events;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>What a listener gets.</summary>
public sealed class WebhookDeliveryTests : IDisposable
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Listener_gets_every_event_after_its_registration_in_order()
    {
        await using var listener = await Listener.StartAsync();
        await _server.PlaceOrderAsync();
        var id = await _server.SubscribeAsync(listener);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _server.PlaceOrderAsync()));

        var received = await listener.WaitAsync(100);

        Assert.Equal(_server.EventIds().Skip(1), received.Select(delivery => delivery.EventId));
        var state = await _server.WaitForAsync(id, delivery => delivery.Lag == 0);
        Assert.Equal((EventDeliveryState.Active, _server.Token(101)), (state.State, state.ResumeToken));
        Assert.NotNull(state.LastSuccess);
    }

    [Fact]
    public async Task Body_is_the_event_with_the_href_of_its_resource()
    {
        await using var listener = await Listener.StartAsync();
        await _server.SubscribeAsync(listener);
        var order = await _server.PlaceOrderAsync();

        var delivery = Assert.Single(await listener.WaitAsync(1));

        Assert.Equal("application/json; charset=utf-8", delivery.Headers["Content-Type"]);
        Assert.Equal("ServiceOrderCreateEvent", (string?)delivery.Json["eventType"]);
        Assert.Equal(delivery.EventId, (string?)delivery.Json["eventId"]);
        var shown = delivery.Json["event"]!["serviceOrder"]!;
        Assert.Equal((order, "acknowledged"), ((string?)shown["id"], (string?)shown["state"]));
        Assert.Equal($"{_server.Http.BaseAddress!.ToString().TrimEnd('/')}{RunningServer.ServiceOrderPath}/{order}", (string?)shown["href"]);
    }

    [Fact]
    public async Task Query_chooses_events_and_fields_trim_them()
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.SubscribeAsync(listener, "eventType = ServiceOrderDeleteEvent,ServiceOrderCreateEvent & filter=$.event.serviceOrder[?(@.externalId=='mine')] & fields = event.serviceOrder.externalId,event.serviceOrder.state");
        await _server.PlaceOrderAsync();
        await _server.PlaceOrderAsync("""{"externalId":"mine","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");
        await _server.PlaceOrderAsync("""{"externalId":"yours","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        await _server.WaitForAsync(id, delivery => delivery.ResumeToken == _server.Token(3));

        var delivery = Assert.Single(listener.Received);
        Assert.Equal(["event", "eventId", "eventTime", "eventType"], delivery.Json.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        var order = delivery.Json["event"]!["serviceOrder"]!.AsObject();
        Assert.Equal("mine", (string?)order["externalId"]);
        Assert.Equal("acknowledged", (string?)order["state"]);
        Assert.False(order.ContainsKey("serviceOrderItem"));
    }

    [Fact]
    public async Task Hub_of_the_inventory_sends_events_of_services_and_none_of_orders()
    {
        await using var listener = await Listener.StartAsync();
        (await _server.RegisterAsync(new { callback = listener.Callback }, HubServer.InventoryPath)).Is(HttpStatusCode.Created);
        await _server.PlaceOrderAsync();
        var service = await _server.SendAsync(HttpMethod.Post, "/tmf-api/serviceInventory/v5/service",
            """{"@type":"Service","state":"inactive","serviceSpecification":{"id":"broadband"}}""");
        Assert.Equal(HttpStatusCode.Created, service.Status);
        var href = service.Headers["Location"];
        Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync(HttpMethod.Patch, href, """{"state":"active"}""")).Status);
        await _server.PlaceOrderAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, href)).Status);

        var received = await listener.WaitAsync(4);

        Assert.Equal(
            ["ServiceCreateEvent", "ServiceAttributeValueChangeEvent", "ServiceStateChangeEvent", "ServiceDeleteEvent"],
            received.Select(delivery => (string?)delivery.Json["eventType"]));
        Assert.All(received, delivery => Assert.Equal(href, (string?)delivery.Json["event"]!["service"]!["href"]));
    }

    [Fact]
    public async Task Cloud_event_is_sent_to_who_asks_for_it()
    {
        await using var listener = await Listener.StartAsync();
        (await _server.RegisterAsync(new { callback = listener.Callback, format = "cloudEvents", query = "fields=none" })).Is(HttpStatusCode.Created);
        var order = await _server.PlaceOrderAsync();

        var delivery = Assert.Single(await listener.WaitAsync(1));

        Assert.Equal("application/cloudevents+json; charset=utf-8", delivery.Headers["Content-Type"]);
        Assert.Equal("1.0", (string?)delivery.Json["specversion"]);
        Assert.Equal(delivery.EventId, (string?)delivery.Json["id"]);
        Assert.Equal($"{_server.Http.BaseAddress}tmf-api/serviceOrdering/v4", (string?)delivery.Json["source"]);
        Assert.Equal(("ServiceOrderCreateEvent", $"serviceOrder/{order}"), ((string?)delivery.Json["type"], (string?)delivery.Json["subject"]));
        Assert.Equal("application/json", (string?)delivery.Json["datacontenttype"]);
        Assert.Equal((string?)delivery.Json["data"]!["eventTime"], (string?)delivery.Json["time"]);
    }

    [Fact]
    public async Task Signature_can_be_verified_and_rotation_signs_with_both_secrets()
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.SubscribeAsync(listener, secret: Secret);
        await _server.PlaceOrderAsync();
        var first = (await listener.WaitAsync(1))[0];
        Assert.Equal(Signature(Secret, first), first.Headers["webhook-signature"]);

        var made = (await _server.Deliveries().RotateEventSubscriptionSecretAsync(
            new RotateEventSubscriptionSecretRequest { Id = id }, cancellationToken: Cancel)).Secret;
        await _server.PlaceOrderAsync();
        var second = (await listener.WaitAsync(1))[1];
        Assert.Equal($"{Signature(made, second)} {Signature(Secret, second)}", second.Headers["webhook-signature"]);

        await _server.Deliveries().RotateEventSubscriptionSecretAsync(
            new RotateEventSubscriptionSecretRequest { Id = id, Secret = Secret, PreviousValidFor = new Duration() }, cancellationToken: Cancel);
        await _server.PlaceOrderAsync();
        var third = (await listener.WaitAsync(1))[2];
        Assert.Equal(Signature(Secret, third), third.Headers["webhook-signature"]);
    }

    [Fact]
    public async Task Without_a_secret_deliveries_are_not_signed()
    {
        await using var listener = await Listener.StartAsync();
        await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();

        var delivery = Assert.Single(await listener.WaitAsync(1));

        Assert.False(delivery.Headers.ContainsKey("webhook-signature"));
        Assert.InRange(long.Parse(delivery.Headers["webhook-timestamp"]), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Events_after_a_token_are_sent_again_with_the_ids_that_they_had()
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.SubscribeAsync(listener);
        for (var i = 0; i < 5; i++)
            await _server.PlaceOrderAsync();
        await listener.WaitAsync(5);

        var attempts = await _server.Deliveries().ListDeliveryAttemptsAsync(new ListDeliveryAttemptsRequest { Id = id }, cancellationToken: Cancel);
        var fourth = attempts.DeliveryAttempts.Single(attempt => attempt.Number == 4).ResumeToken;

        var answer = (await _server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:replay", $$"""{"resumeToken":"{{fourth}}"}""")).Is(HttpStatusCode.OK);

        Assert.Equal(fourth, (string?)answer.Json["delivery"]!["resumeToken"]);
        var received = await listener.WaitAsync(2);
        Assert.Equal(_server.EventIds().Skip(3), received.Skip(5).Select(delivery => delivery.EventId));
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Deliveries().ReplayEventsAsync(
            new ReplayEventsRequest { Id = id, ResumeToken = _server.Token(7) }, cancellationToken: Cancel));
        Assert.Equal(ErrorReason.ResumeTokenInvalid, error.ErrorReason);
    }

    [Fact]
    public async Task Events_that_are_no_longer_kept_are_counted_and_cannot_be_replayed()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(410);
        var id = await _server.SubscribeAsync(listener);
        for (var i = 0; i < 4; i++)
            await _server.PlaceOrderAsync();
        await _server.WaitForAsync(id, delivery => delivery.State == EventDeliveryState.Suspended);
        await _server.ExecuteAsync("delete from event_log where position <= 3");

        listener.Answers(200);
        await _server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:resume");

        var delivery = await _server.WaitForAsync(id, state => state.Lag == 0);
        Assert.Equal(3, delivery.MissedEvents);
        Assert.Equal(_server.EventIds(), listener.Received.Skip(1).Select(received => received.EventId));
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Deliveries().ReplayEventsAsync(
            new ReplayEventsRequest { Id = id, ResumeToken = _server.Token(2) }, cancellationToken: Cancel));
        Assert.Equal((ErrorReason.ResumeTokenExpired, Grpc.Core.StatusCode.OutOfRange), (error.ErrorReason, error.StatusCode));
        Assert.Equal(_server.Token(3), error.Metadata["oldestToken"]);
    }

    [Fact]
    public async Task Listener_whose_events_are_all_gone_gets_the_next_that_happens()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(410);
        var id = await _server.SubscribeAsync(listener);
        for (var i = 0; i < 4; i++)
            await _server.PlaceOrderAsync();
        await _server.WaitForAsync(id, delivery => delivery.State == EventDeliveryState.Suspended);
        await _server.ExecuteAsync("delete from event_log");

        listener.Answers(200);
        await _server.SendAsync(HttpMethod.Post, $"/events/v1/subscriptions/{id}:resume");

        var delivery = await _server.WaitForAsync(id, state => state.MissedEvents > 0);
        Assert.Equal((4, _server.Token(4)), (delivery.MissedEvents, delivery.ResumeToken));
        await _server.PlaceOrderAsync();
        Assert.Equal(Assert.Single(_server.EventIds()), (await listener.WaitAsync(2))[^1].EventId);
    }

    [Fact]
    public async Task What_a_listener_answered_is_recorded_before_the_server_stops_and_is_not_sent_again()
    {
        var answer = new TaskCompletionSource();
        await using var listener = await Listener.StartAsync();
        listener.Answer = (_, _) => answer.Task.WaitAsync(Cancel);
        var id = await _server.SubscribeAsync(listener);
        await _server.PlaceOrderAsync();
        await listener.WaitAsync(1);
        // Has nothing to record: it shows that deliveries were told to stop.
        await using var idle = await Listener.StartAsync();
        var idleId = await _server.SubscribeAsync(idle);
        var dispatcher = _server.Service<WebhookDispatcher>();
        var idler = await _server.Service<EventSubscriptionStore>().GetAsync("", idleId, Sight.All);
        await WaitAsync(() => dispatcher.PositionOf(idler) == 1);

        // The writer is busy while the answer comes and while deliveries are stopped.
        using var busy = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var write = _server.Service<Database>().WriteAsync(Caller.Server, _ =>
        {
            busy.Set();
            return ValueTask.FromResult(go.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
        }, Cancel);
        busy.Wait(Cancel);
        answer.SetResult();
        await _server.WaitForAsync(id, delivery => delivery.ResumeToken == _server.Token(1));
        var stop = dispatcher.StopAsync(Cancel);
        await WaitAsync(() => dispatcher.PositionOf(idler) is null);
        var recorded = (await _server.GetAsync($"/events/v1/subscriptions/{id}/attempts")).Json.AsArray();
        var isStopped = stop.IsCompleted;
        go.Set();
        await stop;

        Assert.Empty(recorded);
        Assert.False(isStopped);
        Assert.True(await write);
        using var restarted = new RunningServer(_server.Database.ForAnotherServer());
        await restarted.PlaceOrderAsync();
        var received = await listener.WaitAsync(1);
        Assert.Equal(restarted.EventIds(), received.Select(delivery => delivery.EventId));
    }

    [Fact]
    public async Task Events_that_do_not_match_are_passed_over_without_a_write_for_each()
    {
        await using var listener = await Listener.StartAsync();
        var id = await _server.SubscribeAsync(listener, "eventType=ServiceOrderDeleteEvent");
        var order = await _server.PlaceOrderAsync();
        for (var i = 0; i < 20; i++)
            await _server.PlaceOrderAsync();
        (await _server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{order}")).Is(HttpStatusCode.NoContent);

        var deleted = Assert.Single(await listener.WaitAsync(1));

        Assert.Equal(order, (string?)deleted.Json["event"]!["serviceOrder"]!["id"]);
        await _server.WaitForAsync(id, delivery => delivery.ResumeToken == _server.Token(22) && delivery.Lag == 0);
    }

    [Fact]
    public async Task Hundred_subscriptions_each_get_every_event_in_order()
    {
        const int Subscriptions = 100;
        await using var listener = await Listener.StartAsync();
        for (var i = 0; i < Subscriptions; i++)
            (await _server.RegisterAsync(new { callback = new Uri(listener.Address, $"/{i}") })).Is(HttpStatusCode.Created);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _server.PlaceOrderAsync()));
        await listener.WaitAsync(Subscriptions * 20);

        var expected = _server.EventIds();
        Assert.All(listener.Received.GroupBy(delivery => delivery.Path), one => Assert.Equal(expected, one.Select(delivery => delivery.EventId)));
    }

    [Fact]
    public async Task Removed_listener_gets_nothing_more()
    {
        await using var removed = await Listener.StartAsync();
        await using var other = await Listener.StartAsync();
        var id = await _server.SubscribeAsync(removed);
        await _server.SubscribeAsync(other);
        await _server.PlaceOrderAsync();
        await removed.WaitAsync(1);

        (await _server.SendAsync(HttpMethod.Delete, $"{HubServer.Path}/{id}")).Is(HttpStatusCode.NoContent);
        await _server.PlaceOrderAsync();
        await other.WaitAsync(2);

        Assert.Single(removed.Received);
    }

    [Fact]
    public async Task Attempts_can_be_looked_at_and_only_the_latest_are_kept()
    {
        using var server = new RunningServer(("Webhooks:AttemptsKept", "3"));
        await using var listener = await Listener.StartAsync();
        var id = await server.SubscribeAsync(listener);
        for (var i = 0; i < 5; i++)
            await server.PlaceOrderAsync();
        // The answer counts at once; the attempt is there when it is recorded.
        await WaitAsync(() => server.Query<long>("select attempts from event_subscription") is [5]);

        var attempts = (await server.GetAsync($"/events/v1/subscriptions/{id}/attempts")).Is(HttpStatusCode.OK).Json.AsArray();

        Assert.Equal(["5", "4", "3"], attempts.Select(attempt => (string?)attempt!["number"]));
        Assert.Equal(listener.Received[4].EventId, (string?)attempts[0]!["eventId"]);
        Assert.All(attempts, attempt => Assert.Equal(204, (int?)attempt!["statusCode"]));
    }

    [Fact]
    public async Task Hanging_listeners_do_not_delay_another()
    {
        using var server = new RunningServer(("Webhooks:MaxConcurrentDeliveries", "2"), ("Webhooks:Timeout", "00:00:02"), ("Webhooks:RetryDelays:0", "00:00:00.001"));
        await using var hanging = await Listener.StartAsync();
        hanging.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        await using var prompt = await Listener.StartAsync();
        for (var i = 0; i < 6; i++)
            await server.SubscribeAsync(hanging, $"eventId.ne={i}");
        await server.PlaceOrderAsync();
        // Every one of them has hung once, and from then on has a lane of its own.
        await hanging.WaitAsync(7);
        var id = await server.SubscribeAsync(prompt);

        for (var i = 0; i < 20; i++)
            await server.PlaceOrderAsync();

        await prompt.WaitAsync(20);
        var attempts = await server.Deliveries().ListDeliveryAttemptsAsync(new ListDeliveryAttemptsRequest { Id = id }, cancellationToken: Cancel);
        Assert.All(attempts.DeliveryAttempts, attempt => Assert.True(attempt.Duration.ToTimeSpan() < TimeSpan.FromSeconds(1)));
    }

    private static async Task WaitAsync(Func<bool> isReached)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isReached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "Nothing comes of it.");
            await Task.Yield();
        }
    }

    private static string Signature(string secret, Delivery delivery) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(secret["whsec_".Length..]),
        Encoding.UTF8.GetBytes($"{delivery.EventId}.{delivery.Headers["webhook-timestamp"]}.{delivery.Body}")));
}
