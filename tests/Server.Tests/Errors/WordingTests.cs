using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Tests.ServiceInventory;
using ServiceOrdering.Server.Tests.ServiceOrders;

namespace ServiceOrdering.Server.Tests.Errors;

/// <summary>One fault has one wording, whatever it is sent with, in the terms of what was sent.</summary>
public sealed partial class WordingTests : IDisposable
{
    private readonly RunningServer _server = new();

    /// <summary>A member of an order or a service, and a value that is no such.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "order", "priority", "7" },
        { "order", "description", "{}" },
        { "order", "requestedStartDate", "\"tomorrow\"" },
        { "order", "requestedStartDate", "\"2026-02-30T08:00:00Z\"" },
        { "order", "note", "{}" },
        { "order", "note", "[1]" },
        { "order", "note", "[{\"author\":[]}]" },
        { "order", "externalId", $"\"{new string('x', 1001)}\"" },
        { "order", "relatedParty", "[{}]" },
        { "order", "relatedParty", "[{\"id\":1}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":\"adds\",\"service\":{}}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":1,\"service\":{}}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":\"add\"}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":\"add\",\"service\":{},\"quantity\":1.5}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":\"add\",\"service\":{},\"quantity\":-1}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":\"add\",\"service\":{}},{\"id\":\"1\",\"action\":\"add\",\"service\":{}}]" },
        { "order", "serviceOrderItem", "[{\"id\":\"1\",\"action\":\"add\",\"service\":{},\"serviceOrderItemRelationship\":[{\"relationshipType\":\"dependency\",\"orderItem\":{\"itemId\":\"9\"}}]}]" },
        { "order", "mine", "1e400" },
        { "service", "isBundle", "\"yes\"" },
        { "service", "operatingStatus", "\"dead\"" },
        { "service", "startDate", "\"2026\"" },
        { "service", "place", "[{\"role\":\"r\"}]" },
        { "service", "supportingService", "[{\"@type\":\"ServiceRef\"}]" },
        { "service", "serviceCharacteristic", "[{\"name\":\"c\",\"@type\":\"StringCharacteristic\",\"value\":1}]" },
        { "service", "serviceCharacteristic", "[{\"name\":\"c\",\"characteristicRelationship\":[{}]}]" },
        { "service", "serviceSpecification", "{\"id\":null}" },
        { "service", "state", "\"gone\"" },
    };

    /// <summary>Values that no text of JSON has.</summary>
    public static TheoryData<string> Broken => [
        "\"x", "{\"a\":}", "[1,]", "01", "\"\\ud800\"", "\"\t\"", "{\"a\":1,\"a\":2}", "{\"a\":1 \"b\":2}", "'x'", "\"\\x\"", "\u00a0",
        new string('[', 40) + new string(']', 40),
    ];

    public static TheoryData<string, string, string, string> PlainFaults => new()
    {
        { "/fulfillment/v1/work:poll", """{"worker":7}""", "/worker", "Must be a string." },
        { "/fulfillment/v1/work:poll", """{"worker":"w","maxItems":"many"}""", "/maxItems", "Must be an integer" },
        { "/fulfillment/v1/work:poll", """{"worker":"w","wait":7}""", "/wait", "Must be" },
        { "/fulfillment/v1/work:poll", """{"worker":"w","capabilities":[{"action":"add"}]}""", "/capabilities/0/action", "Must be one of ORDER_ITEM_ACTION_ADD, " },
        { "/fulfillment/v1/work:poll", """{"worker":"w","capabilities":{}}""", "/capabilities", "Must be an array." },
        { "/fulfillment/v1/work:poll", """{"worker":""}""", "/worker", "Is required." },
        { "/fulfillment/v1/work:poll", """{"worker":""", "/worker", "Line 1, byte " },
        { "/fulfillment/v1/work:poll", "[]", "", "Must be an object." },
        { "/fulfillment/v1/work:report", """{"lease_token":"x","milestone":{"milestoneDate":"soon"}}""", "/milestone/milestoneDate", "Must be a date and time" },
        { "/fulfillment/v1/work:report", """{"renewal":{}}""", "/leaseToken", "Is required." },
        { "/fulfillment/v1/work:report", """{"leaseToken":"x","informationRequest":{}}""", "/informationRequest/fieldPath", "Is required." },
        { "/fulfillment/v1/jobs", """{"operation":"retry","filter":"state=open"}""", "/operation", "Must be one of JOB_OPERATION_" },
        { "/fulfillment/v1/jobs", """{"operation":"JOB_OPERATION_RETRY_FALLOUT"}""", "/filter", "Is required." },
        { "/fulfillment/v1/jobs", """{"operation":"JOB_OPERATION_RETRY_FALLOUT","filter":"state=open","maxFailures":1.5}""", "/maxFailures", "Must be an integer" },
        { "/fulfillment/v1/falloutItems/x:retry", """{"service_characteristic":[{"value":1}]}""", "/serviceCharacteristic/0/name", "Is required." },
        { "/fulfillment/v1/falloutItems/x:fail", """{"errorMessages":[{"timestamp":"now"}]}""", "/errorMessages/0/timestamp", "Must be a date and time" },
    };

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Same_fault_of_a_member_is_told_alike_by_POST_and_both_kinds_of_PATCH(string resource, string member, string value)
    {
        var answers = await SendAsync(resource, member, value);

        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.BadRequest, answer.Body));
        var told = answers.ConvertAll(Told);
        Assert.StartsWith($"/{member}", told[0].Split(' ')[0]);
        Assert.All(told, other => Assert.Equal(told[0], other));
        Assert.All(answers, answer => Assert.DoesNotMatch(Internal(), answer.Body));
        Assert.Single(answers.Select(answer => ((string)answer.Json["code"]!, (string)answer.Json["reason"]!)).Distinct());
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Text_that_is_no_JSON_is_told_alike_by_POST_and_both_kinds_of_PATCH(string value)
    {
        var answers = await SendAsync("order", "description", value);

        Assert.All(answers, answer => answer.IsError(HttpStatusCode.BadRequest, "22"));
        var told = answers.ConvertAll(answer => Position().Replace((string)Assert.Single(answer.Json["errors"]!.AsArray())!["message"]!, "", 1));
        // A value stands two levels deeper in a list of operations.
        Assert.All(told, other => Assert.Equal(told[0], other.Replace("32 levels", "30 levels")));
        Assert.All(answers, answer => Assert.DoesNotMatch(Internal(), answer.Body));
        Assert.All(answers, answer => Assert.Matches(Position(), answer.Body));
    }

    [Theory]
    [MemberData(nameof(PlainFaults))]
    public async Task Routes_of_protobufs_JSON_tell_it_so_too(string path, string body, string place, string message)
    {
        var answer = (await _server.SendAsync(HttpMethod.Post, path, body)).IsErrorBody(HttpStatusCode.BadRequest);

        var error = answer.Json["errors"]!.AsArray().FirstOrDefault(error => (string)error!["path"]! == place);
        Assert.Contains(message, (string?)error?["message"] ?? answer.Body, StringComparison.Ordinal);
        Assert.NotNull(error);
        Assert.DoesNotMatch(Internal(), answer.Body);
    }

    [Theory]
    [InlineData("POST", "/fulfillment/v1/work:report", """{"leaseToken":"LOST","renewal":{}}""", HttpStatusCode.Conflict)]
    [InlineData("POST", "/fulfillment/v1/jobs/x:cancel", "{}", HttpStatusCode.NotFound)]
    [InlineData("GET", "/fulfillment/v1/falloutItems/x", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/fulfillment/v1/jobs?limit=many", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/fulfillment/v1/workItems?states=waiting", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/fulfillment/v1/nothing", null, HttpStatusCode.NotFound)]
    [InlineData("PUT", "/fulfillment/v1/jobs", "{}", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/fulfillment/v1/jobs", null, HttpStatusCode.BadRequest)]
    public async Task Their_refusals_have_the_status_and_the_body_of_all_others(string method, string path, string? body, HttpStatusCode status)
    {
        var answer = (await _server.SendAsync(new HttpMethod(method), path, body?.Replace("LOST", $"{new LeaseToken("x", "1", "x")}"))).IsErrorBody(status);

        Assert.DoesNotMatch(Internal(), answer.Body);
    }

    /// <summary>POST, merge patch and JSON patch of a resource with the member.</summary>
    private async Task<List<RestAnswer>> SendAsync(string resource, string member, string value)
    {
        var isOrder = resource == "order";
        var path = isOrder ? RunningServer.ServiceOrderPath : RunningServer.ServicePath;
        var whole = JsonNode.Parse(isOrder ? ExampleOrders.Minimal : ExampleServices.Minimal)!.AsObject();
        whole.Remove(member);
        var others = whole.ToJsonString()[1..^1];
        var id = isOrder ? await _server.PlaceOrderAsync() : (string)(await _server.CreateServiceAsync())["id"]!;
        return
        [
            await _server.SendAsync(HttpMethod.Post, path, $$"""{{{others}}{{(others.Length > 0 ? "," : "")}}"{{member}}":{{value}} }"""),
            await _server.SendAsync(HttpMethod.Patch, $"{path}/{id}", $$"""{"{{member}}":{{value}} }""", ("Content-Type", PlacedOrder.MergePatch)),
            await _server.SendAsync(HttpMethod.Patch, $"{path}/{id}", $$"""[{"op":"add","path":"/{{member}}","value":{{value}} }]""", ("Content-Type", PlacedOrder.JsonPatch)),
        ];
    }

    private static string Told(RestAnswer answer) =>
        string.Join('\n', answer.Json["errors"]!.AsArray().Select(error => $"{error!["path"]} {error["reason"]} {error["message"]}"));

    [GeneratedRegex(@"System\.|Google\.Protobuf|service_order\.|\b[a-z]+_[a-z]")]
    private static partial Regex Internal();

    [GeneratedRegex(@"Line 1, byte \d+\.")]
    private static partial Regex Position();
}
