using System.Net;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>What a caller that is bound to a party reads and writes: what names its party.</summary>
public sealed class PartyTests : IDisposable
{
    private readonly PartyServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Orders_of_others_are_not_there_for_who_is_bound_to_a_party()
    {
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        var nobodys = await CreateAsync(_server.Desk, Orders, ExampleOrders.Minimal);
        var shared = await CreateAsync(_server.Desk, Orders, """{"relatedParty":[{"id":"beta"},{"id":"alpha"},{"id":"alpha"}],"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""");

        Assert.Equal($"{shared} {mine}", (await ListAsync(_server.Alpha, Orders)).Ids);
        foreach (var query in new[] { "", "?state=acknowledged", "?limit=1", "?sort=id", "?relatedParty.role=customer&limit=0" })
            Assert.Equal(query.Contains("customer", StringComparison.Ordinal) ? "1" : "2", (await ListAsync(_server.Alpha, Orders + query)).Total);
        Assert.Equal("4", (await ListAsync(_server.Desk, Orders)).Total);
        foreach (var id in new[] { other, nobodys })
        {
            (await GetAsync(_server.Alpha, $"{Orders}/{id}")).IsError(HttpStatusCode.NotFound, "60");
            (await GetAsync(_server.Alpha, $"{Orders}/{id}?fields=state")).IsError(HttpStatusCode.NotFound, "60");
            // Before its entity tag is looked at.
            (await PatchAsync(_server.Alpha, $"{Orders}/{id}", """{"description":"x"}""", ("If-Match", "\"7\""))).IsError(HttpStatusCode.NotFound, "60");
            (await SendAsync(_server.Alpha, HttpMethod.Delete, $"{Orders}/{id}", null, ("If-Match", "\"7\""))).IsError(HttpStatusCode.NotFound, "60");
        }
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(_server.Alpha, $"{Orders}/{shared}")).Status);
    }

    [Fact]
    public async Task Order_that_another_grpc_caller_asks_for_is_not_there()
    {
        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        var alpha = TokenIssuer.Bearer(_server.TokenOf("alpha"));

        var get = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Server.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = other }, alpha, cancellationToken: Cancel));
        var update = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Server.ServiceOrders.UpdateServiceOrderAsync(
            new UpdateServiceOrderRequest { ServiceOrder = new ServiceOrder { Id = other, Description = "x" } }, alpha, cancellationToken: Cancel));
        var list = await _server.Server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), alpha, cancellationToken: Cancel);

        Assert.Equal(["SERVICE_ORDER_NOT_FOUND", "SERVICE_ORDER_NOT_FOUND"], [get.Reason, update.Reason]);
        Assert.Equal((0, 0L), (list.ServiceOrders.Count, list.TotalCount));
    }

    [Fact]
    public async Task What_is_written_names_the_party_of_its_writer_before_and_after()
    {
        var foreign = await PostAsync(_server.Alpha, Orders, Order("beta"));
        var none = await PostAsync(_server.Alpha, Orders, ExampleOrders.Minimal);
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var given = await PatchAsync(_server.Alpha, $"{Orders}/{mine}", """{"relatedParty":[{"id":"beta"}]}""");
        var removed = await PatchAsync(_server.Alpha, $"{Orders}/{mine}", """{"relatedParty":null}""");
        var shared = await PatchAsync(_server.Alpha, $"{Orders}/{mine}", """{"relatedParty":[{"id":"alpha"},{"id":"beta"}]}""");

        foreach (var refused in new[] { foreign, none, given, removed })
            Assert.Equal([("/relatedParty", "PARTY_MISSING")], refused.IsErrorBody(HttpStatusCode.BadRequest).Violations);
        Assert.Equal(HttpStatusCode.OK, shared.Status);
        Assert.Equal(mine, (await ListAsync(_server.Beta, Orders)).Ids);
        Assert.Equal("1", (await ListAsync(_server.Desk, Orders)).Total);
    }

    [Fact]
    public async Task Order_that_no_longer_names_a_party_has_gone_for_it()
    {
        var id = await CreateAsync(_server.Desk, Orders, Order("alpha"));
        Assert.Equal(id, (await ListAsync(_server.Alpha, Orders)).Ids);

        await PatchAsync(_server.Desk, $"{Orders}/{id}", """{"relatedParty":[{"id":"beta"}],"description":"for beta only"}""");

        Assert.Equal(("", "0"), await ListAsync(_server.Alpha, Orders));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(_server.Alpha, $"{Orders}/{id}")).Status);
        Assert.Equal(id, (await ListAsync(_server.Beta, Orders)).Ids);
        // Who is no longer named does not hear of it; who is named now hears from then on.
        Assert.DoesNotContain("for beta only", string.Concat(await HearAsync(_server.Alpha)));
        Assert.Equal(["ServiceOrderAttributeValueChangeEvent"], Types(await HearAsync(_server.Beta)));
    }

    [Fact]
    public async Task References_to_orders_and_services_of_others_lead_nowhere()
    {
        var order = await CreateAsync(_server.Beta, Orders, Order("beta"));
        var service = await CreateAsync(_server.Desk, Services, Service("beta"));
        var internals = await CreateAsync(_server.Desk, Services, Service("alpha", category: "RFS"));
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var own = await CreateAsync(_server.Desk, Services, Service("alpha"));
        string ItemOf(string orderId) => $$"""{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"1","serviceOrderId":"{{orderId}}"} }]}""";
        string Modify(string id) => $$"""{"id":"1","action":"modify","service":{"id":"{{id}}"} }""";
        string Related(string id) => $$"""{"id":"1","action":"add","service":{"serviceRelationship":[{"relationshipType":"uses","service":{"id":"{{id}}"} }],"supportingService":[{"id":"{{id}}"}]} }""";
        string After(string id) => $$"""
            "orderRelationship":[{"id":"{{id}}","relationshipType":"dependency"}]
            """;

        foreach (var (foreign, nowhere) in new (string, string)[]
        {
            (Order("alpha", items: ItemOf(order)), Order("alpha", items: ItemOf("nowhere"))),
            (Order("alpha", After(order)), Order("alpha", After("nowhere"))),
            (Order("alpha", items: Modify(service)), Order("alpha", items: Modify("nowhere"))),
            (Order("alpha", items: Modify(internals)), Order("alpha", items: Modify("nowhere"))),
            (Order("alpha", items: Related(service)), Order("alpha", items: Related("nowhere"))),
        })
        {
            var refused = (await PostAsync(_server.Alpha, Orders, foreign)).IsErrorBody(HttpStatusCode.BadRequest);
            var unknown = (await PostAsync(_server.Alpha, Orders, nowhere)).IsErrorBody(HttpStatusCode.BadRequest);
            Assert.Equal(unknown.Violations, refused.Violations);
            Assert.Equal(unknown.Body, refused.Body.Replace(order, "nowhere", StringComparison.Ordinal).Replace(service, "nowhere", StringComparison.Ordinal).Replace(internals, "nowhere", StringComparison.Ordinal));
            (await PatchAsync(_server.Alpha, $"{Orders}/{mine}", foreign)).IsErrorBody(HttpStatusCode.BadRequest);
        }
        foreach (var good in new[] { Order("alpha", items: ItemOf(mine)), Order("alpha", After(mine)), Order("alpha", items: Modify(own)), Order("alpha", items: Related(own)) })
            Assert.Equal(HttpStatusCode.Created, (await PostAsync(_server.Alpha, Orders, good)).Status);
    }

    [Fact]
    public async Task Cancellation_is_seen_by_who_sees_its_order()
    {
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        string Cancellation(string id) => $$"""{"serviceOrder":{"id":"{{id}}"} }""";
        var task = await CreateAsync(_server.Alpha, Tasks, Cancellation(mine));
        var theirs = await CreateAsync(_server.Beta, Tasks, Cancellation(other));

        Assert.Equal((task, "1"), await ListAsync(_server.Alpha, Tasks));
        Assert.Equal(("", "0"), await ListAsync(_server.Alpha, $"{Tasks}?serviceOrder.id={other}"));
        Assert.Equal("2", (await ListAsync(_server.Desk, Tasks)).Total);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(_server.Alpha, $"{Tasks}/{task}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(_server.Alpha, $"{Tasks}/{theirs}")).Status);
        var foreign = await PostAsync(_server.Alpha, Tasks, Cancellation(other));
        var unknown = await PostAsync(_server.Alpha, Tasks, Cancellation("nowhere"));
        Assert.Equal((unknown.Status, unknown.Body), (foreign.Status, foreign.Body.Replace(other, "nowhere", StringComparison.Ordinal)));
        Assert.Contains("nowhere", unknown.Body, StringComparison.Ordinal);
        Assert.Contains("CancelServiceOrderCreateEvent", Types(await HearAsync(_server.Alpha)));
        Assert.DoesNotContain(theirs, string.Concat(await HearAsync(_server.Alpha)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_are_seen_where_they_face_customers_and_name_the_party()
    {
        var mine = await CreateAsync(_server.Desk, Services, Service("alpha", "\"name\":\"mine\""));
        var spelled = await CreateAsync(_server.Desk, Services, Service("alpha", category: "Customer-facing service"));
        var internals = await CreateAsync(_server.Desk, Services, Service("alpha", category: "RFS"));
        var other = await CreateAsync(_server.Desk, Services, Service("beta", $$"""
            "supportingService":[{"id":"{{mine}}","@type":"ServiceRef"},{"id":"{{internals}}","@type":"ServiceRef"}]
            """));
        var user = await CreateAsync(_server.Desk, Services, Service("alpha", $$"""
            "supportingService":[{"id":"{{mine}}","@type":"ServiceRef"}]
            """));

        Assert.Equal(($"{user} {spelled} {mine}", "3"), await ListAsync(_server.Alpha, Services));
        Assert.Equal((mine, "1"), await ListAsync(_server.Alpha, Services + "?name=mine"));
        foreach (var hidden in new[] { internals, other })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(_server.Alpha, $"{Services}/{hidden}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(_server.Alpha, Topology(hidden))).Status);
        }
        // Who builds on one's own service and is another's is no neighbour.
        var topology = await GetAsync(_server.Alpha, Topology(mine) + "?direction=supported");
        Assert.Equal([mine, user], topology.Json["services"]!.AsArray().Select(service => (string)service!["id"]!));
        Assert.Equal([user], topology.Json["links"]!.AsArray().Select(link => (string)link!["serviceId"]!));
        Assert.DoesNotContain(other, topology.Body, StringComparison.Ordinal);
        Assert.Equal(3, (await GetAsync(_server.Desk, Topology(mine) + "?direction=supported")).Json["services"]!.AsArray().Count);
        Assert.Equal(new[] { mine, spelled, user }.Order(StringComparer.Ordinal), Subjects(await HearAsync(_server.Alpha)).Order(StringComparer.Ordinal));

        await PatchAsync(_server.Desk, $"{Services}/{mine}", """{"category":"RFS"}""");
        Assert.Equal(($"{user} {spelled}", "2"), await ListAsync(_server.Alpha, Services));
        Assert.Equal([user], (await GetAsync(_server.Alpha, Topology(user))).Json["services"]!.AsArray().Select(service => (string)service!["id"]!));
        Assert.DoesNotContain(mine, string.Concat((await GetAsync(_server.Alpha, Topology(user))).Json["links"]?.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_tells_of_creations_changes_and_deletions_of_what_names_the_party()
    {
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        foreach (var id in new[] { mine, other })
        {
            await PatchAsync(_server.Desk, $"{Orders}/{id}", """{"description":"changed"}""");
            await PatchAsync(_server.Desk, $"{Orders}/{id}", """{"state":"cancelled"}""");
            Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(_server.Desk, HttpMethod.Delete, $"{Orders}/{id}")).Status);
        }
        var last = await CreateAsync(_server.Beta, Orders, Order("beta"));

        var heard = await HearAsync(_server.Alpha);

        Assert.Equal(
            ["ServiceOrderCreateEvent", "ServiceOrderAttributeValueChangeEvent", "ServiceOrderAttributeValueChangeEvent", "ServiceOrderStateChangeEvent", "ServiceOrderDeleteEvent"],
            Types(heard));
        Assert.All(Subjects(heard), id => Assert.Equal(mine, id));
        Assert.Empty(Types(await HearAsync(_server.Alpha, $"fromStart=true&resourceIds={other}&resourceIds={last}")));
        Assert.Empty(Types(await HearAsync(_server.Alpha, $"event.serviceOrder.id={last}&fromStart=true")));
        var all = await HearAsync(_server.Desk);
        Assert.Equal(11, Types(all).Count);
        // A token of somebody else's is a place like any other.
        Assert.Empty(Types(await HearAsync(_server.Alpha, "x=", token: (string)all[^2]!["resumeToken"]!)));
    }

    [Fact]
    public async Task Watch_goes_on_with_what_names_the_party()
    {
        var alpha = TokenIssuer.Bearer(_server.TokenOf("alpha"));
        using var watch = _server.Server.Events.WatchEvents(new WatchEventsRequest(), alpha, cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);

        await CreateAsync(_server.Beta, Orders, Order("beta"));
        await CreateAsync(_server.Desk, Orders, ExampleOrders.Minimal);
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));

        await watch.ResponseStream.MoveNext(Cancel);
        Assert.Equal(mine, watch.ResponseStream.Current.Event.ServiceOrderCreateEvent.Event.ServiceOrder.Id);
    }

    [Fact]
    public async Task Snapshot_has_what_names_the_party()
    {
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        var task = await CreateAsync(_server.Alpha, Tasks, $$"""{"serviceOrder":{"id":"{{mine}}"} }""");
        await CreateAsync(_server.Beta, Tasks, $$"""{"serviceOrder":{"id":"{{other}}"} }""");
        var service = await CreateAsync(_server.Desk, Services, Service("alpha"));
        var hidden = await CreateAsync(_server.Desk, Services, Service("alpha", category: "RFS"));

        foreach (var query in new[] { "includeSnapshot=true", $"includeSnapshot=true&resourceIds={mine}&resourceIds={other}&resourceIds={task}&resourceIds={service}&resourceIds={hidden}" })
        {
            var shown = await HearAsync(_server.Alpha, query, ends: "snapshotComplete");

            var ids = shown.Select(message => message["snapshotItem"]).Where(item => item is not null).Select(item => (string)item!["id"]!);
            Assert.Equal(new[] { mine, task, service }.Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
            Assert.Equal("3", shown[^1]["snapshotComplete"]!["itemCount"]!.ToString());
        }
    }

    [Fact]
    public async Task Event_that_cannot_be_read_is_told_to_nobody_who_is_bound_to_a_party()
    {
        await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        await CreateAsync(_server.Beta, Orders, Order("beta"));
        await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        await _server.Server.ExecuteAsync("update event_log set body = 'no JSON', gap = null where position = 1");
        await _server.Server.ExecuteAsync("update event_log set parties = 'no JSON' where position = 3");

        Assert.Equal(3, (await HearAsync(_server.Desk)).Count(message => message["event"] is not null || message["unreadable"] is not null));
        Assert.DoesNotContain(await HearAsync(_server.Alpha), message => message["event"] is not null || message["unreadable"] is not null);
    }

    [Fact]
    public async Task Write_of_who_is_bound_to_a_party_is_refused_whichever_way_it_comes()
    {
        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        var mine = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var table = _server.Server.Service<Server.Resources.ResourceTable<ServiceOrder>>();
        var caller = new Server.Storage.Caller(new Server.Storage.Identity("alpha", null, "alpha"), "");
        var foreign = await table.GetAsync(other, Server.Storage.Sight.All);
        var own = await table.GetAsync(mine, Server.Storage.Sight.All);
        var nameless = own.Resource.Clone();
        nameless.RelatedParty.Clear();

        Assert.Equal(StatusCode.NotFound, await WriteAsync(foreign, foreign.Resource));
        Assert.Equal(StatusCode.NotFound, await WriteAsync(foreign, null));
        Assert.Equal(StatusCode.InvalidArgument, await WriteAsync(own, nameless));
        Assert.Equal("2", (await ListAsync(_server.Desk, Orders)).Total);

        async Task<StatusCode> WriteAsync(Server.Resources.Stored<ServiceOrder> before, ServiceOrder? after) => (await Assert.ThrowsAsync<RpcException>(() =>
            _server.Server.Service<Server.Storage.Database>().WriteAsync(
                caller, write => table.WriteAsync(write, before, after is null ? null : new Server.Resources.Draft<ServiceOrder>(after)), Cancel))).StatusCode;
    }

    [Fact]
    public async Task Key_of_a_request_is_its_callers_own()
    {
        var first = await PostAsync(_server.Alpha, Orders, Order("alpha"), ("Idempotency-Key", "k"));
        var foreign = await PostAsync(_server.Beta, Orders, Order("beta"), ("Idempotency-Key", "k"));
        var again = await PostAsync(_server.Alpha, Orders, Order("alpha"), ("Idempotency-Key", "k"));
        using var namesake = _server.As("alpha", roles: "administrator");
        var other = await PostAsync(namesake, Orders, Order("alpha"), ("Idempotency-Key", "k"));

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created], [first.Status, foreign.Status, other.Status]);
        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal((string)first.Json["id"]!, (string)again.Json["id"]!);
        Assert.Equal(3, new[] { first, foreign, other }.Select(answer => (string)answer.Json["id"]!).Distinct().Count());
    }

    [Fact]
    public async Task Party_of_who_is_bound_to_one_is_found_by_an_index()
    {
        await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var alpha = Server.Storage.Sight.Of("alpha");

        var orders = _server.Server.Explain<ServiceOrder>(Server.ServiceOrders.ServiceOrderRequests.Check(new ListServiceOrdersRequest(), alpha, Query.UnknownAttributes.Refuse));
        var services = _server.Server.Explain<Tmf.ServiceInventory.V5.Service>(Server.ServiceInventory.ServiceRequests.Check(new Tmf.ServiceInventory.V5.ListServicesRequest(), alpha, Query.UnknownAttributes.Refuse));
        var tasks = _server.Server.Explain<CancelServiceOrder>(Server.CancelServiceOrders.CancelServiceOrderRequests.Check(new ListCancelServiceOrdersRequest(), alpha, Query.UnknownAttributes.Refuse));

        RunningServer.AssertSearches(orders, "service_order_value", "PRIMARY KEY (path=? AND value=?)", "service_order_value_pkey");
        RunningServer.AssertSearches(orders, "service_order", "sqlite_autoindex_service_order_1 (id=?)", "service_order_pkey");
        RunningServer.AssertSearches(services, "service_value", "PRIMARY KEY (path=? AND value=?)", "service_value_pkey");
        RunningServer.AssertSearches(services, "service", "sqlite_autoindex_service_1 (id=?)", "service_pkey");
        RunningServer.AssertSearches(tasks, "service_order_value", "PRIMARY KEY (path=? AND value=?)", "service_order_value_pkey");
    }

    private static string Topology(string id) => $"/api/v1/service/{id}/topology";

    private static IReadOnlyList<string> Types(IEnumerable<System.Text.Json.Nodes.JsonNode> messages) =>
        [.. messages.Select(message => message["event"]).Where(told => told is not null).Select(told => (string)told!["eventType"]!)];

    private static IEnumerable<string> Subjects(IEnumerable<System.Text.Json.Nodes.JsonNode> messages) =>
        messages.Select(message => message["event"]).Where(told => told is not null).Select(told => (string)told!["event"]!.AsObject().First().Value!["id"]!);
}
