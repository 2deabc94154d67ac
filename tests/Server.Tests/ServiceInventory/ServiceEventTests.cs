using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Events;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

public sealed class ServiceEventTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Creation_tells_of_the_whole_service()
    {
        var service = await _server.CreateServiceAsync(With("\"name\":\"n\",\"mine\":1"));

        var (type, body) = Assert.Single(Events(service));

        Assert.Equal("ServiceCreateEvent", type);
        Assert.True(JsonNode.DeepEquals(WithoutHref(service), body["event"]!["service"]), body.ToJsonString());
        Assert.Equal("Event", (string)body["@baseType"]!);
        Assert.Equal("serviceInventory", (string)body["domain"]!);
        Assert.Equal((string)body["id"]!, (string)body["eventId"]!);
        Assert.Equal((string)body["eventTime"]!, (string)body["timeOccurred"]!);
        Assert.All(["@type", "eventType"], member => Assert.Equal(type, (string)body[member]!));
    }

    [Fact]
    public async Task Change_tells_of_attributes_then_operating_status_then_state()
    {
        var service = await _server.CreateServiceAsync(With("\"name\":\"n\"", "reserved"));

        await _server.PatchServiceAsync(service, """{"state":"active","operatingStatus":"running","name":null,"category":"CFS","mine":1}""");

        var events = Events(service)[1..];
        Assert.Equal(
            ["ServiceAttributeValueChangeEvent", "ServiceOperatingStatusChangeEvent", "ServiceStateChangeEvent"], events.Select(told => told.Type));
        Assert.Equal(["@type", "category", "hasStarted", "id", "mine", "startDate"], Members(events[0]));
        Assert.Equal(["@type", "id", "operatingStatus"], Members(events[1]));
        Assert.Equal(["@type", "id", "state"], Members(events[2]));
        Assert.Equal("active", (string)events[2].Body["event"]!["service"]!["state"]!);
    }

    [Fact]
    public async Task Change_that_changes_nothing_tells_nothing()
    {
        var service = await _server.CreateServiceAsync();

        await _server.PatchServiceAsync(service, """{"state":"active"}""");

        Assert.Single(Events(service));
    }

    [Fact]
    public async Task Refused_change_tells_nothing()
    {
        var service = await _server.CreateServiceAsync();

        await _server.PatchServiceAsync(service, """{"state":"designed"}""");
        await _server.CreateServiceAsync(With($$"""
            "supportingService":[{"id":"{{service["id"]}}"}]
            """));
        await _server.SendAsync(HttpMethod.Delete, PathOf(service));

        Assert.Single(Events(service));
    }

    [Fact]
    public async Task Deletion_tells_which_service_is_gone()
    {
        var service = await _server.CreateServiceAsync();

        await _server.SendAsync(HttpMethod.Delete, PathOf(service));

        var told = Events(service)[^1];
        Assert.Equal(("ServiceDeleteEvent", "@type id"), (told.Type, string.Join(' ', Members(told))));
    }

    [Fact]
    public async Task Watcher_is_told_of_services_as_they_are_read()
    {
        var before = await _server.CreateServiceAsync();
        using var watch = _server.Client.Events.WatchEvents(
            new WatchEventsRequest { IncludeSnapshot = true, Query = "event.service.state=active" }, cancellationToken: Cancel);
        var changes = watch.ResponseStream.ReadAllAsync(Cancel).GetAsyncEnumerator(Cancel);
        var items = new List<Service>();
        while (await changes.MoveNextAsync() && changes.Current.ChangeCase != WatchEventsResponse.ChangeOneofCase.SnapshotComplete)
        {
            if (changes.Current.SnapshotItem is { } item)
                items.Add(item.Service);
        }
        Assert.Equal(((string)before["id"]!, (string)before["href"]!), (Assert.Single(items).Id, items[0].Href));

        var created = (await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, Minimal, ("X-Correlation-ID", "mine"))).Json;
        do
            Assert.True(await changes.MoveNextAsync());
        while (changes.Current.Event is null);

        var told = changes.Current.Event.ServiceCreateEvent;
        Assert.Equal(((string)created["href"]!, "mine"), (told.Event.Service.Href, told.CorrelationId));
        await changes.DisposeAsync();
    }

    private List<(string Type, JsonNode Body)> Events(JsonObject service) => [.. _server.Log()
        .Where(logged => logged.Resource == "service" && logged.ResourceId == (string)service["id"]!)
        .Select(logged => (logged.Type, JsonNode.Parse(logged.Body.Span)!))];

    private static IEnumerable<string> Members((string Type, JsonNode Body) told) =>
        told.Body["event"]!["service"]!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal);

    // Where a service is read depends on who is told.
    private static JsonObject WithoutHref(JsonObject service)
    {
        var copy = service.DeepClone().AsObject();
        copy.Remove("href");
        return copy;
    }
}
