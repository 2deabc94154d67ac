using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.OpenApi;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;
using ServiceOrdering.Server.Tests.ServiceInventory;

namespace ServiceOrdering.Server.Tests.OpenApi;

/// <summary>What the server really sends is what its documents say: no member more, none less, each of its type.</summary>
public sealed class AnswersTests : IDisposable
{
    private readonly WorkingServer _working = new(("Fulfillment:OnFailure", "Hold"));
    private readonly List<JsonObject> _lines = [];

    private RunningServer Server => _working.Server;

    public void Dispose() => _working.Dispose();

    [Fact]
    public async Task Answers_of_every_api_are_what_its_document_says()
    {
        await using var listener = await Listener.StartAsync();
        await using var nbiListener = await Listener.StartAsync();
        await SendAsync("tmf641", "POST", "/hub", "/hub", $$"""{"callback":"{{listener.Callback}}"}""");
        await SendAsync("tmf638", "POST", "/hub", "/hub", $$"""{"callback":"{{listener.Callback}}"}""");
        await SendAsync("onap-nbi", "POST", "/hub", "/hub", $$"""{"callback":"{{nbiListener.Callback}}","query":"eventType=ServiceOrderCreationNotification,ServiceOrderStateChangeNotification"}""");

        var order = await SendAsync("tmf641", "POST", "/serviceOrder", "/serviceOrder", ExampleOrders.Fiber);
        await SendAsync("tmf641", "GET", "/serviceOrder/{id}", $"/serviceOrder/{order["id"]}");
        await SendAsync("tmf641", "GET", "/serviceOrder", "/serviceOrder?limit=1");
        await SendAsync("tmf641", "GET", "/serviceOrder/{id}", "/serviceOrder/none");
        await SendAsync("tmf641", "POST", "/serviceOrder", "/serviceOrder", """{"serviceOrderItem":[{"id":1}]}""");
        await SendAsync("tmf641", "PATCH", "/serviceOrder/{id}", $"/serviceOrder/{order["id"]}", """{"note":[{"text":"t"}]}""", "application/merge-patch+json");
        await SendAsync("tmf641", "GET", "/hub", "/hub");

        // One item is completed, and one fails.
        var assignment = await _working.TakeAsync();
        await _working.CompleteAsync(assignment);
        var failing = await _working.TakeAsync();
        await SendAsync("service-ordering", "GET", "/fulfillment/v1/workItems", "/fulfillment/v1/workItems");
        await _working.ReportAsync(failing, report => report.Failure = new Failure { ErrorMessages = { new Tmf.ServiceOrdering.V4.ServiceOrderItemErrorMessage { Code = "NO_PORT", Message = "There is no free port." } } });
        var fallout = (await SendAsync("service-ordering", "GET", "/fulfillment/v1/falloutItems", "/fulfillment/v1/falloutItems"))["falloutItems"]![0]!;
        await SendAsync("service-ordering", "GET", "/fulfillment/v1/falloutItems/{id}", $"/fulfillment/v1/falloutItems/{fallout["id"]}");
        await SendAsync("service-ordering", "POST", "/fulfillment/v1/falloutItems/{id}:assign", $"/fulfillment/v1/falloutItems/{fallout["id"]}:assign", """{"actor":"a","assignee":"b"}""");
        await SendAsync("service-ordering", "POST", "/fulfillment/v1/falloutItems/{id}:retry", $"/fulfillment/v1/falloutItems/{fallout["id"]}:retry", """{"actor":"a"}""");
        await SendAsync("service-ordering", "POST", "/fulfillment/v1/work:poll", "/fulfillment/v1/work:poll", """{"worker":"w","maxItems":5,"wait":"5s"}""");
        await SendAsync("service-ordering", "POST", "/fulfillment/v1/work:report", "/fulfillment/v1/work:report", """{"leaseToken":"none","completion":{}}""");
        await SendAsync("service-ordering", "GET", "/fulfillment/v1/workers", "/fulfillment/v1/workers");
        await SendAsync("service-ordering", "POST", "/fulfillment/v1/jobs", "/fulfillment/v1/jobs", """{"operation":"JOB_OPERATION_RETRY_FALLOUT","filter":"state=open","actor":"a"}""");
        await SendAsync("service-ordering", "GET", "/fulfillment/v1/jobs", "/fulfillment/v1/jobs");
        await SendAsync("service-ordering", "GET", "/events/v1/subscriptions", "/events/v1/subscriptions");

        var service = await SendAsync("tmf638", "POST", "/service", "/service", ExampleServices.With(""" "name":"n","note":[{"text":"t"}],"serviceCharacteristic":[{"name":"a","value":1.5}] """));
        await SendAsync("tmf638", "GET", "/service", "/service");
        await SendAsync("tmf638", "GET", "/service/{id}", $"/service/{service["id"]}");
        await SendAsync("service-ordering", "GET", "/api/v1/service/{id}/topology", $"/api/v1/service/{service["id"]}/topology");

        var nbi = await SendAsync("onap-nbi", "POST", "/serviceOrder", "/serviceOrder", new Examples().All.First(example => example.Method.StartsWith("onap.nbi.v4.ServiceOrderService", StringComparison.Ordinal)).Body.ToJsonString());
        await SendAsync("onap-nbi", "GET", "/serviceOrder/{id}", $"/serviceOrder/{nbi["id"]}");
        await SendAsync("onap-nbi", "GET", "/serviceOrder", "/serviceOrder");
        await SendAsync("onap-nbi", "GET", "/serviceOrder/{id}", "/serviceOrder/none");
        await SendAsync("onap-nbi", "POST", "/serviceOrder", "/serviceOrder", """{"orderItem":[{"id":"1"}]}""");
        await SendAsync("onap-nbi", "GET", "/hub", "/hub");
        await AddStreamAsync();
        await AddDeliveriesAsync(listener, "tmf641", "tmf638");
        await AddDeliveriesAsync(nbiListener, "onap-nbi");

        var told = await Documents.RunNodeAsync("ajv", _lines.Select(line => line.ToJsonString()), Path.Combine(Documents.Tools, "answers.mjs"), Documents.Folder);
        Assert.True(told.Trim() == $"{_lines.Count} valid", told);
        Assert.True(_lines.Count > 50, $"{_lines.Count}");
    }

