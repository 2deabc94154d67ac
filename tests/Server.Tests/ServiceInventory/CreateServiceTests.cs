using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

public sealed class CreateServiceTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Created_service_has_what_conformance_kits_ask_for()
    {
        var service = await _server.CreateServiceAsync(With("\"category\":\"CFS\"", "feasibilityChecked"));

        Assert.All(["id", "href", "state", "serviceSpecification", "serviceDate"], name => Assert.NotNull(service[name]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)service["serviceDate"]!);
        Assert.Null(service["startDate"]);
        foreach (var query in new[] { "state=feasibilityChecked", $"serviceDate={service["serviceDate"]}", $"id={service["id"]}" })
        {
            var list = (await _server.GetAsync($"{RunningServer.ServicePath}?{query}")).Json.AsArray();
            Assert.True(JsonNode.DeepEquals(service, Assert.Single(list)), query);
        }
    }

    [Theory]
    [InlineData("/tmf-api/serviceInventory/v5/service")]
    [InlineData("/tmf-api/serviceInventoryManagement/v5/service")]
    public async Task Both_base_paths_serve_the_same_services(string path)
    {
        var created = await _server.SendAsync(HttpMethod.Post, path, Minimal);

        Assert.Equal(HttpStatusCode.Created, created.Status);
        var id = (string)created.Json["id"]!;
        Assert.Equal($"{_server.Http.BaseAddress}tmf-api/serviceInventory/v5/service/{id}", created.Headers["Location"]);
        foreach (var other in new[] { "serviceInventory", "serviceInventoryManagement" })
        {
            var one = $"/tmf-api/{other}/v5/service/{id}";
            Assert.Equal(created.Body, (await _server.GetAsync(one)).Body);
            Assert.Equal(HttpStatusCode.OK, (await _server.SendAsync(HttpMethod.Patch, one, """{"name":"x"}""", ("Content-Type", "application/merge-patch+json"))).Status);
            await _server.SendAsync(HttpMethod.Patch, one, """{"name":null}""", ("Content-Type", "application/merge-patch+json"));
            Assert.Equal("1", (await _server.GetAsync($"/tmf-api/{other}/v5/service")).Headers["X-Total-Count"]);
        }
        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, $"{path}/{id}")).Status);
    }

    [Fact]
    public async Task Service_created_over_gRPC_equals_the_one_created_over_REST()
    {
        var json = With("\"serviceDate\":\"2020\",\"startDate\":\"2020-01-01T00:00:00Z\",\"note\":[{\"text\":\"n\",\"mine\":1}]");
        var overRest = await _server.CreateServiceAsync(json);

        var sent = JsonFormat.Parse<Service>(Encoding.UTF8.GetBytes(json));
        var overGrpc = await _server.Client.Services.CreateServiceAsync(new CreateServiceRequest { Service = sent }, cancellationToken: Cancel);

        var expected = JsonFormat.Parse<Service>(Encoding.UTF8.GetBytes(overRest.ToJsonString()));
        expected.Id = overGrpc.Service.Id;
        expected.Href = overGrpc.Service.Href;
        Assert.Equal(expected, overGrpc.Service);
        Assert.StartsWith(_server.Http.BaseAddress!.ToString(), overGrpc.Service.Href);
    }

    [Fact]
    public async Task Everything_that_is_missing_is_told_at_once()
    {
        var answer = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath,
            """{"serviceSpecification":{},"note":[{}],"serviceRelationship":[{}],"place":[{"role":"r"}],"relatedParty":[{"partyOrPartyRole":{}}]}""");

        answer.IsError(HttpStatusCode.BadRequest, "23");
        Assert.Equal(
            [
                ("/@type", "FIELD_MISSING"), ("/place/0/place", "FIELD_MISSING"),
                ("/relatedParty/0/partyOrPartyRole/id", "FIELD_MISSING"), ("/relatedParty/0/role", "FIELD_MISSING"),
                ("/serviceRelationship/0/relationshipType", "FIELD_MISSING"), ("/serviceSpecification/id", "FIELD_MISSING"), ("/state", "FIELD_MISSING"),
            ],
            answer.Violations.OrderBy(violation => violation.Path, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Request_without_a_service_is_refused()
    {
        (await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, "")).IsError(HttpStatusCode.BadRequest, "21");

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.Client.Services.CreateServiceAsync(new CreateServiceRequest(), cancellationToken: Cancel));
        Assert.Equal((StatusCode.InvalidArgument, "service"), (error.StatusCode, Assert.Single(error.Violations).Field));
    }

    [Fact]
    public async Task Repeated_request_id_creates_nothing()
    {
        var first = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, Minimal, ("Idempotency-Key", "k"));
        var second = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, Minimal, ("Idempotency-Key", "k"));
        var other = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, With("\"name\":\"x\""), ("Idempotency-Key", "k"));

        Assert.Equal((first.Body, "true"), (second.Body, second.Headers["Idempotent-Replayed"]));
        Assert.False(first.Headers.ContainsKey("Idempotent-Replayed"));
        other.IsError(HttpStatusCode.UnprocessableEntity, "2");
        Assert.Equal("1", (await _server.GetAsync(RunningServer.ServicePath)).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Members_that_only_the_server_sets_are_ignored()
    {
        var service = await _server.CreateServiceAsync(With("\"id\":\"mine\",\"href\":7"));

        Assert.NotEqual("mine", (string)service["id"]!);
        Assert.EndsWith((string)service["id"]!, (string)service["href"]!);
    }

    [Fact]
    public async Task Date_that_the_client_gives_stays_as_it_is_written()
    {
        var service = await _server.CreateServiceAsync(With("\"serviceDate\":\"020-04-01T12:15:39.434Z\""));

        Assert.Equal("020-04-01T12:15:39.434Z", (string)service["serviceDate"]!);
    }

    [Theory]
    [InlineData("note", """{"text":"t"}""", "Note")]
    [InlineData("feature", """{"name":"f"}""", "Feature")]
    [InlineData("externalIdentifier", """{"id":"1"}""", "ExternalIdentifier")]
    [InlineData("serviceOrderItem", """{"itemId":"1"}""", "RelatedServiceOrderItem")]
    [InlineData("supportingResource", """{"id":"1","value":"v"}""", "ResourceRef")]
    [InlineData("supportingService", """{"id":"1"}""", "ServiceRef")]
    [InlineData("supportingService", """{"id":"1","href":"h","name":"n"}""", "ServiceRef")]
    [InlineData("supportingService", """{"id":"1","category":"c","@referredType":"Service"}""", "ServiceRef")]
    [InlineData("supportingService", """{"id":"1","category":"c","state":"active","serviceSpecification":{"id":"s","@type":"ServiceSpecificationRef"}}""", "Service")]
    [InlineData("supportingService", """{"id":"1","mine":true,"state":"active","serviceSpecification":{"id":"s","@type":"ServiceSpecificationRef"}}""", "Service")]
    [InlineData("supportingService", """{"name":"n","state":"active","serviceSpecification":{"id":"s","@type":"ServiceSpecificationRef"}}""", "Service")]
    [InlineData("serviceRelationship", """{"relationshipType":"t"}""", "ServiceRelationship")]
    [InlineData("relatedParty", """{"role":"r"}""", "RelatedPartyRefOrPartyRoleRef")]
    [InlineData("relatedParty", """{"role":"r","@type":"Mine","@baseType":"RelatedPartyRefOrPartyRoleRef"}""", "Mine")]
    public async Task Object_without_a_class_gets_the_standards_name(string member, string value, string type)
    {
        var service = await _server.CreateServiceAsync(With($"\"{member}\":[{value}]"));

        var expected = JsonNode.Parse(value)!;
        expected["@type"] = type;
        Assert.True(JsonNode.DeepEquals(expected, service[member]![0]), service.ToJsonString());
    }

    [Fact]
    public async Task Objects_within_objects_get_their_classes_where_they_can_be_told()
    {
        var service = await _server.CreateServiceAsync(With(
            """
            "place":[{"role":"a","place":{"id":"1"}},{"role":"b","place":{"city":"Bern"}}],
            "relatedParty":[{"role":"a","partyOrPartyRole":{"id":"1"}},{"role":"b","partyOrPartyRole":{"id":"1","partyId":"2"}}],
            "intent":{"name":"i","creationDate":"2026-01-15T08:00:00Z","lastUpdate":"2026-01-15T08:00:00Z","lifecycleStatus":"s","expression":{"expressionValue":"x"}},
            "supportingService":[{"@type":"Service","state":"active","serviceSpecification":{"id":"s"},"note":[{"text":"t"}]}]
            """));

        Assert.Equal("ServiceSpecificationRef", (string)service["serviceSpecification"]!["@type"]!);
        Assert.Equal("PlaceRef", (string)service["place"]![0]!["place"]!["@type"]!);
        Assert.Null(service["place"]![1]!["place"]!["@type"]);
        Assert.Equal("PartyRef", (string)service["relatedParty"]![0]!["partyOrPartyRole"]!["@type"]!);
        Assert.Equal("PartyRoleRef", (string)service["relatedParty"]![1]!["partyOrPartyRole"]!["@type"]!);
        Assert.Equal(("Intent", "Expression"), ((string)service["intent"]!["@type"]!, (string)service["intent"]!["expression"]!["@type"]!));
        Assert.Equal("Note", (string)service["supportingService"]![0]!["note"]![0]!["@type"]!);
    }

    [Theory]
    [InlineData("""{"value":"a"}""", "StringCharacteristic")]
    [InlineData("""{"value":7}""", "IntegerCharacteristic")]
    [InlineData("""{"value":7.5}""", "NumberCharacteristic")]
    [InlineData("""{"value":false}""", "BooleanCharacteristic")]
    [InlineData("""{"value":{"a":1}}""", "ObjectCharacteristic")]
    [InlineData("""{"value":["a","b"]}""", "StringArrayCharacteristic")]
    [InlineData("""{"value":[1,2]}""", "IntegerArrayCharacteristic")]
    [InlineData("""{"value":[1,2.5]}""", "NumberArrayCharacteristic")]
    [InlineData("""{"value":[true]}""", "BooleanArrayCharacteristic")]
    [InlineData("""{"value":[{}]}""", "ObjectArrayCharacteristic")]
    [InlineData("""{"value":[1,"a"]}""", "Characteristic")]
    [InlineData("""{"value":[]}""", "Characteristic")]
    [InlineData("""{"value":null}""", "Characteristic")]
    [InlineData("""{"value":7,"valueType":"number"}""", "NumberCharacteristic")]
    [InlineData("""{"value":[7],"valueType":"Number"}""", "NumberArrayCharacteristic")]
    [InlineData("""{"value":null,"valueType":"boolean"}""", "BooleanCharacteristic")]
    [InlineData("""{"valueType":"boolean"}""", "Characteristic")]
    [InlineData("""{"value":"2020","valueType":"date"}""", "StringCharacteristic")]
    public async Task Characteristic_without_a_class_gets_it_from_its_value_type_or_value(string characteristic, string type)
    {
        var sent = JsonNode.Parse(characteristic)!;
        sent["name"] = "c";

        var service = await _server.CreateServiceAsync(With($"\"serviceCharacteristic\":[{sent.ToJsonString()}]"));

        sent["@type"] = type;
        Assert.True(JsonNode.DeepEquals(sent, service["serviceCharacteristic"]![0]), service.ToJsonString());
    }

    [Theory]
    [InlineData("\"a\"", "StringCharacteristic", true)]
    [InlineData("1", "StringCharacteristic", false)]
    [InlineData("1", "IntegerCharacteristic", true)]
    [InlineData("1.5", "IntegerCharacteristic", false)]
    [InlineData("1.5", "NumberCharacteristic", true)]
    [InlineData("\"1\"", "NumberCharacteristic", false)]
    [InlineData("true", "BooleanCharacteristic", true)]
    [InlineData("0", "BooleanCharacteristic", false)]
    [InlineData("{}", "ObjectCharacteristic", true)]
    [InlineData("[]", "ObjectCharacteristic", false)]
    [InlineData("[]", "StringArrayCharacteristic", true)]
    [InlineData("[\"a\",1]", "StringArrayCharacteristic", false)]
    [InlineData("\"a\"", "StringArrayCharacteristic", false)]
    [InlineData("[1,2]", "IntegerArrayCharacteristic", true)]
    [InlineData("[1,2.5]", "IntegerArrayCharacteristic", false)]
    [InlineData("[1,2.5]", "NumberArrayCharacteristic", true)]
    [InlineData("[true,null]", "BooleanArrayCharacteristic", false)]
    [InlineData("[{},{\"a\":[]}]", "ObjectArrayCharacteristic", true)]
    [InlineData("null", "StringArrayCharacteristic", true)]
    [InlineData("[1,\"a\",{}]", "Characteristic", true)]
    [InlineData("[1,\"a\",{}]", "MyCharacteristic", true)]
    [InlineData("1", "MyCharacteristic\",\"@baseType\":\"StringCharacteristic", false)]
    public async Task Value_of_a_characteristic_fits_its_class_wherever_it_stands(string value, string type, bool fits)
    {
        var characteristic = $$"""{"name":"c","value":{{value}},"@type":"{{type}}"}""";

        var answer = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, With(
            $$"""
            "serviceCharacteristic":[{{characteristic}}],
            "supportingService":[{"@type":"Service","state":"active","serviceSpecification":{"id":"s"},"feature":[{"name":"f","featureCharacteristic":[{{characteristic}}]}]}]
            """));

        if (fits)
        {
            Assert.Equal(HttpStatusCode.Created, answer.Status);
            return;
        }
        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal(
            ["/serviceCharacteristic/0/value", "/supportingService/0/feature/0/featureCharacteristic/0/value"],
            answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Classes_that_the_server_has_never_heard_of_come_back_whole()
    {
        const string Service =
            """
            {"@type":"VpnService","@baseType":"Service","@schemaLocation":"https://example.com/VpnService.json","state":"active",
             "serviceSpecification":{"id":"s","@type":"VpnSpecificationRef","@baseType":"ServiceSpecificationRef","topology":{"sites":[1,2,{"a":null}]}},
             "place":[{"role":"r","@type":"RelatedPlaceRefOrValue","place":{"@type":"Antenna","@baseType":"GeographicLocation","height":12.5,"masts":["a"]}}],
             "serviceCharacteristic":[{"name":"c","value":[1,"x"],"@type":"MixedCharacteristic","@baseType":"Characteristic","unit":"m"}],
             "supportingService":[{"@type":"VpnLink","@baseType":"Service","@schemaLocation":"https://example.com/VpnLink.json","link":{"from":"a"},"state":"active","serviceSpecification":{"id":"s"}}],
             "intent":{"@type":"VpnIntent","@baseType":"Intent","name":"i","creationDate":"2026-01-15T08:00:00.000Z","lastUpdate":"2026-01-15T08:00:00.000Z","lifecycleStatus":"s","goal":[]},
             "sites":[{"id":7}],"encrypted":true,"nothing":null}
            """;

        var created = await _server.CreateServiceAsync(Service);

        AssertHolds(JsonNode.Parse(Service), created);
        Assert.True(JsonNode.DeepEquals(created, (await _server.GetAsync(PathOf(created))).Json));
        Assert.Equal("1", (await _server.GetAsync($"{RunningServer.ServicePath}?@type=VpnService&sites.id=7")).Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task Texts_that_can_be_searched_for_have_at_most_1000_bytes()
    {
        // Nothing that compresses: an index would have room for that.
        var random = new Random(638);
        var longest = string.Concat(Enumerable.Range(0, 500).Select(_ => (char)random.Next(0xa1, 0x600)));
        string Everywhere(string text) =>
            $$$"""
            {"@type":"Service","state":"active","name":"{{{text}}}","serviceType":"{{{text}}}","serviceDate":"{{{text}}}","serviceSpecification":{"id":"{{{text}}}","@type":"ServiceSpecificationRef"},
            "serviceCharacteristic":[{"name":"{{{text}}}","value":"v"}],"serviceOrderItem":[{"serviceOrderId":"{{{text}}}","itemId":"1"}],
            "relatedParty":[{"role":"r","partyOrPartyRole":{"id":"{{{text}}}","@type":"PartyRef"}}],
            "serviceRelationship":[{"relationshipType":"{{{text}}}","service":{"id":"{{{text}}}","@type":"ServiceRef"}}],"supportingService":[{"id":"{{{text}}}"}]}
            """;

        await _server.CreateServiceAsync(Everywhere(longest));
        var answer = await _server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, Everywhere(longest + "xy"));

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal(
            [
                "/name", "/relatedParty/0/partyOrPartyRole/id", "/serviceCharacteristic/0/name", "/serviceDate", "/serviceOrderItem/0/serviceOrderId",
                "/serviceRelationship/0/relationshipType", "/serviceRelationship/0/service/id", "/serviceSpecification/id", "/serviceType", "/supportingService/0/id",
            ],
            answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
        Assert.Contains("at most 1000", answer.Body);
    }

    [Fact]
    public async Task Unknown_service_is_not_found()
    {
        (await _server.GetAsync($"{RunningServer.ServicePath}/unknown")).IsError(HttpStatusCode.NotFound, "60");

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(
            async () => await _server.Client.Services.GetServiceAsync(new GetServiceRequest { Id = "unknown" }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.NotFound, ErrorReason.ServiceNotFound), (error.StatusCode, error.ErrorReason));
    }
}
