using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using Tmf.ServiceInventory.V5;
using static ServiceOrdering.Server.Tests.ServiceInventory.ExampleServices;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

public sealed class ChangeServiceTests : IDisposable
{
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("id", "\"x\"")]
    [InlineData("href", "\"x\"")]
    [InlineData("serviceDate", "\"2020-01-01T00:00:00.000Z\"")]
    [InlineData("serviceDate", "null")]
    [InlineData("@type", "\"Mine\"")]
    [InlineData("@baseType", "\"Service\"")]
    [InlineData("@schemaLocation", "\"https://example.com/x\"")]
    public async Task Attribute_that_stays_as_it_was_created_is_not_patched(string name, string value)
    {
        var service = await _server.CreateServiceAsync();

        var answer = await _server.PatchServiceAsync(service, $$"""{"name":"new","{{name}}":{{value}}}""");

        answer.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal([($"/{name}", "FIELD_IMMUTABLE")], answer.Violations);
        Assert.True(JsonNode.DeepEquals(service, (await _server.GetAsync(PathOf(service))).Json));
    }

    [Fact]
    public async Task Attributes_that_do_not_change_are_tolerated()
    {
        var service = await _server.CreateServiceAsync();
        var patch = service.DeepClone();
        patch["name"] = "new";

        var answer = await _server.PatchServiceAsync(service, patch.ToJsonString());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(JsonNode.DeepEquals(patch, answer.Json), answer.Body);
    }

    [Fact]
    public async Task Required_attribute_is_not_removed()
    {
        var service = await _server.CreateServiceAsync();

        var answer = await _server.PatchServiceAsync(service, """{"state":null,"serviceSpecification":null}""");

        answer.IsError(HttpStatusCode.BadRequest, "23");
        Assert.Equal(["/serviceSpecification", "/state"], answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_patch_adds_obeys_the_rules_of_creation()
    {
        var service = await _server.CreateServiceAsync();

        var refused = await _server.PatchServiceAsync(service,
            """[{"op":"add","path":"/serviceCharacteristic","value":[{"name":"c","value":1,"@type":"StringCharacteristic"}]}]""", "application/json-patch+json");
        var taken = await _server.PatchServiceAsync(service, """{"serviceCharacteristic":[{"name":"c","value":1}],"note":[{"text":"t"}]}""");

        refused.IsError(HttpStatusCode.BadRequest, "24");
        Assert.Equal([("/serviceCharacteristic/0/value", "FIELD_INVALID")], refused.Violations);
        Assert.Equal("IntegerCharacteristic", (string)taken.Json["serviceCharacteristic"]![0]!["@type"]!);
        Assert.Equal("Note", (string)taken.Json["note"]![0]!["@type"]!);
    }

    [Fact]
    public async Task Stale_entity_tag_changes_and_deletes_nothing()
    {
        var service = await _server.CreateServiceAsync();

        (await _server.PatchServiceAsync(service, """{"name":"x"}""", headers: ("If-Match", "\"7\""))).IsError(HttpStatusCode.PreconditionFailed, "64");
        (await _server.SendAsync(HttpMethod.Delete, PathOf(service), null, ("If-Match", "\"7\""))).IsError(HttpStatusCode.PreconditionFailed, "64");
        var changed = await _server.PatchServiceAsync(service, """{"name":"x"}""", headers: ("If-Match", "\"1\""));

        Assert.Equal(("x", "\"2\""), ((string?)changed.Json["name"], changed.Headers["ETag"]));
    }

    [Fact]
    public async Task Media_types_that_are_no_patch_are_refused_with_those_that_are()
    {
        var service = await _server.CreateServiceAsync();

        var answer = await _server.PatchServiceAsync(service, "<state/>", "application/xml");

        answer.IsError(HttpStatusCode.UnsupportedMediaType, "65");
        Assert.Equal(
            "application/merge-patch+json, application/json, application/json-patch+json, application/json-patch-query+json", answer.Headers["Accept-Patch"]);
    }

    [Fact]
    public async Task Masked_fields_are_changed_over_gRPC_and_no_others()
    {
        var created = await _server.Client.Services.CreateServiceAsync(new CreateServiceRequest { Service = NewService() }, cancellationToken: Cancel);

        var updated = await _server.Client.Services.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Service = new Service { Id = created.Service.Id, State = ServiceState.Inactive, Category = "not in the mask" },
                UpdateMask = new FieldMask { Paths = { "state", "name" } },
                Etag = created.Etag,
            },
            cancellationToken: Cancel);

        var expected = created.Service.Clone();
        expected.State = ServiceState.Inactive;
        expected.ClearName();
        Assert.Equal((expected, "\"2\""), (updated.Service, updated.Etag));
    }

    [Fact]
    public async Task Forbidden_transition_names_the_states_over_gRPC()
    {
        var created = await _server.Client.Services.CreateServiceAsync(new CreateServiceRequest { Service = NewService() }, cancellationToken: Cancel);

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Client.Services.UpdateServiceAsync(
            new UpdateServiceRequest { Service = new Service { Id = created.Service.Id, State = ServiceState.Designed } }, cancellationToken: Cancel));

        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ServiceTransitionForbidden), (error.StatusCode, error.ErrorReason));
        Assert.Equal("service.state", Assert.Single(error.Violations).Field);
        Assert.Contains("active", error.Message);
    }

    [Fact]
    public async Task Update_without_an_id_is_refused()
    {
        foreach (var request in new[] { new UpdateServiceRequest(), new UpdateServiceRequest { Service = NewService() } })
        {
            var error = await Assert.ThrowsAsync<ServiceOrderingException>(
                async () => await _server.Client.Services.UpdateServiceAsync(request, cancellationToken: Cancel));
            Assert.Equal(("service.id", "FIELD_MISSING"), (error.Violations[0].Field, error.Violations[0].Reason));
        }
    }

    [Fact]
    public async Task Service_that_supports_others_is_not_deleted()
    {
        var supporting = await _server.CreateServiceAsync();
        var reference = $$"""[{"id":"{{supporting["id"]}}","@type":"ServiceRef"}]""";
        var one = await _server.CreateServiceAsync(With($"\"supportingService\":{reference}"));
        var other = await _server.CreateServiceAsync();
        await _server.PatchServiceAsync(other, $$"""{"supportingService":{{reference}}}""");

        var refused = (await _server.SendAsync(HttpMethod.Delete, PathOf(supporting))).IsError(HttpStatusCode.Conflict, "62");
        Assert.All([one, other], user => Assert.Contains((string)user["id"]!, (string)refused.Json["message"]!));
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Client.Services.DeleteServiceAsync(
            new DeleteServiceRequest { Id = (string)supporting["id"]! }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReason.ServiceInUse), (error.StatusCode, error.ErrorReason));

        await _server.PatchServiceAsync(one, """{"supportingService":null}""");
        await _server.SendAsync(HttpMethod.Delete, PathOf(other));
        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, PathOf(supporting))).Status);
    }

    [Fact]
    public async Task Service_carried_by_value_or_otherwise_related_keeps_nothing_from_deletion()
    {
        var related = await _server.CreateServiceAsync();
        await _server.CreateServiceAsync(With(
            $$"""
            "supportingService":[{"id":"{{related["id"]}}","state":"active","serviceSpecification":{"id":"v"},"@type":"Service"}],
            "serviceRelationship":[{"relationshipType":"dependsOn","service":{"id":"{{related["id"]}}"} }]
            """));

        Assert.Equal(HttpStatusCode.NoContent, (await _server.SendAsync(HttpMethod.Delete, PathOf(related))).Status);
    }

    private static Service NewService() => new()
    {
        Type = "Service",
        State = ServiceState.Active,
        Name = "n",
        ServiceSpecification = new ServiceSpecificationRef { Id = "s" },
    };
}
