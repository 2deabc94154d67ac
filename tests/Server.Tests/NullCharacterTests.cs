using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Events;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests;

/// <summary>U+0000, which not every database can hold, is in no text of a client.</summary>
public sealed class NullCharacterTests : IDisposable
{
    private readonly RunningServer _server = new();

    public static TheoryData<string, string> Bodies => new()
    {
        { """{"description":"a\u0000b",""", "/description" },
        { """{"extra":{"b":["\u0000"]},""", "/extra/b/0" },
        { """{"extra":{"\u0000":1},""", "/extra/\0" },
        { """{"\u0000":1,""", "/\0" },
        { """{"note":[{"text":"\u0000"}],""", "/note/0/text" },
    };

    public static TheoryData<Action<CreateServiceOrderRequest>, string> Changes => new()
    {
        { request => request.RequestId = "\0", "request_id" },
        { request => request.Fields = "\0", "fields" },
        { request => request.ServiceOrder.Description = "a\0", "service_order.description" },
        { request => request.ServiceOrder.ServiceOrderItem[0].Id = "\0", "service_order.service_order_item[0].id" },
        { request => request.ServiceOrder.Extensions = new Struct { Fields = { ["a"] = Value.ForString("\0") } }, "service_order.extensions.a" },
        { request => request.ServiceOrder.Extensions = new Struct { Fields = { ["a"] = Value.ForList(Value.ForString("\0")) } }, "service_order.extensions.a[0]" },
    };

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_with_one_is_refused(string start, string place)
    {
        var refused = (await _server.PostOrderAsync(start + ExampleOrders.Minimal[1..])).IsError(HttpStatusCode.BadRequest, "24");

        Assert.Equal(place, Assert.Single(refused.Violations).Path);
        Assert.Contains("U+0000", refused.Body);
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Patch_with_one_is_refused(string start, string place)
    {
        var path = $"{RunningServer.ServiceOrderPath}/{await _server.PlaceOrderAsync()}";

        var refused = await _server.SendAsync(HttpMethod.Patch, path, start.TrimEnd(',') + "}", ("Content-Type", "application/merge-patch+json"));

        Assert.Equal(place, Assert.Single(refused.IsError(HttpStatusCode.BadRequest, "24").Violations).Path);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Message_with_one_is_refused(Action<CreateServiceOrderRequest> change, string field)
    {
        var request = new CreateServiceOrderRequest { ServiceOrder = EventHistory.MinimalOrder() };
        change(request);

        var refusal = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Cancel));

        Assert.Equal((StatusCode.InvalidArgument, field), (refusal.StatusCode, Assert.Single(refusal.Violations).Field));
    }

    [Fact]
    public async Task Ids_and_queries_with_one_are_refused()
    {
        var refusals = new[]
        {
            await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.GetServiceOrderAsync(
                new GetServiceOrderRequest { Id = "\0" }, cancellationToken: Cancel)),
            await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.ListServiceOrdersAsync(
                new ListServiceOrdersRequest { Filter = "$.a == '\0'" }, cancellationToken: Cancel)),
            await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Events.WatchEvents(
                new WatchEventsRequest { ResourceIds = { "a", "\0" } }, cancellationToken: Cancel).ResponseStream.MoveNext(Cancel)),
        };

        Assert.All(refusals, refusal => Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode));
        Assert.Equal("resource_ids[1]", Assert.Single(refusals[2].Violations).Field);
    }
}