    /// <summary>Sends a request, and has its answer be held against the document.</summary>
    private async Task<JsonNode> SendAsync(string api, string verb, string template, string path, string? body = null, string mediaType = "application/json")
    {
        var described = DocumentedApi.All.Single(each => each.Name == api);
        var address = (described.Bases.Count > 0 ? described.Bases[0] : "") + path;
        var answer = body is null ? await Server.SendAsync(new HttpMethod(verb), address) : await Server.SendAsync(new HttpMethod(verb), address, body, ("Content-Type", mediaType));
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.Status);
        _lines.Add(new JsonObject { ["api"] = api, ["verb"] = verb, ["path"] = template, ["status"] = $"{(int)answer.Status}", ["value"] = answer.Json });
        return answer.Json;
    }

    // Every message of the stream so far: a line each.
    private async Task AddStreamAsync()
    {
        using var response = await Server.Http.GetAsync("/events/v1/watch?fromStart=true", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        var events = 0;
        while (events < 8)
        {
            var line = await lines.ReadLineAsync(Cancel);
            if (string.IsNullOrEmpty(line))
                continue;
            _lines.Add(new JsonObject { ["api"] = "service-ordering", ["verb"] = "GET", ["path"] = "/events/v1/watch", ["status"] = "200", ["value"] = JsonNode.Parse(line) });
            events += JsonNode.Parse(line)!["event"] is null ? 0 : 1;
        }
    }

    private async Task AddDeliveriesAsync(Listener listener, params string[] apis)
    {
        var first = await listener.WaitAsync(2);
        foreach (var delivery in first)
        {
            var type = (string)delivery.Json["eventType"]!;
            var api = apis.First(api => Documents.Read(api)["webhooks"]![type] is not null);
            _lines.Add(new JsonObject { ["api"] = api, ["webhook"] = type, ["value"] = delivery.Json });
        }
    }
}
