using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>The life of an order as callers drive it: by patches of its state and of its items' states.</summary>
public sealed class ServiceOrderStateTests : IDisposable
{
    private const string Conflict = "62";
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);
    private readonly ManualTime _time = new(Start);
    private readonly RunningServer _server;

    public ServiceOrderStateTests() => _server = new RunningServer(_time);

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("held")]
    [InlineData("pending")]
    public async Task Order_is_suspended_and_resumed_with_its_items(string suspended)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.ChangeAsync("""{"state":"inProgress"}""");

        var held = await order.ChangeAsync($$"""{"state":"{{suspended}}"}""");
        var resumed = await order.ChangeAsync("""{"state":"inProgress"}""");

        Assert.Equal($"{suspended}: {suspended} {suspended}", StatesOf(held));
        Assert.Equal("inProgress: inProgress inProgress", StatesOf(resumed));
    }

    [Theory]
    [InlineData("inProgress")]
    [InlineData("acknowledged")]
    public async Task Resumed_order_has_each_item_where_it_was(string resumed)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2", "3", "4"));
        await order.WalkAsync(("1", "inProgress"), ("3", "pending"), ("4", "inProgress"), ("4", "completed"));

        Assert.Equal("held: held held held completed", StatesOf(await order.ChangeAsync("""{"state":"held"}""")));
        Assert.Equal("pending: pending pending pending completed", StatesOf(await order.ChangeAsync("""{"state":"pending"}""")));
        var after = await order.ChangeAsync($$"""{"state":"{{resumed}}"}""");

        Assert.Equal("inProgress: inProgress acknowledged pending completed", StatesOf(after));
    }

    [Theory]
    [InlineData("inProgress")]
    [InlineData("acknowledged")]
    public async Task Order_that_was_held_before_anything_began_is_acknowledged_again(string resumed)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.ChangeAsync("""{"state":"held"}""");

        var after = await order.ChangeAsync($$"""{"state":"{{resumed}}"}""");

        Assert.Equal("acknowledged: acknowledged acknowledged", StatesOf(after));
        Assert.Null(after["startDate"]);
    }

    [Fact]
    public async Task Item_that_was_moved_while_its_order_was_suspended_stays_there_when_the_order_is_resumed()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2", "3"));
        await order.WalkAsync(("1", "inProgress"));
        await order.ChangeAsync("""{"state":"held"}""");
        await order.WalkAsync(("2", "pending"));

        Assert.Equal("inProgress: inProgress pending acknowledged", StatesOf(await order.ChangeAsync("""{"state":"inProgress"}""")));
    }

    [Fact]
    public async Task Order_that_has_begun_is_in_progress_also_while_none_of_its_items_is()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.WalkAsync(("1", "inProgress"), ("1", "pending"));

        Assert.Equal("inProgress: acknowledged acknowledged", StatesOf(await order.WalkAsync(("1", "acknowledged"))));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("inProgress")]
    public async Task What_an_order_was_suspended_from_is_forgotten_when_it_no_longer_is(string state)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.ChangeAsync("""{"state":"held"}""");
        Assert.Equal([1], _server.Query<long>("select count(*) from service_order_suspension"));

        await order.ChangeAsync($$"""{"state":"{{state}}"}""");

        Assert.Equal([0], _server.Query<long>("select count(*) from service_order_suspension"));
    }

    [Fact]
    public async Task Pending_order_goes_back_to_acknowledged()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.ChangeAsync("""{"state":"pending"}""");

        Assert.Equal("acknowledged: acknowledged", StatesOf(await order.ChangeAsync("""{"state":"acknowledged"}""")));
    }

    [Fact]
    public async Task Order_is_cancelled_while_nothing_has_started()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.ChangeAsync("""{"state":"held"}""");
        _time.Now = Start.AddHours(1);

        var cancelled = await order.ChangeAsync("""{"state":"cancelled"}""");

        Assert.Equal("cancelled: cancelled cancelled", StatesOf(cancelled));
        Assert.Equal("2026-01-15T09:00:00.000Z", (string?)cancelled["cancellationDate"]);
        Assert.Equal("2026-01-15T09:00:00.000Z", (string?)cancelled["completionDate"]);
        Assert.Null(cancelled["startDate"]);
    }

    [Fact]
    public async Task Order_is_not_cancelled_by_its_state_once_work_has_started()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.ChangeAsync("""{"state":"inProgress"}""");
        await order.ChangeAsync("""{"state":"held"}""");

        var answer = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, """{"state":"cancelled"}""");

        Assert.Equal([("/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN")], answer.Violations);
        Assert.Contains("allowed from held: acknowledged, inProgress, pending.", answer.Body);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("failed")]
    [InlineData("partial")]
    [InlineData("rejected")]
    [InlineData("assessingCancellation")]
    [InlineData("pendingCancellation")]
    public async Task State_that_follows_from_the_items_or_from_a_cancellation_cannot_be_forced(string state)
    {
        var order = await PlacedOrder.OnAsync(_server);
        var acknowledged = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, $$"""{"state":"{{state}}"}""");
        await order.ChangeAsync("""{"state":"inProgress"}""");

        var answer = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, $$"""{"state":"{{state}}"}""");
        var error = await order.RefuseOverGrpcAsync($$"""{"state":"{{state}}"}""");

        Assert.Contains($"from acknowledged to {state}; allowed from acknowledged: pending, held, inProgress, cancelled.", acknowledged.Body);
        Assert.Contains($"from inProgress to {state}; allowed from inProgress: pending, held.", answer.Body);
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ServiceOrderChangeForbidden), (error.StatusCode, error.ErrorReason));
        Assert.Equal([("patch/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN")], error.Violations.Select(violation => (violation.Field, violation.Reason)));
    }

    [Fact]
    public async Task Items_are_driven_along_their_table_and_the_order_follows_in_the_same_write()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));

        Assert.Equal("inProgress: inProgress acknowledged", StatesOf(await order.WalkAsync(("1", "inProgress"))));
        Assert.Equal("inProgress: completed acknowledged", StatesOf(await order.WalkAsync(("1", "completed"))));
        Assert.Equal("held: completed held", StatesOf(await order.WalkAsync(("2", "held"))));
        Assert.Equal("pending: completed pending", StatesOf(await order.WalkAsync(("2", "pending"))));
        Assert.Equal("inProgress: completed inProgress", StatesOf(await order.WalkAsync(("2", "inProgress"))));
        Assert.Equal("completed: completed completed", StatesOf(await order.WalkAsync(("2", "completed"))));
        Assert.Equal("\"7\"", (await order.ReadAsync()).Headers["ETag"]);
    }

    [Theory]
    [InlineData("failed failed", "failed")]
    [InlineData("completed failed", "partial")]
    [InlineData("completed partial", "partial")]
    public async Task Final_state_follows_from_the_mix_of_the_items(string items, string state)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.ChangeAsync("""{"state":"inProgress"}""");

        var final = await order.WalkAsync(("1", items.Split(' ')[0]), ("2", items.Split(' ')[1]));

        Assert.Equal($"{state}: {items}", StatesOf(final));
    }

    [Fact]
    public async Task Dates_are_set_when_work_starts_and_when_the_order_is_final()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        _time.Now = Start.AddHours(1);
        await order.WalkAsync(("1", "inProgress"));
        _time.Now = Start.AddHours(2);
        await order.WalkAsync(("1", "completed"), ("2", "inProgress"));
        _time.Now = Start.AddHours(3);

        var completed = await order.WalkAsync(("2", "completed"));

        Assert.Equal("2026-01-15T08:00:00.000Z", (string?)completed["orderDate"]);
        Assert.Equal("2026-01-15T09:00:00.000Z", (string?)completed["startDate"]);
        Assert.Equal("2026-01-15T11:00:00.000Z", (string?)completed["completionDate"]);
        Assert.Null(completed["cancellationDate"]);
    }

    [Fact]
    public async Task Step_of_an_item_that_the_table_does_not_have_names_from_to_and_what_is_allowed()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));

        var answer = (await order.MoveAsync(("1", "completed"), ("2", "partial"))).IsError(HttpStatusCode.Conflict, Conflict);

        Assert.Equal(
            [("/serviceOrderItem/0/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN"), ("/serviceOrderItem/1/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN")],
            answer.Violations);
        Assert.Contains("Item '1' cannot go from acknowledged to completed; allowed from acknowledged: rejected, pending, held, inProgress, cancelled.", answer.Body);
        Assert.Equal("acknowledged: acknowledged acknowledged", StatesOf((await order.ReadAsync()).Json));
    }

    [Theory]
    [InlineData("assessingCancellation")]
    [InlineData("pendingCancellation")]
    public async Task State_of_a_cancellation_is_not_given_to_an_item(string state)
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.WalkAsync(("1", "inProgress"));

        (await order.MoveAsync(("1", state))).IsError(HttpStatusCode.Conflict, Conflict);
    }

    [Fact]
    public async Task Item_that_changes_nothing_is_completed_without_work()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithItems("""{"id":"1","action":"noChange","service":{"id":"x"}}"""));

        var completed = await order.WalkAsync(("1", "completed"));

        Assert.Equal("completed: completed", StatesOf(completed));
        Assert.Null(completed["startDate"]);
    }

    [Fact]
    public async Task Rejected_item_rejects_the_order_and_all_its_items()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));

        Assert.Equal("rejected: rejected rejected", StatesOf(await order.WalkAsync(("2", "rejected"))));
    }

    [Fact]
    public async Task Item_is_not_rejected_once_another_has_left_the_checking()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.WalkAsync(("1", "inProgress"), ("1", "completed"));

        var answer = (await order.MoveAsync(("2", "rejected"))).IsError(HttpStatusCode.Conflict, Conflict);

        Assert.Equal([("/serviceOrderItem/1/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN")], answer.Violations);
        Assert.Contains("item '1' is completed", answer.Body);
    }

    [Fact]
    public async Task Items_that_depend_on_a_failed_one_fail_with_it_and_say_why()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithDependencies(("a", []), ("b", ["a"]), ("c", ["b"]), ("d", [])));

        var after = await order.WalkAsync(("a", "inProgress"), ("a", "failed"));

        Assert.Equal("inProgress: failed failed failed acknowledged", StatesOf(after));
        Assert.Contains("'a'", (string?)after["serviceOrderItem"]![1]!["errorMessage"]![0]!["message"]);
        Assert.Contains("'b'", (string?)after["serviceOrderItem"]![2]!["errorMessage"]![0]!["message"]);
    }

    [Fact]
    public async Task State_of_an_item_with_items_follows_from_them_and_cannot_be_set()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithItems(
            """{"id":"1","action":"add","service":{},"serviceOrderItem":[{"id":"1.1","action":"add","service":{}},{"id":"1.2","action":"add","service":{}}]}"""));

        var answer = (await order.MoveAsync(("1", "inProgress"))).IsError(HttpStatusCode.Conflict, Conflict);
        var started = await order.ChangeAsync("""[{"op":"replace","path":"/serviceOrderItem/0/serviceOrderItem/1/state","value":"inProgress"}]""", PlacedOrder.JsonPatch);

        Assert.Equal([("/serviceOrderItem/0/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN")], answer.Violations);
        Assert.Equal("inProgress: inProgress", StatesOf(started));
    }

    [Fact]
    public async Task Item_is_changed_while_no_work_on_it_has_started()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.WalkAsync(("1", "inProgress"), ("2", "held"));

        var after = await order.ChangeAsync("""[{"op":"add","path":"/serviceOrderItem/1/service/name","value":"new"}]""", PlacedOrder.JsonPatch);

        Assert.Equal("new", (string?)after["serviceOrderItem"]![1]!["service"]!["name"]);
    }

    [Fact]
    public async Task Item_in_progress_keeps_what_is_ordered()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.WalkAsync(("1", "inProgress"));

        var answer = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict,
            """[{"op":"add","path":"/serviceOrderItem/0/service/name","value":"new"},{"op":"add","path":"/serviceOrderItem/1/quantity","value":2}]""", PlacedOrder.JsonPatch);
        var removed = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, """[{"op":"remove","path":"/serviceOrderItem/0"}]""", PlacedOrder.JsonPatch);

        Assert.Equal([("/serviceOrderItem/0", "SERVICE_ORDER_ITEM_STARTED")], answer.Violations);
        Assert.Equal([("/serviceOrderItem", "SERVICE_ORDER_ITEM_STARTED")], removed.Violations);
    }

    [Fact]
    public async Task Item_in_progress_may_change_its_state_and_messages()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.WalkAsync(("1", "inProgress"));

        var after = await order.ChangeAsync(
            """
            [{"op":"add","path":"/serviceOrderItem/0/errorMessage","value":[{"code":"17","reason":"no light"}]},
             {"op":"replace","path":"/serviceOrderItem/0/state","value":"failed"}]
            """,
            PlacedOrder.JsonPatch);

        Assert.Equal("failed: failed", StatesOf(after));
        Assert.Equal("no light", (string?)after["serviceOrderItem"]![0]!["errorMessage"]![0]!["reason"]);
    }

    [Fact]
    public async Task Final_item_stays_as_it_is()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("1", "2"));
        await order.WalkAsync(("1", "inProgress"), ("1", "completed"));

        var content = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, """[{"op":"add","path":"/serviceOrderItem/0/quantity","value":2}]""", PlacedOrder.JsonPatch);
        var state = (await order.MoveAsync(("1", "inProgress"))).IsError(HttpStatusCode.Conflict, Conflict);
        var removed = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, """[{"op":"remove","path":"/serviceOrderItem/0"}]""", PlacedOrder.JsonPatch);
        var grown = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict,
            """[{"op":"add","path":"/serviceOrderItem/0/serviceOrderItem","value":[{"id":"1.1","action":"add","service":{}}]}]""", PlacedOrder.JsonPatch);

        Assert.Equal([("/serviceOrderItem/0", "SERVICE_ORDER_ITEM_FINAL")], content.Violations);
        Assert.Equal([("/serviceOrderItem/0/state", "SERVICE_ORDER_TRANSITION_FORBIDDEN")], state.Violations);
        Assert.Equal([("/serviceOrderItem", "SERVICE_ORDER_ITEM_FINAL")], removed.Violations);
        Assert.Equal([("/serviceOrderItem/0", "SERVICE_ORDER_ITEM_FINAL")], grown.Violations);
    }

    [Fact]
    public async Task Final_order_takes_notes_and_external_references_only()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.WalkAsync(("1", "inProgress"), ("1", "completed"));

        var after = await order.ChangeAsync("""{"note":[{"text":"well done"}],"externalReference":[{"id":"1","name":"invoice"}]}""");
        var answer = await order.RefuseAsync(HttpStatusCode.Conflict, Conflict, """{"description":"x","x":1,"state":"held","note":[]}""");

        Assert.Equal("well done", (string?)after["note"]![0]!["text"]);
        Assert.Equal(
            [("/description", "SERVICE_ORDER_FINAL"), ("/state", "SERVICE_ORDER_FINAL"), ("/x", "SERVICE_ORDER_FINAL")],
            answer.Violations.Order());
    }

    [Fact]
    public async Task New_item_starts_as_acknowledged_whatever_state_it_was_given()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.WalkAsync(("1", "inProgress"));

        var after = await order.ChangeAsync(
            """[{"op":"add","path":"/serviceOrderItem/-","value":{"id":"2","action":"add","service":{},"state":"completed"}}]""", PlacedOrder.JsonPatch);

        Assert.Equal("inProgress: inProgress acknowledged", StatesOf(after));
    }

    [Fact]
    public async Task Delete_takes_acknowledged_and_final_orders_only()
    {
        var order = await PlacedOrder.OnAsync(_server);
        await order.WalkAsync(("1", "inProgress"));

        (await _server.SendAsync(HttpMethod.Delete, order.Path)).IsError(HttpStatusCode.Conflict, Conflict);
        await order.WalkAsync(("1", "failed"));
        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, order.Path)).Status);
    }

    private static string StatesOf(JsonNode order) =>
        $"{order["state"]}: {string.Join(' ', order["serviceOrderItem"]!.AsArray().Select(item => (string?)item!["state"]))}";
}
