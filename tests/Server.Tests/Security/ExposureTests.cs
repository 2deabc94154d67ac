using System.Net;
using ServiceOrdering.Server.Tests.Hub;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>An inventory that shows customer-facing services alone to who reads it from outside.</summary>
public sealed class ExposureTests
{
    private static readonly (string, string) CustomerFacing = ("Inventory:Expose", "customer-facing");

    [Fact]
    public async Task Reader_from_outside_sees_customer_facing_services_alone()
    {
        using var server = new PartyServer(CustomerFacing);
        using var reader = server.As("reader", roles: "reader");
        using var worker = server.As("worker", roles: "orchestrator");
        using var bound = server.As("bound", roles: "reader", party: "beta");
        await using var listener = await Listener.StartAsync();
        using var subscriber = server.As("subscriber", roles: "reader", scope: "service-ordering:event-subscription:create");
        await CreateAsync(subscriber, HubServer.InventoryPath, $$"""{"callback":"{{listener.Callback}}","query":"","@type":"Hub"}""");

        var order = await CreateAsync(server.Desk, Orders, ExampleOrders.Minimal);
        var hidden = await CreateAsync(worker, Services, Service("alpha", category: "RFS"));
        var shown = await CreateAsync(worker, Services, Service("alpha", $$"""
            "supportingService":[{"id":"{{hidden}}","@type":"ServiceRef"}]
            """));
        var user = await CreateAsync(worker, Services, Service("beta", $$"""
            "supportingService":[{"id":"{{shown}}","@type":"ServiceRef"}]
            """));

        Assert.Equal(($"{user} {shown}", "2"), await ListAsync(reader, Services));
        Assert.Equal(("", "2"), await ListAsync(reader, Services + "?limit=0&state=active"));
        Assert.Equal((user, "1"), await ListAsync(bound, Services));
        Assert.Equal("3", (await ListAsync(worker, Services)).Total);
        Assert.Equal("3", (await ListAsync(server.Desk, Services)).Total);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(reader, $"{Services}/{hidden}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(worker, $"{Services}/{hidden}")).Status);
        var topology = (await GetAsync(reader, $"/api/v1/service/{user}/topology")).Json;
        Assert.Equal([user, shown], topology["services"]!.AsArray().Select(service => (string)service!["id"]!));
        Assert.Single(topology["links"]!.AsArray());
        // Of orders it sees all.
        Assert.Equal((order, "1"), await ListAsync(reader, Orders));
        Assert.Equal([order, shown, user], (await HearAsync(reader)).Select(message => message["event"]).Where(told => told is not null)
            .Select(told => (string)told!["event"]!.AsObject().First().Value!["id"]!));
        Assert.Equal([order, shown, user], (await HearAsync(reader, "includeSnapshot=true", "snapshotComplete")).Select(message => (string?)message["snapshotItem"]?["id"]).Where(id => id is not null));
        Assert.Equal([shown, user], (await listener.WaitAsync(2)).Select(delivery => (string)delivery.Json["event"]!["service"]!["id"]!));
    }

    [Fact]
    public async Task Who_has_not_said_who_it_is_reads_from_outside()
    {
        using var server = new RunningServer(CustomerFacing);
        await server.SendAsync(HttpMethod.Post, Services, Service("alpha", category: "RFS"));
        await server.SendAsync(HttpMethod.Post, Services, Service("alpha"));

        Assert.Equal("1", (await server.GetAsync(Services)).Headers["X-Total-Count"]);
    }

    [Fact]
    public void List_from_outside_is_found_by_an_index()
    {
        using var server = new RunningServer();
        var query = Server.ServiceInventory.ServiceRequests.Check(
            new Tmf.ServiceInventory.V5.ListServicesRequest(), Server.Storage.Sight.Outside, Query.UnknownAttributes.Refuse);

        RunningServer.AssertSearches(server.Explain<Tmf.ServiceInventory.V5.Service>(query), "service", "service_by_facing (facing=?)");
    }
}
