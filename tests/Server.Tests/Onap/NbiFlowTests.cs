using System.Text.Json.Nodes;
using static ServiceOrdering.Server.Tests.Onap.NbiServer;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>The flow of ONAP's document: an order is placed, read, worked, and seen by TMF641.</summary>
public sealed class NbiFlowTests : IDisposable
{
    // Null everywhere, at whatever level, where an order says nothing; and the empty lists of an item.
    private const string Shape =
        """
        {"id":"","href":"","externalId":"","priority":"","description":"","category":"","state":"","orderDate":"",
         "completionDateTime":null,"expectedCompletionDate":null,"requestedStartDate":null,"requestedCompletionDate":null,"startDate":null,"@baseType":null,"@type":null,"@schemaLocation":null,
         "relatedParty":[{"id":"","href":null,"role":"","name":"","@referredType":""}],"orderRelationship":null,"orderMessage":null,
         "orderItem":[{"id":"","action":"","state":"","percentProgress":"","@type":null,"@schemaLocation":null,"@baseType":null,"orderItemRelationship":[],"orderItemMessage":[],"orderMessage":[],
            "service":{"id":"","href":null,"name":"","serviceState":"","@type":null,"@schemaLocation":null,"serviceRelationship":null,"relatedParty":null,
                "serviceCharacteristic":[{"name":"","valueType":null,"value":{"@type":null,"@schemaLocation":null,"serviceCharacteristicValue":""} }],
                "serviceSpecification":{"id":"","href":null,"name":null,"version":null,"targetServiceSchema":null,"@type":null,"@schemaLocation":null,"@baseType":null} } }]}
        """;

    private readonly NbiServer _nbi = new();

    public void Dispose() => _nbi.Dispose();

    [Fact]
    public async Task Order_is_placed_read_worked_and_completed()
    {
        const string Placed =
            """
            {"externalId":"of-the-test-1","priority":"1","description":"an order","category":"Network Service",
             "relatedParty":[{"id":"customer-1","href":null,"role":"ONAPcustomer","name":"One","@referredType":"Consumer"}],
             "orderItem":[{"id":"1","action":"add","service":{"name":"a service","serviceState":"active",
                "serviceCharacteristic":[{"name":"speed","valueType":null,"value":{"@type":null,"@schemaLocation":null,"serviceCharacteristicValue":"10"} }],
                "serviceSpecification":{"id":"90b476bc-0988-4417-bae9-41b376f0e1b6"} } }]}
            """;
        await AssertFlowsAsync(JsonNode.Parse(Placed)!, JsonNode.Parse(Shape)!);
    }

