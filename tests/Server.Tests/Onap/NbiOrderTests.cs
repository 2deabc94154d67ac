using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using static ServiceOrdering.Server.Tests.Onap.NbiServer;
using Nbi = Onap.Nbi.V4;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>Placing and reading orders in the dialect of ONAP's NBI.</summary>
public sealed class NbiOrderTests : IDisposable
{
    private readonly NbiServer _nbi = new();

    public void Dispose() => _nbi.Dispose();

    [Theory]
    [InlineData(V3)]
    [InlineData(V4)]
    public async Task Order_is_created_where_its_location_says(string path)
    {
        var answer = await _nbi.PostAsync(Order("", Item("1", "add")), path);

        var id = answer.Json["id"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(($"serviceOrder/{id}", "acknowledged"), (answer.Json["href"]!.GetValue<string>(), answer.Json["state"]!.GetValue<string>()));
        Assert.Equal($"{_nbi.Server.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}/{id}", answer.Headers["Location"]);
        Assert.Equal(HttpStatusCode.OK, (await _nbi.Server.GetAsync(answer.Headers["Location"])).Status);
    }

    [Fact]
    public async Task What_only_the_server_sets_and_what_nobody_knows_is_ignored_whatever_it_is()
    {
        var id = await _nbi.PlaceAsync(
            $$"""
            {"id":"mine","href":"there","state":"whatever","orderDate":"soon","completionDateTime":5,"orderMessage":"none","unknown":{"a":[]},"@schemaLocation":"/tutu",
             "requestedStartDate":"2020-01-15T09:00:00.123456789+01:00",
             "orderRelationship":[{"type":"reliesOn","id":"nowhere","href":"x","@referredType":"ServiceOrder"}],
             "orderItem":[{"id":"1","action":"add","state":"active","percentProgress":7,"orderItemMessage":[{}],"service":{"name":"a","state":"x","serviceState":"active",{{Specification}} } }]}
            """);
        await _nbi.Working.WaitForAsync(id, "inProgress");

        var order = await _nbi.ReadAsync(id);

        Assert.NotEqual("mine", id);
        Assert.Equal("/tutu", order["@schemaLocation"]!.GetValue<string>());
        Assert.Equal("2020-01-15T08:00:00.123Z", order["requestedStartDate"]!.GetValue<string>());
        Assert.Equal("""[{"type":"reliesOn","id":"nowhere","href":"x","@referredType":"ServiceOrder"}]""", order["orderRelationship"]!.ToJsonString());
        Assert.Equal(("acknowledged", "0"), (States(order).Single(), order["orderItem"]![0]!["percentProgress"]!.GetValue<string>()));
        Assert.False(order.AsObject().ContainsKey("unknown"));
        Assert.Single(await _nbi.Working.PollAsync());
    }

    [Fact]
    public async Task Order_that_relies_on_another_one_waits_for_it()
    {
        var first = await _nbi.PlaceAsync(Order("", Item("1", "add")));

        var second = await _nbi.PlaceAsync(Order($$"""  "orderRelationship":[{"type":"reliesOn","id":"{{first}}"}]""", Item("2", "add")));
        var seen = await _nbi.Working.WaitForAsync(second, "inProgress");
        var assignment = await _nbi.Working.TakeAsync();

        Assert.Equal("dependency", seen["orderRelationship"]![0]!["relationshipType"]!.GetValue<string>());
        Assert.Equal("1", assignment.Item.Id);
        Assert.Empty(await _nbi.Working.PollAsync(seconds: 0));
        await _nbi.Working.CompleteAsync(assignment);
        Assert.Equal("2", (await _nbi.Working.TakeAsync()).Item.Id);
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once()
    {
        var answer = await _nbi.PostAsync(
            """
            {"relatedParty":[{"name":"a"}],"orderRelationship":[{}],"orderItem":[
                {"id":"1","action":"add","orderItemRelationship":[{"type":"reliesOn","id":"9"}],
                 "service":{"serviceState":"designed","serviceCharacteristic":[{"valueType":"x"}],"serviceSpecification":{"targetServiceSchema":{} } } },
                {"id":"1","action":"modify","service":{"serviceSpecification":{"id":"s"} } },
                {"action":"add"}]}
            """);

        AssertIsError(answer, 400, 24);
        Assert.Equal(
            [
                "/orderItem/0/orderItemRelationship/0/id", "/orderItem/0/service/serviceCharacteristic/0/name", "/orderItem/0/service/serviceSpecification/id",
                "/orderItem/0/service/serviceSpecification/targetServiceSchema/@schemaLocation", "/orderItem/0/service/serviceSpecification/targetServiceSchema/@type",
                "/orderItem/0/service/serviceState", "/orderItem/1/id", "/orderItem/1/service/id", "/orderItem/2/id", "/orderItem/2/service", "/orderRelationship/0/id",
                "/relatedParty/0/id", "/relatedParty/0/role",
            ],
            answer.Violations.Select(violation => violation.Path).Order(StringComparer.Ordinal));
        Assert.Contains("more.", answer.Json["description"]!.GetValue<string>());
        Assert.Equal(0, _nbi.Server.Query<long>("select count(*) from service_order").Single());
    }

    [Theory]
    [InlineData("""{"orderItem":[{"id":"1","service":{"serviceSpecification":{"id":"s"}}}]}""", "/orderItem/0/action")]
    [InlineData("""{"orderItem":[]}""", "/orderItem")]
    [InlineData("""{}""", "/orderItem")]
    public async Task What_is_required_and_missing_is_code_23(string json, string place)
    {
        foreach (var path in new[] { V3, V4 })
        {
            var answer = await _nbi.PostAsync(json, path);

            AssertIsError(answer, 400, 23);
            Assert.Equal([(place, "FIELD_MISSING")], answer.Violations);
        }
    }

    [Theory]
    [InlineData("""{"orderItem":[{"id":"1","action":"add","service":{}}]}""", 100, "/orderItem/0/service/serviceSpecification/id")]
    [InlineData("""{"orderItem":[{"id":"1","action":"delete","service":{"serviceSpecification":{"id":"s"}}}]}""", 101, "/orderItem/0/service/id")]
    public async Task Missing_ids_of_services_have_codes_of_their_own_in_v3(string json, int code, string place)
    {
        var version3 = await _nbi.PostAsync(json, V3);
        var version4 = await _nbi.PostAsync(json);

        AssertIsError(version3, 422, code);
        AssertIsError(version4, 400, 23);
        Assert.Equal([place], version3.Violations.Select(violation => violation.Path));
        Assert.Equal([place], version4.Violations.Select(violation => violation.Path));
    }

    [Fact]
    public async Task Items_that_rely_on_each_other_in_a_circle_are_refused()
    {
        var answer = await _nbi.PostAsync(Order("",
            Item("A", "add", more: """,  "orderItemRelationship":[{"type":"reliesOn","id":"B"}]"""), Item("B", "add", more: """,  "orderItemRelationship":[{"type":"reliesOn","id":"A"}]""")));

        AssertIsError(answer, 400, 24);
        Assert.Equal([("/orderItem", "SERVICE_ORDER_ITEM_CYCLE")], answer.Violations);
        Assert.Contains("A -> B -> A", answer.Json["description"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("?fields=state,nothing", """{"state":"inProgress","nothing":null}""")]
    [InlineData("?:fields=state", """{"state":"inProgress"}""")]
    [InlineData("?%3Afields=orderItem.id,orderItem.service.name,orderItem.id.x&other=1", """{"orderItem":[{"id":"1","service":{"name":"service 1"}}]}""")]
    [InlineData("?fields=completionDateTime,relatedParty.id", """{"completionDateTime":null,"relatedParty":null}""")]
    public async Task Members_are_shown_that_are_asked_for_and_no_others(string query, string expected)
    {
        var id = await _nbi.PlaceAsync(Order("", Item("1", "add")));
        await _nbi.Working.WaitForAsync(id, "inProgress");

        var one = await _nbi.Server.GetAsync($"{V4}/{id}{query}");
        var list = await _nbi.Server.GetAsync($"{V4}{query}");

        Assert.Equal((expected, $"[{expected}]"), (one.Body, list.Body));
    }

    [Theory]
    [InlineData("?fields=all")]
    [InlineData("?fields=?all")]
    [InlineData("?all")]
    [InlineData("??all")]
    [InlineData("?fields=")]
    [InlineData("?whatever=1&target=x")]
    public async Task All_members_are_shown_where_all_are_asked_for(string query)
    {
        var id = await _nbi.PlaceAsync(Order("", Item("1", "add")));
        await _nbi.Working.WaitForAsync(id, "inProgress");

        Assert.Equal((await _nbi.Server.GetAsync($"{V4}/{id}")).Body, (await _nbi.Server.GetAsync($"{V4}/{id}{query}")).Body);
    }

    [Fact]
    public async Task Answer_to_a_new_order_shows_what_is_asked_for_and_its_location()
    {
        var answer = await _nbi.PostAsync(Order("", Item("1", "add")), V4 + "?fields=state,orderItem.id");

        Assert.Equal((HttpStatusCode.Created, """{"state":"acknowledged","orderItem":[{"id":"1"}]}"""), (answer.Status, answer.Body));
        Assert.Contains(V4, answer.Headers["Location"]);
    }

    [Fact]
    public async Task Orders_are_placed_listed_and_deleted_over_gRPC_page_by_page()
    {
        var client = new Nbi.ServiceOrderService.ServiceOrderServiceClient(_nbi.Server.Client.CallInvoker);
        var order = new Nbi.ServiceOrder
        {
            OrderItem = { new Nbi.ServiceOrderItem { Id = "1", Action = Nbi.OrderItemAction.Add, Service = new Nbi.Service { ServiceSpecification = new Nbi.ServiceSpecificationRef { Id = "s" } } } },
        };
        var placed = new List<string>();
        for (var i = 0; i < 3; i++)
            placed.Insert(0, (await client.CreateServiceOrderAsync(new Nbi.CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel)).ServiceOrder.Id);

        var first = await client.ListServiceOrdersAsync(new Nbi.ListServiceOrdersRequest { Limit = 2 }, cancellationToken: Cancel);
        var second = await client.ListServiceOrdersAsync(new Nbi.ListServiceOrdersRequest { PageToken = first.NextPageToken }, cancellationToken: Cancel);
        await client.DeleteServiceOrderAsync(new Nbi.DeleteServiceOrderRequest { Id = placed[0] }, cancellationToken: Cancel);
        var gone = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await client.GetServiceOrderAsync(new Nbi.GetServiceOrderRequest { Id = placed[0] }, cancellationToken: Cancel));
        var missing = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.CreateServiceOrderAsync(new Nbi.CreateServiceOrderRequest { Version = "v3", ServiceOrder = new Nbi.ServiceOrder { OrderItem = { new Nbi.ServiceOrderItem { Id = "1", Action = Nbi.OrderItemAction.Add, Service = new Nbi.Service() } } } }, cancellationToken: Cancel));

        Assert.Equal(placed, first.ServiceOrders.Concat(second.ServiceOrders).Select(found => found.Id));
        Assert.Equal((3, 2, false, ""), (first.TotalCount, first.ResultCount, second.HasTotalCount, second.NextPageToken));
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
        Assert.Equal((StatusCode.FailedPrecondition, "SPECIFICATION_ID_MISSING"), (missing.StatusCode, missing.Reason));
    }

    [Fact]
    public async Task Errors_have_the_members_of_the_documents_under_both_paths()
    {
        foreach (var (version, members) in new[] { ("v3", 9), ("v4", 7) })
        {
            var path = $"/nbi/api/{version}";
            AssertIsError(await _nbi.Server.GetAsync($"{path}/serviceOrder/nowhere"), 404, 60, members);
            AssertIsError(await _nbi.Server.GetAsync($"{path}/nothing"), 404, 60, members);
            AssertIsError(await _nbi.Server.SendAsync(HttpMethod.Put, $"{path}/serviceOrder", "{}"), 405, 61, members);
            AssertIsError(await _nbi.Server.SendAsync(HttpMethod.Post, $"{path}/serviceOrder", "x", ("Content-Type", "text/plain")), 415, 65, members);
            AssertIsError(await _nbi.Server.SendAsync(HttpMethod.Post, $"{path}/serviceOrder", "{"), 400, 22, members);
            AssertIsError(await _nbi.Server.SendAsync(HttpMethod.Post, $"{path}/serviceOrder", $"\"{new string('x', 5_000_000)}\""), 413, 29, members);
            AssertIsError(await _nbi.Server.SendAsync(HttpMethod.Delete, $"{path}/serviceOrder/nowhere"), 404, 60, members);
            AssertIsError(await _nbi.Server.GetAsync($"{path}/serviceOrder?limit=-1"), 400, 28);
            AssertIsError(await _nbi.Server.GetAsync($"{path}/serviceOrder?orderDate.gt=soon"), 400, 28);
        }
    }

    private static void AssertIsError(RestAnswer answer, int status, int code, int? members = null)
    {
        Assert.True((int)answer.Status == status, $"{answer.Status}: {answer.Body}");
        var body = answer.Json.AsObject();
        Assert.Equal((code, $"{status}"), (body["code"]!.GetValue<int>(), body["status"]!.GetValue<string>()));
        Assert.NotEmpty(body["reason"]!.GetValue<string>());
        Assert.NotEmpty(body["message"]!.GetValue<string>());
        Assert.NotEmpty(body["description"]!.GetValue<string>());
        Assert.True(body.ContainsKey("referenceError") && body.ContainsKey("infoURL"));
        if (members is { } count)
            Assert.Equal(count, body.Count(member => member.Key != "errors"));
    }
}
