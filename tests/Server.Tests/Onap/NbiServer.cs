using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Server.Tests.Fulfillment;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>A server that checks and hands out orders, seen by a client of ONAP's NBI.</summary>
public sealed class NbiServer : IDisposable
{
    public const string V3 = "/nbi/api/v3/serviceOrder";
    public const string V4 = "/nbi/api/v4/serviceOrder";

    // Nobody has to have it: without a catalog any can be ordered.
    public const string Specification = "\"serviceSpecification\":{\"id\":\"90b476bc\"}";

    public NbiServer(params (string Key, string Value)[] settings) => Working = new WorkingServer(settings);

    public WorkingServer Working { get; }

    public RunningServer Server => Working.Server;

    /// <summary>An order of items.</summary>
    public static string Order(string members, params string[] items) => $$"""{{{members}}{{(members.Length > 0 ? "," : "")}}"orderItem":[{{string.Join(',', items)}}]}""";

    /// <summary>An item: its id, what it does and the service that it is about; more members with a comma before them.</summary>
    public static string Item(string id, string action, string serviceId = "", string more = "") =>
        $$"""{"id":"{{id}}","action":"{{action}}","service":{ {{(serviceId.Length > 0 ? $"\"id\":\"{serviceId}\"," : "")}}"name":"service {{id}}",{{Specification}} }{{more}}}""";

    public static string Customer(string id) => $$"""[{"id":"{{id}}","role":"ONAPcustomer","name":"of the test"}]""";

    public Task<RestAnswer> PostAsync(string json, string path = V4) => Server.SendAsync(HttpMethod.Post, path, json);

    /// <summary>Places an order, which must succeed, and gives its id.</summary>
    public async Task<string> PlaceAsync(string json, string path = V4)
    {
        var answer = await PostAsync(json, path);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return answer.Json["id"]!.GetValue<string>();
    }

    public async Task<JsonNode> ReadAsync(string id, string path = V4)
    {
        var answer = await Server.GetAsync($"{path}/{id}");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return answer.Json;
    }

    /// <summary>Places an order, waits until it is in a state, and reads it.</summary>
    public async Task<JsonNode> FollowAsync(string json, string state, string path = V4)
    {
        var id = await PlaceAsync(json, path);
        await Working.WaitForAsync(id, state);
        return await ReadAsync(id, path);
    }

    /// <summary>A service that is there, of a customer.</summary>
    public async Task<string> CreateServiceAsync(string customer = "known")
    {
        var answer = await Server.SendAsync(HttpMethod.Post, RunningServer.ServicePath,
            $$"""
            {"@type":"Service","name":"there","state":"active","serviceSpecification":{"id":"s","@type":"ServiceSpecificationRef"},
             "relatedParty":[{"@type":"RelatedPartyRefOrPartyRoleRef","role":"ONAPcustomer","partyOrPartyRole":{"id":"{{customer}}","@type":"PartyRef"} }]}
            """);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return answer.Json["id"]!.GetValue<string>();
    }

    /// <summary>The codes of an order's messages.</summary>
    public static IEnumerable<string> Codes(JsonNode order) => CodesOf(order["orderMessage"]);

    /// <summary>The codes of an item's messages, which it has under both names.</summary>
    public static IEnumerable<string> Codes(JsonNode order, int item)
    {
        var found = order["orderItem"]![item]!;
        Assert.Equal(found["orderItemMessage"]!.ToJsonString(), found["orderMessage"]!.ToJsonString());
        return CodesOf(found["orderItemMessage"]);
    }

    public static IEnumerable<string> States(JsonNode order) => order["orderItem"]!.AsArray().Select(item => item!["state"]!.GetValue<string>());

    public void Dispose() => Working.Dispose();

    private static IEnumerable<string> CodesOf(JsonNode? messages) => messages?.AsArray().Select(message => message!["code"]!.GetValue<string>()) ?? [];
}
