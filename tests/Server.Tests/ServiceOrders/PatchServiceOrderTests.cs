using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>What may be changed of an order's content, in the four forms that a patch may have.</summary>
public sealed class PatchServiceOrderTests : IDisposable
{
    private const string Bad = "24";
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    public static TheoryData<string, string> SamePatches => new()
    {
        { "application/json", """{"description":"new","priority":null,"note":[{"text":"a"}]}""" },
        { PlacedOrder.MergePatch, """{"description":"new","priority":null,"note":[{"text":"a"}]}""" },
        { "application/merge-patch+json; charset=utf-8", """{"description":"new","priority":null,"note":[{"text":"a"}]}""" },
        {
            PlacedOrder.JsonPatch,
            """
            [{"op":"replace","path":"/description","value":"new"},{"op":"remove","path":"priority"},{"op":"replace","path":"/note","value":[]},
             {"op":"add","path":"/note/-","value":{"text":"a"}},{"op":"test","path":"/note/0/text","value":"a"}]
            """
        },
        {
            PlacedOrder.JsonPatchQuery,
            """
            [{"op":"replace","path":"/description","value":"new"},{"op":"remove","path":"/priority"},
             {"op":"remove","path":"/note?note.author=order capture"},{"op":"add","path":"/note","value":{"text":"a"}}]
            """
        },
    };

