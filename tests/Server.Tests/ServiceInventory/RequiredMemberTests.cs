using System.Net;
using System.Text.Json.Nodes;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

/// <summary>What a class of an object requires, at creation and in what a change makes.</summary>
public sealed class RequiredMemberTests : IDisposable
{
    private const string Intent = "\"name\":\"n\",\"creationDate\":\"2026-01-15T08:00:00Z\",\"lastUpdate\":\"2026-01-15T08:00:00Z\",\"lifecycleStatus\":\"s\"";

    private readonly RunningServer _server = new();

    /// <summary>The path of an object, the object without what its class requires, and the names of that.</summary>
    public static TheoryData<string, string, string> Incomplete
    {
        get
        {
            var data = new TheoryData<string, string, string>
            {
                { "supportingService[]", """{"@type":"ServiceRef"}""", "id" },
                { "supportingService[]", """{"@type":"ServiceRef","name":"n","href":"h"}""", "id" },
                { "supportingService[]", """{"@type":"Service","name":"n"}""", "serviceSpecification,state" },
                { "supportingService[]", """{"name":"n"}""", "serviceSpecification,state" },
                { "supportingService[]", """{"@type":"MyLink","@baseType":"ServiceRef","id2":"x"}""", "id" },
                { "supportingService[]", """{"@type":"Vpn","@baseType":"Service","state":"active"}""", "serviceSpecification" },
                { "serviceRelationship[relationshipType].service", """{"@type":"ServiceRef"}""", "id" },
                { "intent", """{"@type":"Intent"}""", "creationDate,lastUpdate,lifecycleStatus,name" },
                { "intent", """{"description":"d"}""", "creationDate,lastUpdate,lifecycleStatus,name" },
                { "intent", """{"@type":"MyIntent","@baseType":"Intent","name":"n"}""", "creationDate,lastUpdate,lifecycleStatus" },
                { "intent", """{"@type":"IntentRef"}""", "id" },
                { "intent!.attachment[]", """{"@type":"Attachment","url":"u"}""", "attachmentType,mimeType" },
                { "intent!.attachment[]", """{"url":"u"}""", "attachmentType,mimeType" },
                { "intent!.attachment[]", """{"@type":"AttachmentRef","url":"u"}""", "id" },
                { "intent!.intentSpecification", """{"@type":"EntityRef"}""", "id" },
                { "relatedEntity[role].entity", """{"@type":"EntityRef"}""", "id" },
                { "relatedEntity[role].entity", """{"@type":"ResourceRef","name":"n"}""", "id" },
                { "relatedEntity[role].entity", """{"@type":"MyEntity","@baseType":"PartyRef"}""", "id" },
                { "place[role].place", """{"@type":"PlaceRef","name":"n"}""", "id" },
                { "place[role].place", """{"@type":"Depot","@baseType":"PlaceRef"}""", "id" },
                { "place[role].place.geographicLocation", """{"@type":"GeographicLocationRef"}""", "id" },
                { "place[role].place.relatedParty[role].partyOrPartyRole", """{"@type":"PartyRef"}""", "id" },
                { "place[role].place.relatedParty[role].partyOrPartyRole", """{"@type":"PartyRoleRef"}""", "id" },
                { "relatedParty[role].partyOrPartyRole", """{"@type":"PartyRef"}""", "id" },
            };
            foreach (var role in new[] { "PartyRole", "Supplier", "BusinessPartner", "Consumer", "Producer" })
                data.Add("place[role].place.relatedParty[role].partyOrPartyRole", $$"""{"@type":"{{role}}"}""", "engagedParty,name");
            foreach (var type in new[] { "String", "Boolean", "Integer", "Number", "Object" })
            {
                data.Add("serviceCharacteristic[]", $$"""{"@type":"{{type}}Characteristic","name":"c"}""", "value");
                data.Add("feature[name].featureCharacteristic[]", $$"""{"@type":"{{type}}ArrayCharacteristic","name":"c"}""", "value");
                data.Add("serviceCharacteristic[]", $$"""{"@type":"Mine","@baseType":"{{type}}Characteristic","name":"c"}""", "value");
            }
            return data;
        }
    }

    public void Dispose() => _server.Dispose();

    [Theory]
    [MemberData(nameof(Incomplete))]
    public async Task What_a_class_requires_is_required_at_creation_and_in_what_a_patch_makes(string path, string value, string missing)
    {
        var (member, body, place) = Around(path, value);
        var service = await _server.CreateServiceAsync();
        string[] expected = [.. missing.Split(',').Select(name => $"{place}/{name}")];

        var created = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, With($"\"{member}\":{body}"));
        var merged = await _server.PatchServiceAsync(service, $$"""{"{{member}}":{{body}}}""");
        var patched = await _server.PatchServiceAsync(service, $$"""[{"op":"add","path":"/{{member}}","value":{{body}}}]""", "application/json-patch+json");

