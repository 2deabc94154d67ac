using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Tests.Events;
using ServiceOrdering.Server.Tests.Hub;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests;

/// <summary>What is accepted can be read back, in every form and by every client that is told of it.</summary>
public sealed class DepthTests : IDisposable
{
    private const string Deepest = "the innermost";
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Order_as_deep_as_is_allowed_is_told_in_every_form()
    {
        await using var tmf = await Listener.StartAsync();
        await using var cloud = await Listener.StartAsync();
        await _server.SubscribeAsync(tmf);
        await _server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = new() { Callback = cloud.Callback, Format = EventPayloadFormat.CloudEvents } },
            cancellationToken: Cancel);
        using var watch = await WatchAsync(new WatchEventsRequest());

        var id = await _server.PlaceOrderAsync(Order(Nested(JsonFormat.MaxDepth - 1)));

        Assert.Contains(Deepest, (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/{id}")).Body);
        Assert.Contains(Deepest, (await _server.GetAsync(RunningServer.ServiceOrderPath)).Body);
        Assert.Contains(Deepest, (await GetAsync(id)).ToString());
        Assert.Contains(Deepest, Assert.Single(await ListAsync()).ToString());
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.Contains(Deepest, watch.ResponseStream.Current.Event.ToString());
        using var snapshot = await WatchAsync(new WatchEventsRequest { IncludeSnapshot = true });
        Assert.True(await snapshot.ResponseStream.MoveNext(Cancel));
        Assert.Contains(Deepest, snapshot.ResponseStream.Current.SnapshotItem.ToString());
        Assert.Contains(Deepest, (await tmf.WaitAsync(1)).Single().Body);
        Assert.Contains(Deepest, (await cloud.WaitAsync(1)).Single().Body);
    }

    [Fact]
    public async Task Order_that_is_deeper_is_refused_with_its_place()
    {
        var refused = (await _server.PostOrderAsync(Order(Nested(JsonFormat.MaxDepth)))).IsError(HttpStatusCode.BadRequest, "22");

        Assert.StartsWith("/deep/a/a", Assert.Single(refused.Violations).Path);
        Assert.Contains("deeper than the 30 levels", refused.Body);
    }

    [Fact]
    public async Task Message_that_is_deeper_is_refused_with_its_place()
    {
        var order = EventHistory.MinimalOrder();
        order.Extensions = new Struct { Fields = { ["deep"] = DeepValue(JsonFormat.MaxDepth) } };

        var refusal = await Assert.ThrowsAsync<Client.ServiceOrderingException>(async () =>
            await _server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        var violation = Assert.Single(refusal.Violations);
        Assert.StartsWith("service_order.extensions.deep.a.a", violation.Field);
        Assert.Contains("deeper than the 30 levels", violation.Message);

        order.Extensions = new Struct { Fields = { ["deep"] = DeepValue(JsonFormat.MaxDepth - 1) } };
        await _server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel);
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task Items_within_items_count_as_well()
    {
        static ServiceOrderItem Item(int levels) => levels == 1
            ? new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new() }
            : new ServiceOrderItem { Id = $"{levels}", Action = OrderItemAction.Add, Service = new(), ServiceOrderItem_ = { Item(levels - 1) } };

        // An order, and for each item an array, itself and its service.
        await _server.ServiceOrders.CreateServiceOrderAsync(
            new CreateServiceOrderRequest { ServiceOrder = new() { ServiceOrderItem = { Item(14) } } }, cancellationToken: Cancel);
        var refusal = await Assert.ThrowsAsync<Client.ServiceOrderingException>(async () => await _server.ServiceOrders.CreateServiceOrderAsync(
            new CreateServiceOrderRequest { ServiceOrder = new() { ServiceOrderItem = { Item(15) } } }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Single(await ListAsync());
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"deep":DEEP}""")]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/deep","value":DEEP}]""")]
    public async Task Change_that_is_deeper_is_refused(string contentType, string patch)
    {
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";

        var refused = await _server.SendAsync(
            HttpMethod.Patch, path, patch.Replace("DEEP", Nested(JsonFormat.MaxDepth), StringComparison.Ordinal), ("Content-Type", contentType));
        var accepted = await _server.SendAsync(
            HttpMethod.Patch, path, patch.Replace("DEEP", Nested(JsonFormat.MaxDepth - 1), StringComparison.Ordinal), ("Content-Type", contentType));

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("30 levels", refused.Body);
        Assert.Equal(HttpStatusCode.OK, accepted.Status);
        Assert.Single(await ListAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("event.serviceOrder.externalId=mine")]
    public async Task Order_of_an_older_database_that_is_deeper_ends_no_page_and_no_stream(string query)
    {
        using var live = await WatchAsync(new WatchEventsRequest { Query = query });
        await _server.PlaceOrderAsync(Order("1"));
        var id = await _server.PlaceOrderAsync(Order("2"));
        await _server.PlaceOrderAsync(Order("3"));
        await _server.ExecuteAsync(
            "update service_order set body = substr(body, 1, length(body) - 1) || @deep where id = @id", new { id, deep = $",\"more\":{Nested(62)}}}" });
        await _server.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = await _server.PlaceOrderAsync(Order("4")) }, cancellationToken: Cancel);

        var listed = await ListAsync();
        Assert.Equal(3, listed.Count);
        Assert.DoesNotContain(Deepest, listed[1].ToString());
        Assert.Contains("\"a\": { ", listed[1].ToString());
        Assert.Equal(3, (await _server.GetAsync(RunningServer.ServiceOrderPath)).Json.AsArray().Count);

        var items = 0;
        using var snapshot = await WatchAsync(new WatchEventsRequest { Query = query, IncludeSnapshot = true });
        while (await snapshot.ResponseStream.MoveNext(Cancel) && snapshot.ResponseStream.Current.SnapshotComplete is null)
            items += snapshot.ResponseStream.Current.SnapshotItem is null ? 0 : 1;
        Assert.Equal(3, items);

        // What it is changed to would be as deep, or less than it was: until it is mended nothing of it is lost.
        var patched = await _server.SendAsync(
            HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"description":"x"}""", ("Content-Type", "application/merge-patch+json"));
        Assert.Contains("30 levels", patched.IsError(HttpStatusCode.BadRequest, "24").Body);
        var mended = await _server.SendAsync(
            HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"more":null}""", ("Content-Type", "application/merge-patch+json"));
        Assert.Equal(HttpStatusCode.OK, mended.Status);
        var told = _server.Query<string>($"select id from event_log {(query.Length == 0 ? "" : "where type = 'ServiceOrderCreateEvent'")} order by position");
        foreach (var eventId in told)
        {
            Assert.True(await live.ResponseStream.MoveNext(Cancel));
            Assert.Equal(eventId, live.ResponseStream.Current.Event.EventId());
        }
    }

    private static string Order(string deep) => $$"""{"externalId":"mine","deep":{{deep}},{{ExampleOrders.Minimal[1..]}}""";

    /// <summary>Objects within each other.</summary>
    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":", depth)) + $"\"{Deepest}\"" + new string('}', depth);

    private static Value DeepValue(int depth)
    {
        var value = Value.ForString(Deepest);
        for (var i = 0; i < depth; i++)
            value = Value.ForStruct(new Struct { Fields = { ["a"] = value } });
        return value;
    }

    private async Task<ServiceOrder> GetAsync(string id) =>
        (await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Cancel)).ServiceOrder;

    private async Task<IReadOnlyList<ServiceOrder>> ListAsync() =>
        (await _server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Cancel)).ServiceOrders;

    private async Task<AsyncServerStreamingCall<WatchEventsResponse>> WatchAsync(WatchEventsRequest request)
    {
        var call = _server.Events.WatchEvents(request, cancellationToken: Cancel);
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        return call;
    }
}