    [Theory]
    [MemberData(nameof(SamePatches))]
    public async Task Every_media_type_makes_the_same_change(string mediaType, string patch)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);
        var before = (await order.ReadAsync()).Json;

        var answer = await order.PatchAsync(patch, mediaType);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        before["description"] = "new";
        before["note"] = JsonNode.Parse("""[{"text":"a"}]""");
        before.AsObject().Remove("priority");
        Assert.True(JsonNode.DeepEquals(before, answer.Json), answer.Body);
        Assert.Equal("\"2\"", answer.Headers["ETag"]);
        Assert.Equal(answer.Body, (await order.ReadAsync()).Body);
    }

    [Theory]
    [MemberData(nameof(SamePatches))]
    public async Task Every_media_type_makes_the_same_change_over_gRPC(string mediaType, string patch)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var response = await order.PatchOverGrpcAsync(patch, mediaType);

        Assert.Equal(("new", false, "a"), (response.ServiceOrder.Description, response.ServiceOrder.HasPriority, Assert.Single(response.ServiceOrder.Note).Text));
        var read = await order.ReadAsync();
        Assert.Equal(response.Etag, read.Headers["ETag"]);
        Assert.True(JsonNode.DeepEquals(read.Json, JsonNode.Parse(JsonFormat.ToUtf8Bytes(response.ServiceOrder))));
    }

    [Fact]
    public async Task Merge_patch_replaces_arrays_whole_and_null_deletes()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var after = await order.ChangeAsync("""{"note":[{"text":"only"}],"relatedParty":null,"externalReference":[]}""");

        Assert.Equal("""[{"text":"only"}]""", after["note"]!.ToJsonString());
        Assert.Null(after["relatedParty"]);
        Assert.Null(after["externalReference"]);
    }

    [Fact]
    public async Task Json_patch_has_all_six_operations()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var after = await order.ChangeAsync(
            """
            [{"op":"test","path":"/priority","value":"1"},{"op":"copy","from":"/externalId","path":"/notificationContact"},
             {"op":"move","from":"/priority","path":"/x-was"},{"op":"add","path":"/note/0","value":{"text":"first"}},
             {"op":"replace","path":"/note/1/text","value":"second"},{"op":"remove","path":"/requestedStartDate"}]
            """,
            PlacedOrder.JsonPatch);

        Assert.Equal(("BSS-2026-000417", "1"), ((string?)after["notificationContact"], (string?)after["x-was"]));
        Assert.Equal(["first", "second"], after["note"]!.AsArray().Select(note => (string?)note!["text"]));
        Assert.Null(after["priority"]);
        Assert.Null(after["requestedStartDate"]);
    }

    [Fact]
    public async Task Json_patch_is_atomic()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var answer = await order.RefuseAsync(HttpStatusCode.BadRequest, Bad,
            """[{"op":"replace","path":"/description","value":"new"},{"op":"test","path":"/priority","value":"4"}]""", PlacedOrder.JsonPatch);

        Assert.Equal([("/priority", "PATCH_FAILED")], answer.Violations);
    }

    [Fact]
    public async Task Json_patch_accepts_a_path_without_a_leading_slash()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var after = await order.ChangeAsync("""[{"op":"replace","path":"note/0/text","value":"changed"}]""", PlacedOrder.JsonPatch);

        Assert.Equal("changed", (string?)after["note"]![0]!["text"]);
    }

    [Fact]
    public async Task Json_patch_query_addresses_members_of_matching_elements()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);
        await order.ChangeAsync("""[{"op":"add","path":"/note","value":[{"author":"X","text":"1"},{"author":"Y","text":"2"},{"author":"X","text":"3"}]}]""", PlacedOrder.JsonPatchQuery);

        var replaced = await order.ChangeAsync("""[{"op":"replace","path":"/note/text?note.author=X","value":"same"}]""", PlacedOrder.JsonPatchQuery);
        var removed = await order.ChangeAsync("""[{"op":"remove","path":"/note?note.author=X"}]""", PlacedOrder.JsonPatchQuery);
        var nested = await order.ChangeAsync(
            """[{"op":"replace","path":"/serviceOrderItem/service/name?serviceOrderItem.id=2","value":"renamed"}]""", PlacedOrder.JsonPatchQuery);

        Assert.Equal(["Customer is on site from 13:00.", "same", "2", "same"], replaced["note"]!.AsArray().Select(note => (string?)note!["text"]));
        Assert.Equal(["Customer is on site from 13:00.", "2"], removed["note"]!.AsArray().Select(note => (string?)note!["text"]));
        Assert.Equal("renamed", (string?)nested["serviceOrderItem"]![1]!["service"]!["name"]);
    }

    [Fact]
    public async Task Json_patch_query_adds_to_an_array_that_is_not_there_yet()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var after = await order.ChangeAsync("""[{"op":"add","path":"/note","value":{"text":"first"}}]""", PlacedOrder.JsonPatchQuery);

        Assert.Equal("""[{"text":"first"}]""", after["note"]!.ToJsonString());
    }

    [Fact]
    public async Task Json_patch_query_without_a_match_is_an_error()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);
        const string Patch = """[{"op":"replace","path":"/note/text?note.author=nobody","value":"x"}]""";

        Assert.Equal("PATCH_FAILED", Assert.Single((await order.RefuseAsync(HttpStatusCode.BadRequest, Bad, Patch, PlacedOrder.JsonPatchQuery)).Violations).Reason);

        var error = await order.RefuseOverGrpcAsync(Patch, PlacedOrder.JsonPatchQuery);
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.RequestInvalid), (error.StatusCode, error.ErrorReason));
        Assert.Equal("PATCH_FAILED", Assert.Single(error.Violations).Reason);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/vnd.api+json")]
    public async Task Other_media_types_are_415_with_those_that_are_read(string mediaType)
    {
        var order = await PlacedOrder.OnAsync(_server);

        var answer = await order.RefuseAsync(HttpStatusCode.UnsupportedMediaType, "65", """{"description":"x"}""", mediaType);

        Assert.Equal(
            ["application/merge-patch+json", "application/json", "application/json-patch+json", "application/json-patch-query+json"],
            answer.Headers["Accept-Patch"].Split(", "));
        var error = await order.RefuseOverGrpcAsync("""{"description":"x"}""", mediaType);
        Assert.Equal((StatusCode.InvalidArgument, ErrorReason.MediaTypeNotSupported), (error.StatusCode, error.ErrorReason));
    }

    [Fact]
    public async Task Options_tell_the_methods_and_the_forms_of_a_patch()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var one = await _server.SendAsync(HttpMethod.Options, order.Path);
        var all = await _server.SendAsync(HttpMethod.Options, RunningServer.ServiceOrderPath);

        Assert.Contains("application/json-patch-query+json", one.Headers["Accept-Patch"]);
        Assert.Equal(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"], one.Headers["Allow"].Split(", ").Order());
        Assert.Equal(["GET", "HEAD", "OPTIONS", "POST"], all.Headers["Allow"].Split(", ").Order());
        Assert.False(all.Headers.ContainsKey("Accept-Patch"));
    }

    [Theory]
    [InlineData("description", "\"new\"")]
    [InlineData("expectedCompletionDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("externalId", "\"new\"")]
    [InlineData("notificationContact", "\"new\"")]
    [InlineData("priority", "\"3\"")]
    [InlineData("requestedCompletionDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("requestedStartDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("externalReference", """[{"id":"1","name":"new"}]""")]
    [InlineData("note", """[{"text":"new"}]""")]
    [InlineData("orderRelationship", """[{"id":"other","relationshipType":"bundles"}]""")]
    [InlineData("relatedParty", """[{"id":"new","role":"customer"}]""")]
    [InlineData("serviceOrderItem", """[{"id":"1","action":"add","service":{"name":"new"},"state":"acknowledged"},{"id":"9","action":"add","service":{},"state":"acknowledged"}]""")]
    [InlineData("x-extension", """{"any":[1,true,null]}""")]
    public async Task Attribute_that_the_standard_lets_be_patched_is_patchable(string attribute, string value)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var after = await order.ChangeAsync($$"""{"{{attribute}}":{{value}} }""");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value), after[attribute]), after.ToJsonString());
    }

    [Theory]
    [InlineData("id", "\"new\"")]
    [InlineData("href", "\"new\"")]
    [InlineData("category", "\"new\"")]
    [InlineData("category", "null")]
    [InlineData("orderDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("orderDate", "null")]
    [InlineData("startDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("completionDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("cancellationDate", "\"2026-02-01T08:00:00.000Z\"")]
    [InlineData("cancellationReason", "\"new\"")]
    [InlineData("errorMessage", """[{"code":"1","reason":"x"}]""")]
    [InlineData("jeopardyAlert", """[{"alertDate":"2026-02-01T08:00:00.000Z"}]""")]
    [InlineData("milestone", """[{"name":"x"}]""")]
    [InlineData("@type", "\"Other\"")]
    [InlineData("@baseType", "\"Other\"")]
    [InlineData("@schemaLocation", "\"http://example.com\"")]
    public async Task Changed_value_of_any_other_attribute_is_a_400_that_names_it(string attribute, string value)
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var answer = await order.RefuseAsync(HttpStatusCode.BadRequest, Bad, $$"""{"{{attribute}}":{{value}} }""");

        Assert.Equal([($"/{attribute}", "FIELD_IMMUTABLE")], answer.Violations);
    }

    [Fact]
    public async Task Unchanged_values_are_tolerated()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);
        var whole = (await order.ReadAsync()).Json;
        whole["description"] = "new";

        var after = await order.ChangeAsync(whole.ToJsonString());

        Assert.True(JsonNode.DeepEquals(whole, after));
    }

    [Fact]
    public async Task Patch_that_changes_nothing_leaves_the_entity_tag()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);

        var answer = await order.PatchAsync((await order.ReadAsync()).Body);

        Assert.Equal((HttpStatusCode.OK, "\"1\""), (answer.Status, answer.Headers["ETag"]));
    }

    [Fact]
    public async Task All_offending_paths_are_named_at_once()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);
        const string Patch = """
            {"category":"x","orderDate":"2026-02-01T08:00:00.000Z","note":[{"author":"no text"}],
             "relatedParty":[{"id":"ok"},{"role":"no id"}],"serviceOrderItem":[{"id":"1"},{"id":"1","action":"add","service":{}}]}
            """;

        var answer = await order.RefuseAsync(HttpStatusCode.BadRequest, Bad, Patch);
        var error = await order.RefuseOverGrpcAsync(Patch);

        (string, string)[] expected =
        [
            ("/note/0/text", "FIELD_MISSING"), ("/relatedParty/1/id", "FIELD_MISSING"),
            ("/serviceOrderItem/0/action", "FIELD_MISSING"), ("/serviceOrderItem/0/service", "FIELD_MISSING"),
            ("/serviceOrderItem/1/id", "SERVICE_ORDER_ITEM_DUPLICATE"), ("/category", "FIELD_IMMUTABLE"), ("/orderDate", "FIELD_IMMUTABLE"),
        ];
        Assert.Equal(expected.Order(), answer.Violations.Order());
        Assert.Equal(expected.Select(place => ("patch" + place.Item1, place.Item2)).Order(), error.Violations.Select(v => (v.Field, v.Reason)).Order());
    }

    [Theory]
    [InlineData("""{"note":[{"author":"x"}]}""", "/note/0/text", "FIELD_MISSING")]
    [InlineData("""{"relatedParty":[{"role":"x"}]}""", "/relatedParty/0/id", "FIELD_MISSING")]
    [InlineData("""{"externalReference":[{"id":"x"}]}""", "/externalReference/0/name", "FIELD_MISSING")]
    [InlineData("""{"orderRelationship":[{"id":"x"}]}""", "/orderRelationship/0/relationshipType", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[]}""", "/serviceOrderItem", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":null}""", "/serviceOrderItem", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"action":"add","service":{}}]}""", "/serviceOrderItem/0/id", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","service":{}}]}""", "/serviceOrderItem/0/action", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add"}]}""", "/serviceOrderItem/0/service", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"sell","service":{}}]}""", "/serviceOrderItem/0/action", "FIELD_INVALID")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{"serviceCharacteristic":[{"name":"x"}]}}]}""", "/serviceOrderItem/0/service/serviceCharacteristic/0/value", "FIELD_MISSING")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{}},{"id":"1","action":"add","service":{}}]}""", "/serviceOrderItem/1/id", "SERVICE_ORDER_ITEM_DUPLICATE")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"2"}}]}]}""", "/serviceOrderItem/0/serviceOrderItemRelationship/0/orderItem/itemId", "SERVICE_ORDER_ITEM_UNKNOWN")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"2","serviceOrderId":"nowhere"}}]}]}""", "/serviceOrderItem/0/serviceOrderItemRelationship/0/orderItem/serviceOrderId", "SERVICE_ORDER_ITEM_UNKNOWN")]
    [InlineData("""{"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"1"}}]}]}""", "/serviceOrderItem", "SERVICE_ORDER_ITEM_CYCLE")]
    [InlineData("""{"requestedStartDate":"2026-01-15T08:00:00"}""", "/requestedStartDate", "FIELD_INVALID")]
    [InlineData("""{"description":7}""", "/description", "FIELD_INVALID")]
    [InlineData("""{"state":"sleeping"}""", "/state", "FIELD_INVALID")]
    [InlineData("""{"state":null}""", "/state", "FIELD_INVALID")]
    public async Task Sub_resources_created_by_a_patch_obey_the_rules_of_creation(string patch, string path, string reason)
    {
        var order = await PlacedOrder.OnAsync(_server);

        var answer = await order.RefuseAsync(HttpStatusCode.BadRequest, reason == "FIELD_MISSING" ? "23" : Bad, patch);

        Assert.Equal([(path, reason)], answer.Violations);
        var error = await order.RefuseOverGrpcAsync(patch);
        Assert.Equal([("patch" + path, reason)], error.Violations.Select(violation => (violation.Field, violation.Reason)));
    }

    [Fact]
    public async Task Cycle_that_a_patch_would_close_is_named()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.WithDependencies(("a", ["b"]), ("b", [])));

        var answer = await order.RefuseAsync(HttpStatusCode.BadRequest, Bad,
            """
            [{"op":"add","path":"/serviceOrderItem/serviceOrderItemRelationship?serviceOrderItem.id=b",
              "value":{"relationshipType":"dependency","orderItem":{"itemId":"a"}}}]
            """,
            PlacedOrder.JsonPatchQuery);

        Assert.Contains("a -> b -> a", answer.Body);
    }

    [Fact]
    public async Task Item_of_another_order_may_be_referred_to_by_a_patch()
    {
        var other = await PlacedOrder.OnAsync(_server, ExampleOrders.WithIds("x"));
        var order = await PlacedOrder.OnAsync(_server);
        string Patch(string item) =>
            $$"""
            {"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[
              {"relationshipType":"dependency","orderItem":{"itemId":"{{item}}","serviceOrderId":"{{other.Id}}"} }]}]}
            """;

        await order.ChangeAsync(Patch("x"));
        var answer = await order.RefuseAsync(HttpStatusCode.BadRequest, Bad, Patch("y"));

        Assert.Equal([("/serviceOrderItem/0/serviceOrderItemRelationship/0/orderItem/itemId", "SERVICE_ORDER_ITEM_UNKNOWN")], answer.Violations);
    }

    [Fact]
    public async Task Extension_members_are_added_and_removed_by_a_patch()
    {
        var order = await PlacedOrder.OnAsync(_server);

        var added = await order.ChangeAsync("""{"x":{"a":1,"b":[true]},"serviceOrderItem":[{"id":"1","action":"add","service":{},"y":"z"}]}""");
        var changed = await order.ChangeAsync("""{"x":{"a":null,"c":2}}""");
        var removed = await order.ChangeAsync("""[{"op":"remove","path":"/x"},{"op":"remove","path":"/serviceOrderItem/0/y"}]""", PlacedOrder.JsonPatch);

        Assert.Equal(("""{"a":1,"b":[true]}""", "z"), (added["x"]!.ToJsonString(), (string?)added["serviceOrderItem"]![0]!["y"]));
        Assert.Equal("""{"b":[true],"c":2}""", changed["x"]!.ToJsonString());
        Assert.Null(removed["x"]);
        Assert.Null(removed["serviceOrderItem"]![0]!["y"]);
    }

    [Theory]
    [InlineData("", PlacedOrder.MergePatch, "21")]
    [InlineData("{", PlacedOrder.MergePatch, "22")]
    [InlineData("""{"note":1,"note":2}""", PlacedOrder.MergePatch, "22")]
    [InlineData("{}", PlacedOrder.JsonPatch, "22")]
    [InlineData("""[{"op":"explode","path":"/note"}]""", PlacedOrder.JsonPatch, "22")]
    [InlineData("""[{"op":"remove"}]""", PlacedOrder.JsonPatch, "22")]
    [InlineData("""[{"op":"remove","path":"/nothing"}]""", PlacedOrder.JsonPatch, "24")]
    [InlineData("""[{"op":"replace","path":"","value":7}]""", PlacedOrder.JsonPatch, "24")]
    [InlineData("[]", PlacedOrder.MergePatch, "24")]
    public async Task Document_that_is_no_patch_is_refused(string patch, string mediaType, string code)
    {
        var order = await PlacedOrder.OnAsync(_server);

        await order.RefuseAsync(HttpStatusCode.BadRequest, code, patch, mediaType);
        Assert.Equal(StatusCode.InvalidArgument, (await order.RefuseOverGrpcAsync(patch, mediaType)).StatusCode);
    }

    [Fact]
    public async Task Unknown_order_is_not_patched()
    {
        var answer = await _server.SendAsync(HttpMethod.Patch, $"{RunningServer.ServiceOrderPath}/nobody", "{}");

        answer.IsError(HttpStatusCode.NotFound, "60");
    }

    [Fact]
    public async Task Copies_that_would_fill_the_memory_are_refused()
    {
        var order = await PlacedOrder.OnAsync(_server, ExampleOrders.Fiber);
        var operations = Enumerable.Range(0, 60).Select(_ => """{"op":"copy","from":"/x","path":"/x/-"}""");

        var answer = (await order.PatchAsync(
            $$"""[{"op":"add","path":"/x","value":["{{new string('x', 1000)}}"]},{{string.Join(",", operations)}}]""", PlacedOrder.JsonPatch)).Status;

        Assert.Contains(answer, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
    }
}