    [Fact]
    public async Task Samples_of_the_document_flow_too()
    {
        var folder = Path.Combine(Root(), "..", "shared", "examples", "onap-nbi-v4");
        Assert.SkipUnless(Directory.Exists(folder), $"The examples are not at {folder}.");

        await AssertFlowsAsync(
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "create-service-order.json"), Cancel))!,
            JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "get-service-order-response.json"), Cancel))!);
    }

    [Fact]
    public async Task Cancellation_by_TMF641_reads_as_in_progress_until_the_order_is_cancelled()
    {
        var id = await _nbi.PlaceAsync(Order("", Item("1", "add"), Item("2", "add")));
        var held = await _nbi.Working.TakeAsync();
        await _nbi.Server.SendAsync(HttpMethod.Post, "/tmf-api/serviceOrdering/v4/cancelServiceOrder", $$"""{"serviceOrder":{"id":"{{id}}"} }""");
        await _nbi.Working.WaitForAsync(id, "assessingCancellation");
        var assessed = await _nbi.ReadAsync(id);
        var found = await _nbi.Server.GetAsync($"{V4}?state=inProgress&fields=id");

        await _nbi.Working.ReportAsync(held, report => report.CancellationAnswer = new() { Agreed = true });
        await _nbi.Working.WaitForAsync(id, "pendingCancellation");
        var pending = await _nbi.ReadAsync(id);
        await _nbi.Working.ReportAsync(held, report => report.Cancelled = new());
        await _nbi.Working.WaitForAsync(id, "cancelled");

        Assert.All(new[] { assessed, pending }, order => Assert.Equal("inProgress", order["state"]!.GetValue<string>()));
        Assert.Equal(["inProgress", "inProgress"], States(assessed));
        Assert.Equal($$"""[{"id":"{{id}}"}]""", found.Body);
        Assert.Equal(["cancelled", "cancelled"], States(await _nbi.ReadAsync(id)));
    }

    [Fact]
    public async Task Order_that_says_little_can_be_changed_by_TMF641_and_reads_as_before()
    {
        var id = await _nbi.PlaceAsync(Order(
            """  "orderRelationship":[{"id":"nowhere"}]""",
            $$"""{"id":"1","action":"add","service":{ {{Specification}},"serviceCharacteristic":[{"name":"a"},{"name":"b","value":{} },{"name":"c","value":{"@type":"T"} }]} }"""), V3);
        await _nbi.Working.WaitForAsync(id, "inProgress");
        var before = await _nbi.ReadAsync(id);

        var changed = await _nbi.Server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/{id}", """{"description":"new"}""", ("Content-Type", "application/merge-patch+json"));

        Assert.True(changed.Status == System.Net.HttpStatusCode.OK, changed.Body);
        before["description"] = "new";
        Assert.Equal(before.ToJsonString(), (await _nbi.ReadAsync(id)).ToJsonString());
    }

    private async Task AssertFlowsAsync(JsonNode placed, JsonNode sample)
    {
        var created = await _nbi.PostAsync(placed.ToJsonString());
        Assert.True((int)created.Status == 201, created.Body);
        var id = created.Json["id"]!.GetValue<string>();
        AssertIsSeen(placed, created.Json);
        var assignment = await _nbi.Working.TakeAsync();
        await _nbi.Working.ReportAsync(assignment, report => report.Renewal = new() { Percentage = 40 });
        var worked = await _nbi.ReadAsync(id);
        var listed = (await _nbi.Server.GetAsync(V4)).Json[0]!;

        AssertHasShape(sample, worked, "");
        Assert.Equal(("inProgress", "40"), (worked["state"]!.GetValue<string>(), worked["orderItem"]![0]!["percentProgress"]!.GetValue<string>()));
        Assert.Equal(worked.ToJsonString(), listed.ToJsonString());

        await _nbi.Working.CompleteAsync(assignment);
        var completed = await _nbi.ReadAsync(id);
        AssertIsSeen(placed, completed);
        Assert.Equal(("completed", "100"), (completed["state"]!.GetValue<string>(), completed["orderItem"]![0]!["percentProgress"]!.GetValue<string>()));
        Assert.Equal("completed", States(completed).Single());
        Assert.NotNull(completed["orderItem"]![0]!["service"]!["id"]);
        Assert.NotNull(completed["completionDateTime"]);

        await AssertIsSeenByTmf641Async(id, placed);
    }

    private async Task AssertIsSeenByTmf641Async(string id, JsonNode placed)
    {
        var order = await _nbi.Working.ReadAsync(id);
        var service = order["serviceOrderItem"]![0]!["service"]!;
        Assert.Equal("completed", order["state"]!.GetValue<string>());
        foreach (var (sent, seen) in placed["orderItem"]![0]!["service"]!["serviceCharacteristic"]!.AsArray().Zip(service["serviceCharacteristic"]!.AsArray()))
            Assert.Equal((sent!["name"]!.GetValue<string>(), sent["value"]!["serviceCharacteristicValue"]!.GetValue<string>()), (seen!["name"]!.GetValue<string>(), seen["value"]!.GetValue<string>()));
        Assert.Equal("active", service["state"]!.GetValue<string>());
        var party = placed["relatedParty"]![0]!.DeepClone().AsObject();
        party.Remove("href");
        Assert.True(JsonNode.DeepEquals(party, order["relatedParty"]![0]));
    }

    /// <summary>What was sent is in what is read; null is what is absent.</summary>
    private static void AssertIsSeen(JsonNode? sent, JsonNode? seen)
    {
        switch (sent)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                    AssertIsSeen(member, seen![name]);
                break;
            case JsonArray elements:
                Assert.Equal(elements.Count, seen!.AsArray().Count);
                for (var i = 0; i < elements.Count; i++)
                    AssertIsSeen(elements[i], seen[i]);
                break;
            default:
                Assert.Equal(sent?.ToJsonString(), seen?.ToJsonString());
                break;
        }
    }

    /// <summary>The same members, null and empty in the same places; the work on the order has been begun since.</summary>
    private static void AssertHasShape(JsonNode? sample, JsonNode? seen, string place)
    {
        switch (sample)
        {
            case JsonObject members:
                Assert.True(seen is JsonObject, place);
                Assert.Equal(members.Select(member => member.Key).Order(StringComparer.Ordinal), seen.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
                foreach (var (name, member) in members.Where(member => $"{place}/{member.Key}" is not ("/startDate" or "/orderItem/service/id")))
                    AssertHasShape(member, seen[name], $"{place}/{name}");
                break;
            case JsonArray { Count: 0 }:
                Assert.True(seen is JsonArray { Count: 0 }, place);
                break;
            case JsonArray elements:
                Assert.All(seen!.AsArray(), element => AssertHasShape(elements[0], element, place));
                break;
            default:
                Assert.True(sample?.GetValueKind() == seen?.GetValueKind(), $"{place}: {seen?.ToJsonString() ?? "null"}");
                break;
        }
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ServiceOrdering.sln")))
            directory = directory.Parent!;
        return directory.FullName;
    }
}
