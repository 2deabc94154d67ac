using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Inventory.V1;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Inventory.V1.ServiceTopologyDirection;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

public sealed class ServiceTopologyTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Chain_is_followed_both_ways_to_the_depth()
    {
        var ids = await ChainAsync(6);

        var down = await TopologyAsync(ids[0], depth: 5);
        var some = await TopologyAsync(ids[0], depth: 2);
        var up = await TopologyAsync(ids[5], Supported, depth: 3);

        Assert.Equal(ids, down.Services.Select(service => service.Id));
        Assert.Equal((5, false), (down.Links.Count, down.Truncated));
        Assert.Equal(ids[..3], some.Services.Select(service => service.Id));
        Assert.Equal((2, true), (some.Links.Count, some.Truncated));
        Assert.Equal(["5", "4", "3", "2"], up.Services.Select(service => service.Name));
        Assert.Equal((3, true), (up.Links.Count, up.Truncated));
        Assert.All(up.Links, link => Assert.Equal("supportingService", link.LinkType));
    }

    [Fact]
    public async Task Fan_is_shown_up_to_the_limit()
    {
        var root = (string)(await _server.CreateServiceAsync())["id"]!;
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => CreateAsync("leaf", root)));

        var topology = await TopologyAsync(root, Supported);

        Assert.Equal((1000, 999, true), (topology.Services.Count, topology.Links.Count, topology.Truncated));
        Assert.Equal(root, topology.Services[0].Id);
        Assert.Equal(topology.Services.Skip(1).Select(service => service.Id).Order(StringComparer.Ordinal), topology.Services.Skip(1).Select(service => service.Id));
    }

    [Fact]
    public async Task Circle_is_shown_as_it_is_and_followed_once()
    {
        var ids = await ChainAsync(3);
        await ReferAsync(ids[2], ids[0]);

        foreach (var direction in new[] { Supporting, Supported })
        {
            var topology = await TopologyAsync(ids[1], direction, depth: 32);
            Assert.Equal(ids.Order(StringComparer.Ordinal), topology.Services.Select(service => service.Id).Order(StringComparer.Ordinal));
            Assert.Equal((3, false), (topology.Links.Count, topology.Truncated));
        }
        await ReferAsync(ids[0], ids[0]);
        Assert.Equal((1, 1), ((await TopologyAsync(ids[0])).Services.Count, (await TopologyAsync(ids[0])).Links.Count));
    }

    [Fact]
    public async Task Service_that_is_reached_on_two_ways_is_shown_once_at_the_shorter()
    {
        var bottom = await CreateAsync("bottom");
        var middle = await CreateAsync("middle", bottom);
        var top = await CreateAsync("top", middle, bottom);

        var topology = await TopologyAsync(top);

        Assert.Equal(3, topology.Services.Count);
        Assert.Equal(3, topology.Links.Count);
        Assert.Equal(top, topology.Services[0].Id);
    }

    [Fact]
    public async Task Relationships_and_references_that_lead_nowhere_are_links()
    {
        var other = await CreateAsync("other");
        var service = await _server.CreateServiceAsync(With(
            $$"""
            "supportingService":[{"id":"nowhere"},{"id":"part","state":"active","serviceSpecification":{"id":"v"},"@type":"Service"}],
            "serviceRelationship":[{"relationshipType":"reliesOn","service":{"id":"{{other}}"} }]
            """));
        var id = (string)service["id"]!;

        var topology = await TopologyAsync(id);

        Assert.Equal([id, other], topology.Services.Select(found => found.Id));
        Assert.Equal(
            [(id, "nowhere", "supportingService"), (id, other, "reliesOn")],
            topology.Links.Select(link => (link.ServiceId, link.TargetId, link.LinkType)).OrderByDescending(link => link.LinkType));
        Assert.False(topology.Truncated);
        Assert.Equal(id, (await TopologyAsync(other, Supported)).Services[1].Id);
    }

    [Fact]
    public async Task Topology_over_REST_has_the_services_as_they_are_read()
    {
        var ids = await ChainAsync(2);
        var path = $"/api/v1/service/{ids[1]}/topology";

        var answer = await _server.GetAsync($"{path}?direction=supported&depth=1&fields=name,state");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var expected = ids.Reverse().Select((id, i) => (JsonNode)new JsonObject
        {
            ["id"] = id,
            ["href"] = $"{_server.Http.BaseAddress}tmf-api/serviceInventory/v5/service/{id}",
            ["name"] = $"{1 - i}",
            ["state"] = "active",
            ["@type"] = "Service",
        });
        Assert.True(JsonNode.DeepEquals(new JsonArray([.. expected]), answer.Json["services"]), answer.Body);
        Assert.Equal(ids[0], (string)answer.Json["links"]![0]!["serviceId"]!);
    }

    [Fact]
    public async Task Refusals_have_the_shape_of_the_standards_errors()
    {
        var id = await CreateAsync("x");

        (await _server.GetAsync("/api/v1/service/unknown/topology")).IsError(HttpStatusCode.NotFound, "60");
        foreach (var depth in new[] { "0", "33", "-1", "deep" })
        {
            var answer = (await _server.GetAsync($"/api/v1/service/{id}/topology?depth={depth}")).IsError(HttpStatusCode.BadRequest, "28");
            Assert.Equal("depth", Assert.Single(answer.Violations).Path);
        }
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await TopologyAsync("unknown"));
        Assert.Equal((StatusCode.NotFound, ErrorReason.ServiceNotFound), (error.StatusCode, error.ErrorReason));
    }

    private async Task<ServiceTopology> TopologyAsync(string id, ServiceTopologyDirection direction = default, int? depth = null)
    {
        var request = new GetServiceTopologyRequest { Id = id, Direction = direction };
        if (depth is { } links)
            request.Depth = links;
        return (await _server.Client.ServiceTopologies.GetServiceTopologyAsync(request, cancellationToken: Cancel)).Topology;
    }

    /// <summary>Services of which each is built on the next; named by their places.</summary>
    private async Task<string[]> ChainAsync(int length)
    {
        var ids = new string[length];
        for (var i = length - 1; i >= 0; i--)
            ids[i] = i == length - 1 ? await CreateAsync($"{i}") : await CreateAsync($"{i}", ids[i + 1]);
        return ids;
    }

    private async Task<string> CreateAsync(string name, params string[] supporting)
    {
        var service = new Service
        {
            Type = "Service",
            Name = name,
            State = ServiceState.Active,
            ServiceSpecification = new ServiceSpecificationRef { Id = "s" },
            SupportingService = { supporting.Select(id => new ServiceRefOrValue { Id = id }) },
        };
        var response = await _server.Client.Services.CreateServiceAsync(new CreateServiceRequest { Service = service }, cancellationToken: Cancel);
        return response.Service.Id;
    }

    private async Task ReferAsync(string from, string to) => await _server.Client.Services.UpdateServiceAsync(
        new UpdateServiceRequest { Service = new Service { Id = from, SupportingService = { new ServiceRefOrValue { Id = to } } } }, cancellationToken: Cancel);
}
