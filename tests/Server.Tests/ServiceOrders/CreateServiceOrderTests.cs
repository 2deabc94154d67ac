using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

public sealed class CreateServiceOrderTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Fiber_order_is_created_with_everything_that_was_sent()
    {
        var answer = await _server.PostOrderAsync(ExampleOrders.Fiber);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var order = answer.Json.AsObject();
        var id = (string)order["id"]!;
        Assert.Equal($"{_server.Http.BaseAddress}tmf-api/serviceOrdering/v4/serviceOrder/{id}", (string)order["href"]!);
        Assert.Equal((string)order["href"]!, answer.Headers["Location"]);
        Assert.Equal("\"1\"", answer.Headers["ETag"]);
        Assert.Equal("acknowledged", (string)order["state"]!);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)order["orderDate"]!);
        Assert.All(order["serviceOrderItem"]!.AsArray(), item => Assert.Equal("acknowledged", (string)item!["state"]!));
        AssertSame(ExampleOrders.Fiber, WithoutServerSet(order));
    }

    [Fact]
    public async Task Order_placed_over_gRPC_equals_the_one_placed_over_REST()
    {
        var overRest = (await _server.PostOrderAsync(ExampleOrders.Fiber)).Json.AsObject();

        var sent = JsonFormat.Parse<ServiceOrder>(System.Text.Encoding.UTF8.GetBytes(ExampleOrders.Fiber));
        var overGrpc = await _server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = sent }, cancellationToken: Cancel);
        var json = JsonNode.Parse(JsonFormat.ToUtf8Bytes(overGrpc.ServiceOrder))!.AsObject();

        Assert.StartsWith(_server.Http.BaseAddress!.ToString(), (string)json["href"]!);
        AssertSame(WithoutServerSet(overRest).ToJsonString(), WithoutServerSet(json));
    }

    [Fact]
    public async Task Smallest_order_is_created()
    {
        var answer = await _server.PostOrderAsync(ExampleOrders.Minimal);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal("{}", answer.Json["serviceOrderItem"]![0]!["service"]!.ToJsonString());
        Assert.Equal("ServiceOrder", (string)answer.Json["@type"]!);
    }

    [Fact]
    public async Task Members_that_only_the_server_sets_are_ignored_whatever_they_hold()
    {
        var answer = await _server.PostOrderAsync(
            """
            {"id":"mine","href":7,"state":"noSuchState","orderDate":"yesterday","completionDate":false,"milestone":"none",
             "serviceOrderItem":[{"id":"1","action":"add","state":"COMPLETED","service":{"state":"active"}}]}
            """);

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.NotEqual("mine", (string)answer.Json["id"]!);
        Assert.Equal("acknowledged", (string)answer.Json["state"]!);
        Assert.Equal("acknowledged", (string)answer.Json["serviceOrderItem"]![0]!["state"]!);
        Assert.Equal("active", (string)answer.Json["serviceOrderItem"]![0]!["service"]!["state"]!);
        Assert.Null(answer.Json["completionDate"]);
        Assert.Null(answer.Json["milestone"]);
    }

    [Fact]
    public async Task Strict_handling_refuses_members_that_only_the_server_sets()
    {
        var answer = await _server.PostOrderAsync(
            """{"id":"mine","serviceOrderItem":[{"id":"1","action":"add","state":"completed","service":{}}]}""",
            ("Prefer", "handling=strict"));

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal([("/id", "FIELD_READ_ONLY"), ("/serviceOrderItem/0/state", "FIELD_READ_ONLY")], answer.Violations);
    }

    [Fact]
    public async Task Server_set_fields_are_ignored_over_gRPC_too()
    {
        var request = MinimalRequest();
        request.ServiceOrder.Id = "mine";
        request.ServiceOrder.State = ServiceOrderState.Completed;
        request.ServiceOrder.Milestone.Add(new ServiceOrderMilestone { Name = "PointOfNoReturn" });
        request.ServiceOrder.ServiceOrderItem[0].State = ServiceOrderItemState.Completed;

        var created = (await _server.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Cancel)).ServiceOrder;

        Assert.NotEqual("mine", created.Id);
        Assert.Equal(ServiceOrderState.Acknowledged, created.State);
        Assert.Empty(created.Milestone);
        Assert.Equal(ServiceOrderItemState.Acknowledged, created.ServiceOrderItem[0].State);
    }

    [Fact]
    public async Task Members_unknown_to_the_standard_are_read_back_at_every_level()
    {
        const string Sent =
            """
            {"customerTier":"gold","serviceOrderItem":[{"id":"1","action":"add","site":{"floor":3,"tags":["a",null,true]},
             "service":{"rfsKind":"gpon","place":[{"role":"site","geo":{"lat":49.6}}],
                        "serviceCharacteristic":[{"name":"n","value":null,"unit":"Mbps"}],
                        "feature":[{"name":"f","vendor":"x"}]}}]}
            """;
        var created = await _server.PostOrderAsync(Sent);
        Assert.Equal(HttpStatusCode.Created, created.Status);

        var read = await _server.GetAsync(created.Headers["Location"]);
        AssertSame(Sent, WithoutServerSet(read.Json.AsObject()), "@type");

        var overGrpc = await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = (string)read.Json["id"]! }, cancellationToken: Cancel);
        Assert.Equal("gold", overGrpc.ServiceOrder.Extensions.Fields["customerTier"].StringValue);
        Assert.Equal(3, overGrpc.ServiceOrder.ServiceOrderItem[0].Extensions.Fields["site"].StructValue.Fields["floor"].NumberValue);
    }

    [Fact]
    public async Task Dates_keep_their_instant_and_are_cut_to_milliseconds()
    {
        var answer = await _server.PostOrderAsync(
            """{"requestedStartDate":"2026-01-15T10:00:00.1239+02:00","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        Assert.Equal("2026-01-15T08:00:00.123Z", (string)answer.Json["requestedStartDate"]!);
    }

    [Fact]
    public async Task Date_over_gRPC_is_cut_to_milliseconds_too()
    {
        var request = MinimalRequest();
        request.ServiceOrder.RequestedStartDate = new() { Seconds = 1_768_464_000, Nanos = 123_999_999 };

        var created = (await _server.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Cancel)).ServiceOrder;

        Assert.Equal(123_000_000, created.RequestedStartDate.Nanos);
    }

    [Theory]
    [InlineData("""{}""", "/serviceOrderItem", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[]}""", "/serviceOrderItem", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"action":"add","service":{}}]}""", "/serviceOrderItem/0/id", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","service":{}}]}""", "/serviceOrderItem/0/action", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add"}]}""", "/serviceOrderItem/0/service", "FIELD_MISSING")]
    [InlineData("""{"note":[{}],"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""", "/note/0/text", "FIELD_MISSING")]
    [InlineData("""{"relatedParty":[{"name":"x"}],"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""", "/relatedParty/0/id", "FIELD_MISSING")]
    [InlineData("""{"externalReference":[{}],"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""", "/externalReference/0/name", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{"serviceCharacteristic":[{"name":"a"}]}}]}""",
        "/serviceOrderItem/0/service/serviceCharacteristic/0/value", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{"place":[{"id":"a"}]}}]}""",
        "/serviceOrderItem/0/service/place/0/role", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{},"appointment":{}}]}""", "/serviceOrderItem/0/appointment/id", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"ADD","service":{}}]}""", "/serviceOrderItem/0/action", "FIELD_INVALID")]
    [InlineData("""{"serviceOrderItem":[{"id":"","action":"add","service":{}}]}""", "/serviceOrderItem/0/id", "FIELD_INVALID")]
    [InlineData("""{"priority":1,"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""", "/priority", "FIELD_INVALID")]
    [InlineData("""{"requestedStartDate":"2026-01-15T10:00:00","serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""",
        "/requestedStartDate", "FIELD_INVALID")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{}},{"id":"1","action":"add","service":{}}]}""",
        "/serviceOrderItem/1/id", "SERVICE_ORDER_ITEM_DUPLICATE")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}]}""",
        "/serviceOrderItem/0/serviceOrderItem/0/id", "SERVICE_ORDER_ITEM_DUPLICATE")]
    public async Task Order_that_breaks_a_rule_is_refused_with_the_place(string json, string path, string reason)
    {
        var answer = await _server.PostOrderAsync(json);

        answer.IsError(HttpStatusCode.BadRequest, reason == "FIELD_MISSING" ? "23" : "24");
        Assert.Equal([(path, reason)], answer.Violations);
    }

    [Fact]
    public async Task All_violations_come_at_once()
    {
        var answer = await _server.PostOrderAsync(
            """{"priority":1,"note":[{}],"relatedParty":[{"id":[]}],"serviceOrderItem":[{"id":"1","action":"nothing"}]}""");

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal(
            ["/note/0/text", "/priority", "/relatedParty/0/id", "/serviceOrderItem/0/action", "/serviceOrderItem/0/service"],
            answer.Violations.Select(violation => violation.Path).Order());
        Assert.Contains("add, modify, delete, noChange", answer.Body);
    }

    [Fact]
    public async Task Relationship_to_an_item_that_is_not_there_is_refused()
    {
        var answer = await _server.PostOrderAsync(ExampleOrders.WithDependencies(("1", ["2"])));

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal([("/serviceOrderItem/0/serviceOrderItemRelationship/0/orderItem/itemId", "SERVICE_ORDER_ITEM_UNKNOWN")], answer.Violations);
    }

    [Fact]
    public async Task Relationship_to_an_item_of_another_order_needs_that_item()
    {
        var other = await _server.PlaceOrderAsync();
        string Order(string order, string item) =>
            $$"""{"serviceOrderItem":[{"id":"7","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"{{item}}","serviceOrderId":"{{order}}"} }]}]}""";

        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(Order(other, "1"))).Status);
        foreach (var refused in new[] { Order(other, "9"), Order("nobody", "1") })
        {
            var answer = (await _server.PostOrderAsync(refused)).IsError(HttpStatusCode.BadRequest, "24");
            Assert.Equal("SERVICE_ORDER_ITEM_UNKNOWN", Assert.Single(answer.Violations).Reason);
        }
    }

    [Fact]
    public async Task Circle_of_dependencies_is_refused_and_named()
    {
        var answer = await _server.PostOrderAsync(ExampleOrders.WithDependencies(("0", ["1"]), ("1", ["2"]), ("2", ["3"]), ("3", ["1"])));

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal([("/serviceOrderItem", "SERVICE_ORDER_ITEM_CYCLE")], answer.Violations);
        Assert.Contains("1 -> 2 -> 3 -> 1", answer.Body);
    }

    [Fact]
    public async Task Item_that_depends_on_itself_is_refused()
    {
        var answer = await _server.PostOrderAsync(ExampleOrders.WithDependencies(("1", ["1"])));

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Contains("1 -> 1", answer.Body);
    }

    [Fact]
    public async Task Long_chain_of_dependencies_is_no_circle()
    {
        var items = Enumerable.Range(0, 5000).Select(i => ($"{i}", i == 4999 ? Array.Empty<string>() : [$"{i + 1}"])).ToArray();

        Assert.Equal(HttpStatusCode.Created, (await _server.PostOrderAsync(ExampleOrders.WithDependencies(items))).Status);
    }

    [Fact]
    public async Task Refusal_over_gRPC_carries_every_violation()
    {
        var request = MinimalRequest();
        request.ServiceOrder.Note.Add(new Note());
        request.ServiceOrder.ServiceOrderItem[0].Action = (OrderItemAction)99;

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Cancel));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(ErrorReason.RequestInvalid, error.ErrorReason);
        Assert.Equal(
            [("service_order.note[0].text", "FIELD_MISSING"), ("service_order.service_order_item[0].action", "FIELD_INVALID")],
            error.Violations.Select(violation => (violation.Field, violation.Reason)));
    }

    [Fact]
    public async Task Request_without_an_order_is_refused_over_gRPC()
    {
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest(), cancellationToken: Cancel));

        Assert.Equal(["service_order"], error.Violations.Select(violation => violation.Field));
    }

    [Fact]
    public async Task Extension_with_the_name_of_a_known_member_is_refused()
    {
        var request = MinimalRequest();
        request.ServiceOrder.Extensions = new() { Fields = { ["description"] = Google.Protobuf.WellKnownTypes.Value.ForString("x") } };

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Cancel));

        Assert.Equal([("service_order.extensions.description", "FIELD_INVALID")], error.Violations.Select(violation => (violation.Field, violation.Reason)));
    }

    [Fact]
    public async Task Fields_trims_the_answer_of_a_creation()
    {
        var answer = await _server.SendAsync(HttpMethod.Post, $"{RunningServer.ServiceOrderPath}?fields=state", ExampleOrders.Fiber);

        Assert.Equal(["@type", "href", "id", "state"], answer.Json.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
    }

    private static CreateServiceOrderRequest MinimalRequest() => new()
    {
        ServiceOrder = new ServiceOrder { ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new() } } },
    };


    private static JsonObject WithoutServerSet(JsonObject order)
    {
        var copy = order.DeepClone().AsObject();
        foreach (var name in new[] { "id", "href", "state", "orderDate" })
            copy.Remove(name);
        foreach (var item in copy["serviceOrderItem"]!.AsArray())
            item!.AsObject().Remove("state");
        return copy;
    }

    private static void AssertSame(string expected, JsonObject actual, params string[] added)
    {
        foreach (var name in added)
            actual.Remove(name);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}\nbut got {actual.ToJsonString()}");
    }
}
