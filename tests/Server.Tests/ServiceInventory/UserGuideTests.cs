using System.Net;
using System.Text.Json.Nodes;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

/// <summary>The examples of TM Forum's user guide of TMF638 v5, as they are written there.</summary>
public sealed class UserGuideTests : IDisposable
{
    // What the guide's server gave and a client cannot: it is ours to choose.
    private static readonly string[] Given = ["id", "href"];

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("create-service.json")]
    [InlineData("create-service-with-intent.json")]
    [InlineData("service-representation.json")]
    public async Task Creation_answers_with_everything_that_was_sent(string example)
    {
        var sent = JsonNode.Parse(Guide(example))!.AsObject();

        var answer = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, sent.ToJsonString());

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        AssertHolds(Without(sent, Given), answer.Json);
        Assert.Equal((string)answer.Json["href"]!, answer.Headers["Location"]);
        Assert.EndsWith($"/tmf-api/serviceInventory/v5/service/{answer.Json["id"]}", answer.Headers["Location"]);
        Assert.True((bool)answer.Json["hasStarted"]!);
        Assert.NotNull(answer.Json["startDate"]);
        Assert.NotNull(answer.Json["serviceDate"]);
        var read = await _server.GetAsync(PathOf(answer.Json.AsObject()));
        Assert.Equal((HttpStatusCode.OK, answer.Body), (read.Status, read.Body));
    }

    [Fact]
    public async Task Members_that_the_standard_spells_otherwise_come_back()
    {
        var service = await _server.CreateServiceAsync(Guide("service-representation.json"));

        Assert.Equal("45gh-fg", (string)service["feature"]![0]!["featureCharacteritic"]![0]!["id"]!);
        Assert.Equal("126", (string)service["serviceRelationship"]![0]!["ServiceRelationshipCharacteristic"]![0]!["id"]!);
        Assert.Equal("01 25 65", (string)service["supportingResource"]![1]!["value"]!);
        Assert.Equal("VCPE", (string)service["serviceCharacteristic"]![0]!["value"]!["@type"]!);
    }

    [Theory]
    [InlineData("patch-merge.json", "application/merge-patch+json")]
    [InlineData("patch-application-json.json", "application/json")]
    [InlineData("patch-json-patch.json", "application/json-patch+json")]
    [InlineData("patch-json-patch-query.json", "application/json-patch-query+json")]
    public async Task Patch_changes_what_it_names_and_nothing_else(string example, string mediaType)
    {
        var patch = Guide(example);
        var before = await _server.CreateServiceAsync(Guide("service-representation.json"));
        var expected = before.DeepClone().AsObject();
        if (JsonNode.Parse(patch) is JsonObject members)
        {
            foreach (var (name, value) in members)
                expected[name] = value?.DeepClone();
        }
        else if (mediaType == "application/json-patch+json")
        {
            expected["state"] = "inactive";
        }
        else
        {
            expected["note"]![0]!["author"] = "Mr. N. Bene";
        }

        var answer = await _server.PatchServiceAsync(before, patch, mediaType);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(JsonNode.DeepEquals(expected, answer.Json), answer.Body);
        Assert.Equal("\"2\"", answer.Headers["ETag"]);
        Assert.Equal(answer.Body, (await _server.GetAsync(PathOf(before))).Body);
    }

    [Fact]
    public async Task Services_of_a_type_and_state_are_listed()
    {
        var representation = Guide("service-representation.json");
        var service = await _server.CreateServiceAsync(representation);
        await _server.CreateServiceAsync(Without(JsonNode.Parse(representation)!.AsObject(), "serviceType").ToJsonString());
        await _server.CreateServiceAsync(With("\"serviceType\":\"Cloud\"", "inactive"));

        var answer = await _server.GetAsync($"{RunningServer.ServicePath}?serviceType=Cloud&state=active");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(JsonNode.DeepEquals(new JsonArray(service), answer.Json), answer.Body);
    }

    [Fact]
    public async Task Services_are_listed_with_the_selected_fields()
    {
        await _server.CreateServiceAsync(Guide("service-representation.json"));
        await _server.CreateServiceAsync(With("\"name\":\"vDPI serial 1355445\""));
        await _server.CreateServiceAsync(With("\"name\":\"other\"", "inactive"));

        var answer = await _server.GetAsync($"{RunningServer.ServicePath}?state=active&fields=id,name,state");

        Assert.Equal(2, answer.Json.AsArray().Count);
        Assert.Equal(
            ["vCPE serial 1355615", "vDPI serial 1355445"],
            answer.Json.AsArray().Select(service => (string)service!["name"]!).Order(StringComparer.Ordinal));
        Assert.All(answer.Json.AsArray(), service => Assert.Equal(
            ["@type", "href", "id", "name", "state"], service!.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Deleted_service_is_gone()
    {
        var service = await _server.CreateServiceAsync(Guide("create-service.json"));

        var answer = await _server.SendAsync(HttpMethod.Delete, PathOf(service));

        Assert.Equal((HttpStatusCode.NoContent, ""), (answer.Status, answer.Body));
        (await _server.GetAsync(PathOf(service))).IsError(HttpStatusCode.NotFound, "60");
    }

    private static JsonObject Without(JsonObject json, params string[] names)
    {
        var copy = json.DeepClone().AsObject();
        foreach (var name in names)
            copy.Remove(name);
        return copy;
    }
}
