using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Who may say what becomes of an order's items.</summary>
public sealed class ItemStateTests : IDisposable
{
    private const string Begun = """{"serviceOrderItem":[{"id":"1","action":"add","state":"inProgress","service":{}}]}""";
    private const string Impossible = """{"serviceOrderItem":[{"id":"1","action":"add","state":"assessingCancellation","service":{}}]}""";

    private readonly PartyServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Item_is_moved_by_who_has_the_scope_of_fulfilment()
    {
        using var orchestrator = _server.As("orchestrator", roles: "orchestrator");
        var id = await CreateAsync(orchestrator, Orders, ExampleOrders.Minimal);

        Assert.Equal("inProgress", (string?)(await PatchAsync(orchestrator, $"{Orders}/{id}", Begun)).Json["state"]);
        Assert.Equal(HttpStatusCode.Conflict, (await PatchAsync(orchestrator, $"{Orders}/{id}", Impossible)).Status);
    }

    [Theory]
    [InlineData(Begun)]
    [InlineData(Impossible)]
    public async Task Client_without_it_is_told_the_scope_that_it_lacks(string patch)
    {
        using var client = _server.As("client", scope: "service-ordering:service-order:create service-ordering:service-order:update");
        var id = await CreateAsync(client, Orders, ExampleOrders.Minimal);

        var refused = await PatchAsync(client, $"{Orders}/{id}", patch);

        Assert.Contains("'fulfillment:work:execute'", refused.IsError(HttpStatusCode.Forbidden, "50").Body, StringComparison.Ordinal);
        Assert.Equal("acknowledged", (string?)(await GetAsync(_server.Desk, $"{Orders}/{id}")).Json["serviceOrderItem"]![0]!["state"]);
    }

    [Fact]
    public async Task Partner_acts_on_the_order_as_a_whole()
    {
        var id = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var path = $"{Orders}/{id}";

        (await PatchAsync(_server.Alpha, path, Begun)).IsError(HttpStatusCode.Forbidden, "51");
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(_server.Alpha, path, """{"note":[{"text":"soon, please"}]}""")).Status);
        // Items that come with the states that they have are not moved.
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(_server.Alpha, path, """{"serviceOrderItem":[{"id":"1","action":"add","state":"acknowledged","service":{"name":"n"}}]}""")).Status);
        foreach (var state in new[] { "held", "acknowledged", "cancelled" })
            Assert.Equal(state, (string?)(await PatchAsync(_server.Alpha, path, $$"""{"state":"{{state}}"}""")).Json["state"]);
    }

    [Fact]
    public async Task Partner_with_the_scope_of_fulfilment_is_a_partner()
    {
        using var both = _server.As("both", roles: "partner orchestrator", party: "alpha");
        var id = await CreateAsync(both, Orders, Order("alpha"));

        (await PatchAsync(both, $"{Orders}/{id}", Begun)).IsError(HttpStatusCode.Forbidden, "51");
    }

    [Fact]
    public async Task Scope_that_is_missing_is_told_over_grpc()
    {
        var id = await CreateAsync(_server.Desk, Orders, ExampleOrders.Minimal);
        var order = new ServiceOrder { Id = id, ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = Tmf.Common.V4.OrderItemAction.Add, State = ServiceOrderItemState.InProgress, Service = new() } } };
        var client = TokenIssuer.Bearer(_server.Token("client", "service-ordering:service-order:update"));

        var refused = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await _server.Server.ServiceOrders.UpdateServiceOrderAsync(new UpdateServiceOrderRequest { ServiceOrder = order }, client, cancellationToken: Cancel));

        Assert.Equal((StatusCode.PermissionDenied, "SCOPE_MISSING"), (refused.StatusCode, refused.Reason));
    }
}
