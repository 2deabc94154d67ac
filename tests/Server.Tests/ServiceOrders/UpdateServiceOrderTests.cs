using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>Changes by a message and a mask: what gRPC callers have instead of PATCH, by the same rules.</summary>
public sealed class UpdateServiceOrderTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Attributes_in_the_mask_are_changed_and_the_others_stay()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);

        var response = await UpdateAsync(new ServiceOrder { Id = id, Description = "new", Priority = "4", ExternalId = "ignored" }, "description", "priority");

        Assert.Equal(("new", "4", "BSS-2026-000417"), (response.ServiceOrder.Description, response.ServiceOrder.Priority, response.ServiceOrder.ExternalId));
        Assert.Equal("\"2\"", response.Etag);
        Assert.EndsWith($"/serviceOrder/{id}", response.ServiceOrder.Href);
        Assert.Equal(response.ServiceOrder, await GetAsync(id));
    }

    [Fact]
    public async Task Without_a_mask_what_the_order_has_is_changed()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);

        var response = await UpdateAsync(new ServiceOrder { Id = id, Note = { new Note { Text = "only" } } });

        Assert.Equal("only", Assert.Single(response.ServiceOrder.Note).Text);
        Assert.Equal("Fiber 1G for a new residential customer", response.ServiceOrder.Description);
    }

    [Fact]
    public async Task Attribute_that_only_the_mask_has_is_removed()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);

        var response = await UpdateAsync(new ServiceOrder { Id = id }, "description", "note", "requested_start_date");

        Assert.False(response.ServiceOrder.HasDescription);
        Assert.Empty(response.ServiceOrder.Note);
        Assert.Null(response.ServiceOrder.RequestedStartDate);
    }

    [Fact]
    public async Task Items_are_given_whole()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.WithIds("1", "2"));
        var order = await GetAsync(id);
        order.ServiceOrderItem.RemoveAt(0);
        order.ServiceOrderItem.Add(new ServiceOrderItem { Id = "3", Action = OrderItemAction.Add, Service = new() });

        var response = await UpdateAsync(order, "service_order_item");

        Assert.Equal(["2", "3"], response.ServiceOrder.ServiceOrderItem.Select(item => item.Id));
        Assert.All(response.ServiceOrder.ServiceOrderItem, item => Assert.Equal(ServiceOrderItemState.Acknowledged, item.State));
    }

    [Fact]
    public async Task State_is_moved_as_a_patch_moves_it()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.WithIds("1", "2"));

        var response = await UpdateAsync(new ServiceOrder { Id = id, State = ServiceOrderState.Held }, "state");

        Assert.All(response.ServiceOrder.ServiceOrderItem, item => Assert.Equal(ServiceOrderItemState.Held, item.State));
    }

    [Fact]
    public async Task Whole_order_that_was_read_is_taken_back()
    {
        var order = await GetAsync(await _server.PlaceOrderAsync(ExampleOrders.Fiber));

        var response = await UpdateAsync(order);

        Assert.Equal((order, "\"1\""), (response.ServiceOrder, response.Etag));
    }

    [Fact]
    public async Task Extensions_are_replaced_by_their_field()
    {
        var id = await _server.PlaceOrderAsync("""{"x":1,"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        var response = await UpdateAsync(new ServiceOrder { Id = id, Extensions = new Struct { Fields = { ["y"] = Value.ForBool(true) } } }, "extensions");

        Assert.Equal("""{ "y": true }""", response.ServiceOrder.Extensions.ToString());
    }

    [Fact]
    public async Task Immutable_attributes_are_named_all_at_once()
    {
        var id = await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        var before = await GetAsync(id);

        var error = await RefuseAsync(new ServiceOrder { Id = id, Category = "x", Note = { new Note { Author = "no text" } } }, "category", "type", "order_date", "note");

        Assert.Equal(ErrorReason.RequestInvalid, error.ErrorReason);
        Assert.Equal(
            [
                ("service_order.category", "FIELD_IMMUTABLE"), ("service_order.note[0].text", "FIELD_MISSING"),
                ("service_order.order_date", "FIELD_IMMUTABLE"), ("service_order.type", "FIELD_IMMUTABLE"),
            ],
            error.Violations.Select(violation => (violation.Field, violation.Reason)).Order());
        Assert.Equal(before, await GetAsync(id));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("note.text")]
    [InlineData("orderDate")]
    public async Task Mask_names_first_level_fields_only(string path)
    {
        var error = await RefuseAsync(new ServiceOrder { Id = await _server.PlaceOrderAsync() }, path);

        Assert.Equal(("update_mask", "FIELD_INVALID"), (Assert.Single(error.Violations).Field, error.Violations[0].Reason));
    }

    [Fact]
    public async Task Values_that_JSON_has_no_form_for_are_refused()
    {
        var id = await _server.PlaceOrderAsync();

        var error = await RefuseAsync(new ServiceOrder { Id = id, RequestedStartDate = new Timestamp { Seconds = long.MaxValue }, State = (ServiceOrderState)77 }, "requested_start_date", "state");

        Assert.Equal(["service_order.requested_start_date", "service_order.state"], error.Violations.Select(violation => violation.Field).Order());
    }

    [Fact]
    public async Task Order_without_an_id_is_refused()
    {
        var error = await RefuseAsync(new ServiceOrder { Description = "x" });

        Assert.Equal(("service_order.id", "FIELD_MISSING"), (Assert.Single(error.Violations).Field, error.Violations[0].Reason));
    }

    [Fact]
    public async Task Unknown_order_is_not_found()
    {
        var error = await RefuseAsync(new ServiceOrder { Id = "nobody", Description = "x" });

        Assert.Equal((StatusCode.NotFound, ErrorReason.ServiceOrderNotFound), (error.StatusCode, error.ErrorReason));
    }

    [Fact]
    public async Task Fields_choose_what_the_answer_shows()
    {
        var id = await _server.PlaceOrderAsync();

        var response = await _server.ServiceOrders.UpdateServiceOrderAsync(
            new UpdateServiceOrderRequest { ServiceOrder = new ServiceOrder { Id = id, Description = "new" }, Fields = "description" }, cancellationToken: Cancel);

        Assert.Equal(("new", 0), (response.ServiceOrder.Description, response.ServiceOrder.ServiceOrderItem.Count));
    }

    private async Task<UpdateServiceOrderResponse> UpdateAsync(ServiceOrder order, params string[] mask) =>
        await _server.ServiceOrders.UpdateServiceOrderAsync(
            new UpdateServiceOrderRequest { ServiceOrder = order, UpdateMask = mask.Length == 0 ? null : new FieldMask { Paths = { mask } } }, cancellationToken: Cancel);

    private Task<ServiceOrderingException> RefuseAsync(ServiceOrder order, params string[] mask) =>
        Assert.ThrowsAsync<ServiceOrderingException>(() => UpdateAsync(order, mask));

    private async Task<ServiceOrder> GetAsync(string id) =>
        (await _server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Cancel)).ServiceOrder;
}
