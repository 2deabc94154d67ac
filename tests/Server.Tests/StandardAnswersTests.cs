using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;
using ServiceOrdering.Server.Tests.ServiceInventory;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests;

/// <summary>Every kind of answer and every type of event is what the document of its standard says.</summary>
public sealed class StandardAnswersTests : IDisposable
{
    private const string CancelPath = "/tmf-api/serviceOrdering/v4/cancelServiceOrder";
    private const string MergePatch = "application/merge-patch+json";

    private readonly WorkingServer _working = new(("Fulfillment:FirstBackoff", "00:00:00"));

    private RunningServer Server => _working.Server;

    public void Dispose() => _working.Dispose();

    [Fact]
    public async Task Answers_and_events_of_TMF641_are_what_its_document_says()
    {
        var document = StandardDocument.OpenOrSkip(StandardDocument.Tmf641);
        await using var listener = await Listener.StartAsync();
        await AddHubAsync(document, HubServer.Path, listener, "EventSubscription");

        // One order is worked, one cancelled, one goes.
        var order = Holds(document, "ServiceOrder", await Server.PostOrderAsync(ExampleOrders.Fiber), HttpStatusCode.Created);
        var worked = Holds(document, "ServiceOrder", await Server.PostOrderAsync(WorkingServer.Order(
            """ "note":[{"text":"t","author":"a","date":"2026-01-15T08:00:00Z"}],"cancellationReason":"r","cancellationDate":"2026-01-15T08:00:00Z","mine":{"a":1.10} """, "1", "2")), HttpStatusCode.Created);
        var (item, waiting) = await TakeAsync(worked);
        await _working.ReportAsync(item, report => report.Milestone = new ServiceOrderMilestone { Name = "m", Status = "reached" });
        await _working.ReportAsync(item, report => report.JeopardyAlert = new ServiceOrderJeopardyAlert { Name = "j", JeopardyType = "t" });
        await _working.ReportAsync(waiting, report => report.InformationRequest = new InformationRequest { FieldPath = "note", Message = "which?" });
        var path = $"{RunningServer.ServiceOrderPath}/{worked["id"]}";
        Holds(document, "ServiceOrder", await Server.SendAsync(HttpMethod.Patch, path, """{"description":"d"}""", ("Content-Type", MergePatch)));
        Holds(document, "ServiceOrder", await Server.SendAsync(HttpMethod.Patch, path, """[{"op":"add","path":"/note/-","value":{"text":"t"}}]""", ("Content-Type", "application/json-patch+json")));
        var cancel = Holds(document, "CancelServiceOrder", await Server.SendAsync(HttpMethod.Post, CancelPath,
            $$"""{"cancellationReason":"r","serviceOrder":{"id":"{{worked["id"]}}"} }"""), HttpStatusCode.Created);
        await _working.ReportAsync(item, report => report.InformationRequest = new InformationRequest { FieldPath = "cancellationReason" });
        await _working.ReportAsync(item, report => report.CancellationAnswer = new CancellationAnswer { Agreed = true });
        await _working.WaitForAsync((string)worked["id"]!, "pendingCancellation");
        await _working.ReportAsync(item, report => report.Cancelled = new Cancelled());
        Holds(document, "ServiceOrder", await Server.GetAsync(path));
        Holds(document, "ServiceOrder", await Server.GetAsync($"{path}?fields=note,milestone"));
        Each(document, "ServiceOrder", await Server.GetAsync($"{RunningServer.ServiceOrderPath}?sort=-orderDate"));
        Holds(document, "CancelServiceOrder", await Server.GetAsync($"{CancelPath}/{cancel["id"]}"));
        Each(document, "CancelServiceOrder", await Server.GetAsync(CancelPath));
        var future = Holds(document, "ServiceOrder", await Server.PostOrderAsync(WorkingServer.Order(""" "requestedStartDate":"2100-01-01T00:00:00Z" """, "1")), HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.NoContent, (await Server.SendAsync(HttpMethod.Delete, $"{RunningServer.ServiceOrderPath}/{future["id"]}")).Status);

        await AddErrorsAsync(document, RunningServer.ServiceOrderPath, (string)order["id"]!);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Patch, path, """{"description":"x"}""", ("Content-Type", MergePatch)), HttpStatusCode.Conflict);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Post, CancelPath, """{"serviceOrder":{"id":"1"}}"""), HttpStatusCode.UnprocessableEntity);
        Holds(document, "Error", await Server.RegisterAsync(new { callback = "ftp://x/" }), HttpStatusCode.BadRequest);

        await AddEventsAsync(document, listener,
            "ServiceOrderCreateEvent", "ServiceOrderAttributeValueChangeEvent", "ServiceOrderStateChangeEvent", "ServiceOrderDeleteEvent", "ServiceOrderInformationRequiredEvent",
            "ServiceOrderMilestoneEvent", "ServiceOrderJeopardyEvent", "CancelServiceOrderCreateEvent", "CancelServiceOrderStateChangeEvent", "CancelServiceOrderInformationRequiredEvent");
        Assert.True(await document.AssertValidAsync() > 40);
    }

    [Fact]
    public async Task Answers_and_events_of_TMF638_are_what_its_document_says()
    {
        var document = StandardDocument.OpenOrSkip(StandardDocument.Tmf638);
        await using var listener = await Listener.StartAsync();
        await AddHubAsync(document, HubServer.InventoryPath, listener, "Hub");

        var service = Holds(document, "Service", await Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, ExampleServices.Guide("create-service.json")), HttpStatusCode.Created);
        Holds(document, "Service", await Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, ExampleServices.With(
            """
            "name":"n","note":[{"text":"t"}],"feature":[{"name":"f","featureCharacteristic":[{"name":"c","value":[1,2]}]}],"externalIdentifier":[{"id":"1"}],
            "serviceCharacteristic":[{"name":"a","value":"x"},{"name":"b","value":9007199254740993},{"name":"c","value":1.10},{"name":"d","value":true},{"name":"e","value":{"a":[]}},{"name":"f","value":["x"]},{"name":"g","value":[1.5]},{"name":"h","value":[{}]},{"name":"i","value":[true]},{"name":"j"}],
            "supportingService":[{"id":"1"},{"state":"active","serviceSpecification":{"id":"s"}}],"supportingResource":[{"id":"1"}],"serviceOrderItem":[{"serviceOrderId":"1","itemId":"1","itemAction":"add"}],
            "serviceRelationship":[{"relationshipType":"reliesOn","service":{"id":"1"}}],"relatedParty":[{"role":"r","partyOrPartyRole":{"id":"1"}},{"role":"r","partyOrPartyRole":{"id":"1","partyId":"2"}}],
            "relatedEntity":[{"role":"r","entity":{"id":"1"}}],"place":[{"role":"r","place":{"id":"1"}},{"role":"r","place":{"@type":"GeographicAddress","city":"c"}}],
            "intent":{"name":"i","creationDate":"2026-01-15T08:00:00Z","lastUpdate":"2026-01-15T08:00:00Z","lifecycleStatus":"s","expression":{"expressionValue":"x"},"attachment":[{"attachmentType":"t","mimeType":"m"}]}
            """)), HttpStatusCode.Created);
        var path = ExampleServices.PathOf(service.AsObject());
        Holds(document, "Service", await Server.SendAsync(HttpMethod.Patch, path, """{"name":"new","operatingStatus":"running"}""", ("Content-Type", MergePatch)));
        Holds(document, "Service", await Server.SendAsync(HttpMethod.Patch, path, """[{"op":"replace","path":"/state","value":"terminated"}]""", ("Content-Type", "application/json-patch+json")));
        Holds(document, "Service", await Server.GetAsync(path));
        Holds(document, "Service", await Server.GetAsync($"{path}?fields=state,serviceSpecification"));
        Each(document, "Service", await Server.GetAsync(RunningServer.ServicePath));

        await AddErrorsAsync(document, RunningServer.ServicePath, (string)service["id"]!);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Patch, path, """{"state":"active"}""", ("Content-Type", MergePatch)), HttpStatusCode.Conflict);
        Holds(document, "Error", await Server.RegisterAsync(new { callback = "ftp://x/" }, HubServer.InventoryPath), HttpStatusCode.BadRequest);
        Assert.Equal(HttpStatusCode.NoContent, (await Server.SendAsync(HttpMethod.Delete, path)).Status);

        await AddEventsAsync(document, listener,
            "ServiceCreateEvent", "ServiceAttributeValueChangeEvent", "ServiceStateChangeEvent", "ServiceOperatingStatusChangeEvent", "ServiceDeleteEvent");
        Assert.True(await document.AssertValidAsync() > 20);
    }

    /// <summary>Takes both items of an order, whatever others are handed out.</summary>
    private async Task<(Assignment, Assignment)> TakeAsync(JsonNode order)
    {
        var taken = new List<Assignment>();
        while (taken.Count < 2)
            taken.AddRange((await _working.PollAsync(5)).Where(item => item.ServiceOrder.Id == (string)order["id"]!));
        return (taken[0], taken[1]);
    }

    /// <summary>Registers a listener, and has the hub's own answers held.</summary>
    private async Task AddHubAsync(StandardDocument document, string path, Listener listener, string definition)
    {
        var hub = Holds(document, definition, await Server.RegisterAsync(new { callback = listener.Callback }, path), HttpStatusCode.Created);
        Holds(document, definition, await Server.RegisterAsync(new { callback = listener.Callback, query = "eventId=none" }, path), HttpStatusCode.Created);
        Holds(document, definition, await Server.GetAsync($"{path}/{hub["id"]}"));
        Each(document, definition, await Server.GetAsync(path));
        Holds(document, "Error", await Server.RegisterAsync(new { callback = listener.Callback }, path), HttpStatusCode.Conflict);
        Holds(document, "Error", await Server.GetAsync($"{path}/none"), HttpStatusCode.NotFound);
    }

    /// <summary>Has refusals of every status held that a resource has.</summary>
    private async Task AddErrorsAsync(StandardDocument document, string path, string id)
    {
        foreach (var body in new[] { "{", "{}", "[]", """{"note":7,"serviceOrderItem":7,"state":"none"}""" })
            Holds(document, "Error", await Server.SendAsync(HttpMethod.Post, path, body), HttpStatusCode.BadRequest);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Post, path, "{}", ("Content-Type", "text/plain")), HttpStatusCode.UnsupportedMediaType);
        Holds(document, "Error", await Server.GetAsync($"{path}?limit=-1"), HttpStatusCode.BadRequest);
        Holds(document, "Error", await Server.GetAsync($"{path}/none"), HttpStatusCode.NotFound);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Put, $"{path}/{id}", "{}"), HttpStatusCode.MethodNotAllowed);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Patch, $"{path}/{id}", """{"id":"x"}""", ("Content-Type", MergePatch)), HttpStatusCode.BadRequest);
        Holds(document, "Error", await Server.SendAsync(HttpMethod.Patch, $"{path}/{id}", """{"note":[]}""", ("Content-Type", MergePatch), ("If-Match", "\"99\"")), HttpStatusCode.PreconditionFailed);
    }

    /// <summary>Has every event held that came, until one of each type has.</summary>
    private static async Task AddEventsAsync(StandardDocument document, Listener listener, params string[] types)
    {
        var missing = types.ToHashSet();
        while (missing.Count > 0)
        {
            var received = await listener.WaitAsync(1);
            missing.ExceptWith(received.Select(delivery => (string)delivery.Json["eventType"]!));
        }
        foreach (var delivery in listener.Received)
            document.Add((string)delivery.Json["eventType"]!, delivery.Json, $"event {delivery.EventId}");
    }

    private static JsonNode Holds(StandardDocument document, string definition, RestAnswer answer, HttpStatusCode status = HttpStatusCode.OK)
    {
        Assert.True(answer.Status == status, $"Expected {status}, got {answer.Status}: {answer.Body}");
        document.Add(definition, answer.Json, $"answer {(int)status}");
        return answer.Json;
    }

    private static void Each(StandardDocument document, string definition, RestAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.NotEmpty(answer.Json.AsArray());
        foreach (var element in answer.Json.AsArray())
            document.Add(definition, element!, "element of a list");
    }
}
