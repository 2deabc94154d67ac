using System.Net;
using Grpc.Core;
using Onap.Nbi.V4;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>The hub of ONAP's NBI.</summary>
public sealed class NbiHubTests : IDisposable
{
    private const string Callback = "http://127.0.0.1:9/listener";
    private const string Creations = "eventType=ServiceOrderCreationNotification";

    private readonly RunningServer _server = new();

    private HubService.HubServiceClient Hubs => new(_server.Client.CallInvoker);

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData(NbiListeners.HubPath)]
    [InlineData(NbiListeners.HubPathV3)]
    public async Task Listener_is_created_read_listed_and_deleted_under_both_versions(string path)
    {
        var created = (await _server.SendAsync(HttpMethod.Post, path, $$"""{"id":"mine","callback":"{{Callback}}","query":"eventType = ServiceOrderCreationNotification , ServiceCreationNotification & serviceOrder.state = COMPLETED","@type":"x"}"""))
            .Is(HttpStatusCode.Created);

        var id = (string)created.Json["id"]!;
        Assert.NotEqual("mine", id);
        const string Kept = "eventType=ServiceOrderCreationNotification,ServiceCreationNotification&serviceOrder.state=COMPLETED";
        Assert.Equal($$"""{"id":"{{id}}","callback":"{{Callback}}","query":"{{Kept}}"}""", created.Body.Replace("\\u0026", "&"));
        Assert.Equal(new Uri(_server.Http.BaseAddress!, $"{path}/{id}").ToString(), created.Headers["Location"]);
        foreach (var version in new[] { NbiListeners.HubPath, NbiListeners.HubPathV3 })
        {
            Assert.Equal(created.Body, (await _server.GetAsync($"{version}/{id}?fields=id")).Is(HttpStatusCode.OK).Body);
            Assert.Equal($"[{created.Body}]", (await _server.GetAsync(version)).Is(HttpStatusCode.OK).Body);
        }

        (await _server.SendAsync(HttpMethod.Delete, $"{path}/{id}")).Is(HttpStatusCode.NoContent);
        (await _server.GetAsync($"{path}/{id}")).Is(HttpStatusCode.NotFound);
        (await _server.SendAsync(HttpMethod.Delete, $"{path}/{id}")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Empty_list_is_empty_and_counts_nothing()
    {
        var answer = (await _server.GetAsync(NbiListeners.HubPath)).Is(HttpStatusCode.OK);

        Assert.Equal(("[]", "0", "0"), (answer.Body, answer.Headers["X-Total-Count"], answer.Headers["X-Result-Count"]));
    }

    [Fact]
    public async Task Same_callback_and_query_again_are_a_bad_request_blanks_or_not_and_under_either_version()
    {
        var first = (await _server.RegisterNbiAsync(Callback, Creations)).Is(HttpStatusCode.Created);

        (await _server.RegisterNbiAsync(Callback, Creations)).Is(HttpStatusCode.BadRequest);
        var again = (await _server.RegisterNbiAsync(Callback, " eventType = ServiceOrderCreationNotification\t", NbiListeners.HubPathV3)).Is(HttpStatusCode.BadRequest);
        Assert.Contains((string)first.Json["id"]!, again.Body);
        (await _server.RegisterNbiAsync(Callback + "2", Creations)).Is(HttpStatusCode.Created);
        (await _server.RegisterNbiAsync(Callback, Creations + ",ServiceOrderStateChangeNotification")).Is(HttpStatusCode.Created);
        // What TM Forum's hub has is another API's.
        (await _server.RegisterAsync(new { callback = Callback, query = "eventType=ServiceOrderCreateEvent" })).Is(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("eventType=ServiceRemoveNotification", "ab")]
    [InlineData("query.eventType=ServiceOrderCreationNotification", "a")]
    [InlineData("eventType=ServiceOrderCreationNotification&callback=http%3A%2F%2F127.0.0.1%3A9%2Fa", "a")]
    [InlineData("callback=http://127.0.0.1:9/b", "b")]
    [InlineData("eventType=ServiceOrderCreationNotification&callback=http://127.0.0.1:9/b", "")]
    [InlineData("eventType=Unknown", "")]
    [InlineData("id=unknown", "")]
    [InlineData("color=blue", "abc")]
    [InlineData("offset=1&limit=1", "b")]
    public async Task List_is_filtered(string query, string expected)
    {
        await _server.RegisterNbiAsync("http://127.0.0.1:9/a", Creations + ",ServiceRemoveNotification");
        await _server.RegisterNbiAsync("http://127.0.0.1:9/b", "eventType=ServiceRemoveNotification");
        await _server.RegisterNbiAsync("http://127.0.0.1:9/c", "eventType=ServiceOrderItemStateChangeNotification");
        await _server.RegisterAsync(new { callback = "http://127.0.0.1:9/d" });

        var answer = (await _server.GetAsync($"{NbiListeners.HubPath}?{query}")).Is(HttpStatusCode.OK);

        Assert.Equal(expected, string.Concat(answer.Json.AsArray().Select(hub => ((string)hub!["callback"]!)[^1])));
        Assert.Equal(expected.Length.ToString(), answer.Headers["X-Result-Count"]);
        Assert.Equal(query.StartsWith("offset", StringComparison.Ordinal) ? "3" : answer.Headers["X-Result-Count"], answer.Headers["X-Total-Count"]);
    }

    [Fact]
    public async Task List_finds_a_listener_by_its_id()
    {
        await _server.RegisterNbiAsync(Callback, Creations);
        var id = (string)(await _server.RegisterNbiAsync(Callback + "2", Creations)).Json["id"]!;

        Assert.Equal(id, (string?)Assert.Single((await _server.GetAsync($"{NbiListeners.HubPath}?id={id}")).Json.AsArray())!["id"]);
    }

    [Theory]
    [InlineData("""{"query":"eventType=ServiceOrderCreationNotification"}""", "callback")]
    [InlineData("""{"callback":"http://127.0.0.1:9/"}""", "query")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":""}""", "query")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":"serviceOrder.state=completed"}""", "'eventType' is needed")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":"eventType="}""", "'eventType' has no value")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":"eventType=ServiceOrderCreateEvent"}""", "allowed: ServiceOrderCreationNotification, ServiceOrderStateChangeNotification")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":"eventType=ServiceOrderCreationNotification&state=completed"}""", "allowed: eventType, serviceOrder.state, serviceOrder.serviceOrderItem.state")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":"eventType=ServiceOrderCreationNotification&serviceOrder.state=done"}""", "acknowledged, rejected, pending, held, inProgress, cancelled, completed, failed, partial")]
    [InlineData("""{"callback":"http://127.0.0.1:9/","query":"eventType=ServiceOrderCreationNotification&serviceOrder.serviceOrderItem.state=assessingCancellation"}""", "'assessingCancellation' is no state")]
    [InlineData("""{"callback":"ftp://127.0.0.1/","query":"eventType=ServiceOrderCreationNotification"}""", "absolute http or https")]
    [InlineData("""{"callback":"http://169.254.169.254/","query":"eventType=ServiceOrderCreationNotification"}""", "may not use")]
    public async Task What_cannot_be_sent_is_refused_with_what_is_allowed(string hub, string says)
    {
        var answer = (await _server.SendAsync(HttpMethod.Post, NbiListeners.HubPath, hub)).Is(HttpStatusCode.BadRequest);

        Assert.Contains(says, answer.Body);
        Assert.Equal("[]", (await _server.GetAsync(NbiListeners.HubPath)).Body);
    }

    [Fact]
    public async Task All_problems_of_a_query_are_told_at_once()
    {
        var answer = await _server.RegisterNbiAsync(Callback, "eventType=A&serviceOrder.state=B&color=C");

        foreach (var problem in new[] { "'A' is no type", "'B' is no state", "no key 'color'" })
            Assert.Contains(problem, answer.Is(HttpStatusCode.BadRequest).Body);
    }

    [Fact]
    public async Task Hubs_of_tm_forum_and_of_the_nbi_do_not_see_each_others_and_operators_see_both()
    {
        var mine = (string)(await _server.RegisterNbiAsync(Callback, Creations)).Json["id"]!;
        var theirs = (string)(await _server.RegisterAsync(new { callback = Callback })).Json["id"]!;

        (await _server.GetAsync($"{HubServer.Path}/{mine}")).Is(HttpStatusCode.NotFound);
        (await _server.GetAsync($"{NbiListeners.HubPath}/{theirs}")).Is(HttpStatusCode.NotFound);
        Assert.Equal(2, (await _server.GetAsync("/events/v1/subscriptions")).Json.AsArray().Count);
    }

    [Fact]
    public async Task Over_grpc_it_is_the_same_and_events_of_the_cloud_are_refused()
    {
        var created = await Hubs.CreateHubAsync(new CreateHubRequest { Hub = new global::Onap.Nbi.V4.Hub { Callback = Callback, Query = Creations }, Version = "v3" }, cancellationToken: Cancel);
        Assert.Equal(new Uri(_server.Http.BaseAddress!, $"{NbiListeners.HubPathV3}/{created.Hub.Id}").ToString(), created.Location);
        Assert.Equal(created.Hub, (await Hubs.GetHubAsync(new GetHubRequest { HubId = created.Hub.Id }, cancellationToken: Cancel)).Hub);

        var twin = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await Hubs.CreateHubAsync(new CreateHubRequest { Hub = new global::Onap.Nbi.V4.Hub { Callback = Callback, Query = Creations } }, cancellationToken: Cancel));
        Assert.Equal((StatusCode.InvalidArgument, "hub.query", "EVENT_SUBSCRIPTION_EXISTS"), (twin.StatusCode, Assert.Single(twin.Violations).Field, twin.Violations[0].Reason));
        var version = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await Hubs.CreateHubAsync(new CreateHubRequest { Hub = new global::Onap.Nbi.V4.Hub { Callback = Callback, Query = Creations }, Version = "v5" }, cancellationToken: Cancel));
        Assert.Equal("version", Assert.Single(version.Violations).Field);
        var cloud = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { Api = "nbi", EventSubscription = new EventSubscription { Callback = Callback, Query = Creations, Format = EventPayloadFormat.CloudEvents } },
            cancellationToken: Cancel));
        Assert.Equal("event_subscription.format", Assert.Single(cloud.Violations).Field);
    }
}
