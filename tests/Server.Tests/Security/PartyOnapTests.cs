using System.Net;
using ServiceOrdering.Server.Tests.Hub;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>ONAP's NBI for callers that are bound to a party.</summary>
public sealed class PartyOnapTests : IDisposable
{
    private const string Callback = "http://127.0.0.1:9/listener";

    private readonly PartyServer _server = new(("Onap:AllowedTargets:0", "http://127.0.0.1:9/nbi/api/v4"), ("Checking:Mode", "Asynchronous"));

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Orders_of_others_are_not_there()
    {
        var mine = await CreateAsync(_server.Alpha, NbiOrders, NbiOrder("alpha"));
        var other = await CreateAsync(_server.Beta, NbiOrders, NbiOrder("beta", "beta's"));

        Assert.Equal((mine, "1"), await ListAsync(_server.Alpha, NbiOrders));
        Assert.Equal((mine, "1"), await ListAsync(_server.Alpha, NbiOrders + "?limit=5&fields=id"));
        Assert.Equal(("", "0"), await ListAsync(_server.Alpha, NbiOrders + "?externalId=" + Uri.EscapeDataString("beta's")));
        Assert.Equal("2", (await ListAsync(_server.Desk, NbiOrders)).Total);
        foreach (var path in new[] { NbiOrders, NbiOrders.Replace("v4", "v3", StringComparison.Ordinal) })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
            {
                var foreign = await SendAsync(_server.Alpha, method, $"{path}/{other}");
                var unknown = await SendAsync(_server.Alpha, method, $"{path}/nowhere");
                Assert.Equal((HttpStatusCode.NotFound, unknown.Body), (foreign.Status, foreign.Body.Replace(other, "nowhere", StringComparison.Ordinal)));
            }
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(_server.Alpha, NbiOrders, NbiOrder("beta"))).Status);
    }

    [Fact]
    public async Task Order_does_not_wait_for_one_of_others()
    {
        var other = await CreateAsync(_server.Beta, NbiOrders, NbiOrder("beta"));
        var mine = await CreateAsync(_server.Alpha, NbiOrders, NbiOrder("alpha"));

        string Related(string id) => NbiOrder("alpha", more: $$"""
            ,"orderRelationship":[{"type":"reliesOn","id":"{{id}}","href":"x"}]
            """);
        var ids = new List<string>();
        foreach (var id in new[] { other, "nowhere", mine })
            ids.Add(await CreateAsync(_server.Alpha, NbiOrders, Related(id)));

        var kinds = new List<string>();
        foreach (var id in ids)
            kinds.Add((string)(await GetAsync(_server.Alpha, $"{Orders}/{id}")).Json["orderRelationship"]![0]!["relationshipType"]!);
        Assert.Equal(["reliesOn", "reliesOn", "dependency"], kinds);
    }

    [Fact]
    public async Task Listeners_of_others_are_not_there_and_a_listener_hears_what_names_the_party()
    {
        await using var listener = await Listener.StartAsync();
        string Listening(string callback) => $$"""{"callback":"{{callback}}","query":"eventType=ServiceOrderCreationNotification,ServiceOrderStateChangeNotification,ServiceOrderItemStateChangeNotification"}""";
        var mine = await CreateAsync(_server.Alpha, NbiHub, Listening(listener.Callback));
        var other = await CreateAsync(_server.Beta, NbiHub, Listening(Callback));
        var same = await CreateAsync(_server.Alpha, NbiHub, Listening(Callback));

        Assert.Equal(($"{mine} {same}", "2"), await ListAsync(_server.Alpha, NbiHub));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(_server.Alpha, $"{NbiHub}/{other}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(_server.Alpha, HttpMethod.Delete, $"{NbiHub}/{other}")).Status);
        var theirs = await CreateAsync(_server.Beta, NbiOrders, NbiOrder("beta"));
        var order = await CreateAsync(_server.Alpha, NbiOrders, NbiOrder("alpha"));
        await listener.WaitAsync(2);
        Assert.All(listener.Received, delivery => Assert.Contains(order, delivery.Body, StringComparison.Ordinal));
        Assert.DoesNotContain(listener.Received, delivery => delivery.Body.Contains(theirs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notification_tells_nothing_of_an_order_that_has_left_the_party_since()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(503);
        await CreateAsync(_server.Alpha, NbiHub, $$"""{"callback":"{{listener.Callback}}","query":"eventType=ServiceOrderItemStateChangeNotification"}""");
        var order = await CreateAsync(_server.Desk, Orders, Order("alpha", "\"requestedStartDate\":\"2999-01-01T00:00:00Z\""));
        await PatchAsync(_server.Desk, $"{Orders}/{order}", """{"state":"held"}""");
        await listener.WaitAsync(1);
        await PatchAsync(_server.Desk, $"{Orders}/{order}", """{"relatedParty":[{"id":"beta"}],"serviceOrderItem":[{"id":"1","action":"add","state":"held","service":{"name":"for beta only"}}]}""");

        // Before the change it was made as well: what it is made of is looked up when it is sent.
        Assert.DoesNotContain("for beta only", await DeliverAgainAsync(listener), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("beta")]
    [InlineData("nobody")]
    public async Task Whether_the_inventory_knows_a_customer_is_told_of_ones_own_services(string customer)
    {
        await CreateAsync(_server.Desk, Services, Service("beta"));
        var own = await CreateAsync(_server.Desk, Services, Service("alpha"));
        var item = $$"""{"id":"1","action":"modify","service":{"id":"{{own}}","serviceSpecification":{"id":"s"} } }""";

        var placed = await PostAsync(_server.Alpha, NbiOrders, $$"""
            {"relatedParty":[{"id":"alpha","role":"seller"},{"id":"{{customer}}","role":"ONAPcustomer"}],"orderItem":[{{item}}]}
            """);

        var order = await FollowAsync((string)placed.Json["id"]!, "rejected");
        Assert.Contains($"customer '{customer}'", order, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_that_is_added_under_the_id_of_anothers_is_added()
    {
        var other = await CreateAsync(_server.Desk, Services, Service("beta"));
        var own = await CreateAsync(_server.Desk, Services, Service("alpha"));
        string Add(string id) => Order("alpha", items: $$"""{"id":"1","action":"add","service":{"id":"{{id}}"} }""");

        await FollowAsync(await CreateAsync(_server.Alpha, Orders, Add(other)), "inProgress");
        await FollowAsync(await CreateAsync(_server.Alpha, Orders, Add("nowhere")), "inProgress");
        Assert.Contains("SERVICE_KNOWN", await FollowAsync(await CreateAsync(_server.Alpha, Orders, Add(own)), "rejected"), StringComparison.Ordinal);
        // For who sees all of them it is as it was.
        Assert.Contains("SERVICE_KNOWN", await FollowAsync(await CreateAsync(_server.Desk, Orders, Add(other)), "rejected"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_of_who_is_bound_to_a_party_is_sent_on_to_nobody()
    {
        var target = ("Target", "http://127.0.0.1:9/nbi/api/v4");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(_server.Desk, NbiOrders, target)).Status);
        var refused = await GetAsync(_server.Alpha, NbiOrders, target);
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Contains("none is sent on", refused.Body, StringComparison.Ordinal);
    }

    private static string NbiOrder(string party, string externalId = "x", string more = "") =>
        $$"""
        {"externalId":"{{externalId}}","relatedParty":[{"id":"{{party}}","role":"ONAPcustomer","name":"n"}]{{more}},
         "orderItem":[{"id":"1","action":"add","service":{"name":"s","serviceSpecification":{"id":"s"} } }]}
        """;

    private async Task<string> DeliverAgainAsync(Listener listener)
    {
        listener.Answers(204);
        await PostAsync(_server.Desk, $"{Subscriptions}/{(await ListAsync(_server.Alpha, NbiHub)).Ids}:resume", "{}");
        await listener.WaitAsync(1);
        return string.Concat(listener.Received.Select(delivery => delivery.Body));
    }

    private async Task<string> FollowAsync(string id, string state)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var order = await GetAsync(_server.Desk, $"{Orders}/{id}");
            if ((string?)order.Json["state"] == state)
                return order.Body;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), order.Body);
        }
    }
}