        foreach (var answer in new[] { created, merged, patched })
        {
            answer.IsError(HttpStatusCode.BadRequest, "23");
            Assert.Equal(expected, answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("supportingService[]", """{"@type":"Mine"}""")]
    [InlineData("serviceCharacteristic[]", """{"@type":"Characteristic","name":"c"}""")]
    [InlineData("serviceCharacteristic[]", """{"name":"c","valueType":"string"}""")]
    [InlineData("serviceCharacteristic[]", """{"@type":"StringCharacteristic","name":"c","value":null}""")]
    [InlineData("serviceCharacteristic[]", """{"@type":"MyCharacteristic","@baseType":"Characteristic","name":"c"}""")]
    [InlineData("relatedEntity[role].entity", """{"@type":"Entity","name":"n"}""")]
    [InlineData("relatedEntity[role].entity", """{"name":"n"}""")]
    [InlineData("place[role].place", """{"@type":"GeographicAddress","city":"c"}""")]
    [InlineData("place[role].place", """{"city":"c"}""")]
    [InlineData("place[role].place.relatedParty[role].partyOrPartyRole", """{"@type":"Organization"}""")]
    public async Task What_a_class_does_not_require_may_be_absent(string path, string value)
    {
        var (member, body, _) = Around(path, value);

        await _server.CreateServiceAsync(With($"\"{member}\":{body}"));
    }

    [Fact]
    public async Task Object_that_was_incomplete_before_stays_so_until_it_is_changed()
    {
        var service = await _server.CreateServiceAsync(With("""
            "serviceCharacteristic":[{"name":"old","@type":"StringCharacteristic","value":"x"},{"name":"b","@type":"StringCharacteristic","value":"x"}]
            """));
        await _server.ExecuteAsync("update service set body = replace(body, @whole, @incomplete)", new
        {
            whole = "{\"name\":\"old\",\"value\":\"x\"",
            incomplete = "{\"name\":\"old\"",
        });
        var stored = (await _server.GetAsync(PathOf(service))).Json;
        Assert.Null(stored["serviceCharacteristic"]![0]!["value"]);

        var beside = await _server.PatchServiceAsync(service, """[{"op":"add","path":"/serviceCharacteristic/0","value":{"name":"new","value":1}},{"op":"add","path":"/name","value":"n"}]""", "application/json-patch+json");
        var changed = await _server.PatchServiceAsync(service, """[{"op":"add","path":"/serviceCharacteristic/1/valueType","value":"string"}]""", "application/json-patch+json");

        Assert.True(beside.Status == HttpStatusCode.OK, beside.Body);
        changed.IsError(HttpStatusCode.BadRequest, "23");
        Assert.Equal([("/serviceCharacteristic/1/value", "FIELD_MISSING")], changed.Violations);
    }

    [Fact]
    public async Task Required_member_is_not_taken_away()
    {
        var service = await _server.CreateServiceAsync(With("\"serviceCharacteristic\":[{\"name\":\"c\",\"value\":\"x\"}]"));

        var answer = await _server.PatchServiceAsync(service, """[{"op":"remove","path":"/serviceCharacteristic/0/value"}]""", "application/json-patch+json");

        answer.IsError(HttpStatusCode.BadRequest, "23");
        Assert.Equal([("/serviceCharacteristic/0/value", "FIELD_MISSING")], answer.Violations);
    }

    [Fact]
    public async Task The_same_holds_over_gRPC()
    {
        var service = new Service
        {
            State = ServiceState.Active,
            Type = "Service",
            ServiceSpecification = new ServiceSpecificationRef { Id = "s" },
            SupportingService = { new ServiceRefOrValue { Type = "ServiceRef" } },
        };

        var error = await Assert.ThrowsAsync<Client.ServiceOrderingException>(
            async () => await _server.Client.Services.CreateServiceAsync(new CreateServiceRequest { Service = service }, cancellationToken: Cancel));

        Assert.Equal("service.supporting_service[0].id", Assert.Single(error.Violations).Field);
    }

    /// <summary>Puts a value at the end of a path: the first member of the service, its JSON, and the pointer to the value.</summary>
    private static (string Member, string Body, string Place) Around(string path, string value)
    {
        var steps = path.Split('.');
        var place = string.Concat(steps.Select(step => step.EndsWith(']') ? $"/{step[..step.IndexOf('[')]}/0" : $"/{step.TrimEnd('!')}"));
        var body = value;
        for (var i = steps.Length - 1; i >= 0; i--)
        {
            if (i < steps.Length - 1)
            {
                // What stands in brackets is a text that the object around requires.
                var inner = JsonNode.Parse($$"""{"{{steps[i + 1].Split('[')[0].TrimEnd('!')}}":{{body}}}""")!.AsObject();
                if (steps[i].Contains('[') && steps[i].Split('[')[1].TrimEnd(']') is { Length: > 0 } required)
                    inner[required] = "r";
                if (steps[i].EndsWith('!'))
                    inner = JsonNode.Parse($$"""{"@type":"Intent",{{Intent}},{{inner.ToJsonString()[1..]}}""")!.AsObject();
                body = inner.ToJsonString();
            }
            if (steps[i].EndsWith(']'))
                body = $"[{body}]";
        }
        return (steps[0].Split('[')[0].TrimEnd('!'), body, place);
    }
}
