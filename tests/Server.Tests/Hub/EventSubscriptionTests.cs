using System.Net;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>The hub as a resource.</summary>
public sealed class EventSubscriptionTests : IDisposable
{
    private const string Callback = "http://127.0.0.1:9/listener";
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Registered_listener_can_be_read_listed_and_removed()
    {
        const string Query = "eventType=ServiceOrderStateChangeEvent&event.serviceOrder.state=completed";
        var answer = (await _server.RegisterAsync(new { callback = Callback, query = Query })).Is(HttpStatusCode.Created);

        var id = (string?)answer.Json["id"];
        Assert.Equal((Callback, Query), ((string?)answer.Json["callback"], (string?)answer.Json["query"]));
        Assert.Equal($"{_server.Http.BaseAddress!.ToString().TrimEnd('/')}{HubServer.Path}/{id}", answer.Headers["Location"]);
        var read = (await _server.GetAsync(answer.Headers["Location"])).Is(HttpStatusCode.OK);
        Assert.Equal(answer.Body, read.Body);
        var list = (await _server.GetAsync(HubServer.Path)).Is(HttpStatusCode.OK);
        Assert.Equal(id, (string?)Assert.Single(list.Json.AsArray())!["id"]);
        Assert.Equal("1", list.Headers["X-Total-Count"]);

        var removed = (await _server.SendAsync(HttpMethod.Delete, $"{HubServer.Path}/{id}")).Is(HttpStatusCode.NoContent);
        Assert.Empty(removed.Body);
        (await _server.GetAsync($"{HubServer.Path}/{id}")).IsError(HttpStatusCode.NotFound, "60");
        (await _server.SendAsync(HttpMethod.Delete, $"{HubServer.Path}/{id}")).IsError(HttpStatusCode.NotFound, "60");
        Assert.Empty((await _server.GetAsync(HubServer.Path)).Json.AsArray());
    }

    [Fact]
    public async Task Same_callback_and_query_again_is_a_conflict_that_names_the_first()
    {
        var first = (string?)(await _server.RegisterAsync(new { callback = Callback, query = "eventType=ServiceOrderCreateEvent" })).Is(HttpStatusCode.Created).Json["id"];

        var again = (await _server.RegisterAsync(new { callback = Callback, query = "eventType=ServiceOrderCreateEvent" })).IsError(HttpStatusCode.Conflict, "62");

        Assert.Contains(first!, again.Body);
        (await _server.RegisterAsync(new { callback = Callback })).Is(HttpStatusCode.Created);
        (await _server.RegisterAsync(new { callback = Callback })).IsError(HttpStatusCode.Conflict, "62");
        (await _server.RegisterAsync(new { callback = Callback, query = "eventType=ServiceCreateEvent" }, HubServer.InventoryPath)).Is(HttpStatusCode.Created);
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () => await _server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = new EventSubscription { Callback = Callback } }, cancellationToken: Cancel));
        Assert.Equal(ErrorReason.EventSubscriptionExists, error.ErrorReason);
    }

    [Fact]
    public async Task Hubs_do_not_see_each_others_subscriptions_and_both_paths_of_the_inventory_are_one()
    {
        const string OtherInventoryPath = "/tmf-api/serviceInventoryManagement/v5/hub";
        var order = (string?)(await _server.RegisterAsync(new { callback = Callback })).Json["id"];
        var answer = (await _server.RegisterAsync(new { callback = Callback }, OtherInventoryPath)).Is(HttpStatusCode.Created);
        var service = (string?)answer.Json["id"];

        Assert.EndsWith($"{OtherInventoryPath}/{service}", answer.Headers["Location"]);
        (await _server.GetAsync($"{HubServer.InventoryPath}/{service}")).Is(HttpStatusCode.OK);
        (await _server.GetAsync($"{HubServer.Path}/{service}")).IsError(HttpStatusCode.NotFound, "60");
        (await _server.SendAsync(HttpMethod.Delete, $"{HubServer.InventoryPath}/{order}")).IsError(HttpStatusCode.NotFound, "60");
        Assert.Equal(service, (string?)Assert.Single((await _server.GetAsync(HubServer.InventoryPath)).Json.AsArray())!["id"]);
        Assert.Equal(2, (await _server.GetAsync("/events/v1/subscriptions")).Json.AsArray().Count);
        Assert.Equal("serviceInventory", (string?)(await _server.GetAsync($"/events/v1/subscriptions/{service}")).Json["api"]);
    }

    [Theory]
    [InlineData(HubServer.InventoryPath, "Hub")]
    [InlineData("/tmf-api/serviceInventoryManagement/v5/hub", "Hub")]
    [InlineData(HubServer.Path, null)]
    public async Task Hub_of_version_5_answers_with_its_class(string path, string? type)
    {
        var created = (await _server.RegisterAsync(new { callback = Callback }, path)).Is(HttpStatusCode.Created).Json;
        var own = (await _server.SendAsync(HttpMethod.Post, path, $$"""{"callback":"{{Callback}}/own","@type":"MyHub"}""")).Is(HttpStatusCode.Created).Json;

        Assert.Equal((type, "MyHub"), ((string?)created["@type"], (string?)own["@type"]));
        Assert.Equal(type, (string?)(await _server.GetAsync($"{path}/{created["id"]}")).Json["@type"]);
        Assert.Equal([type, "MyHub"], (await _server.GetAsync(path)).Json.AsArray().Select(hub => (string?)hub!["@type"]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{"query":"eventType=ServiceOrderCreateEvent"}""", "/callback", "FIELD_MISSING")]
    [InlineData("""{"callback":"/listener"}""", "/callback", "FIELD_INVALID")]
    [InlineData("""{"callback":"ftp://example.com/"}""", "/callback", "FIELD_INVALID")]
    [InlineData("""{"callback":"http://me:secret@127.0.0.1/"}""", "/callback", "FIELD_INVALID")]
    [InlineData("""{"callback":"http://127.0.0.1/","secret":"short"}""", "/secret", "FIELD_INVALID")]
    [InlineData("""{"callback":"http://127.0.0.1/","secret":"whsec_c2hvcnQ="}""", "/secret", "FIELD_INVALID")]
    [InlineData("""{"callback":"http://127.0.0.1/","format":"xml"}""", "/format", "FIELD_INVALID")]
    [InlineData("""{"callback":"http://127.0.0.1/","query":"eventTime.gt=soon"}""", "/query", "QUERY_INVALID")]
    [InlineData("""{"callback":"http://127.0.0.1/","query":"eventType.regex=("}""", "/query", "QUERY_INVALID")]
    public async Task What_cannot_be_delivered_to_is_refused(string subscription, string path, string reason)
    {
        var answer = await _server.SendAsync(HttpMethod.Post, HubServer.Path, subscription);

        Assert.True(answer.Status == HttpStatusCode.BadRequest, answer.Body);
        var violation = Assert.Single(answer.Violations);
        Assert.Equal(reason, violation.Reason);
        Assert.StartsWith(path, violation.Path);
    }

    [Theory]
    [InlineData("eventType=ServiceOrderCreatEvent", "'ServiceOrderCreatEvent' is no type of event here; did you mean 'ServiceOrderCreateEvent'?")]
    [InlineData("eventType=ServiceOrderCreateEvent,ServiceCreateEvent", "'ServiceCreateEvent' is no type of event here. Allowed: CancelServiceOrderCreateEvent,")]
    [InlineData("filter=$[?(@.eventType=='orderCreation')]", "'orderCreation' is no type of event here")]
    [InlineData("$.event.serviceOrder[?(@.state=='completed')]", "filter=$")]
    [InlineData("filter=$.event.serviceOrder[?(@.state=='flying')]", "flying")]
    [InlineData("filter=$.event[", "Expected")]
    public async Task Query_that_no_event_can_match_by_its_form_is_refused(string query, string says)
    {
        var answer = (await _server.RegisterAsync(new { callback = Callback, query })).IsError(HttpStatusCode.BadRequest, "28");

        Assert.StartsWith("/query", Assert.Single(answer.Violations).Path);
        Assert.Contains(says, (string)answer.Json["message"]!);
        Assert.Empty((await _server.GetAsync(HubServer.Path)).Json.AsArray());
    }

    [Fact]
    public async Task JSONPath_that_is_not_served_is_a_501_and_unknown_names_are_refused_where_that_is_wanted()
    {
        (await _server.RegisterAsync(new { callback = Callback, query = "filter=$..state" })).IsError(HttpStatusCode.NotImplemented, "3");
        const string Slip = """{"callback":"http://127.0.0.1:9/","query":"event.serviceOrdr.state=held&fields=evnt"}""";
        var strict = (await _server.SendAsync(HttpMethod.Post, HubServer.Path, Slip, ("Prefer", "handling=strict"))).IsError(HttpStatusCode.BadRequest, "28");

        Assert.Contains("did you mean 'serviceOrder'?", (string)strict.Json["message"]!);
        (await _server.SendAsync(HttpMethod.Post, HubServer.Path, Slip)).Is(HttpStatusCode.Created);
    }

    [Fact]
    public void Registered_query_that_would_be_refused_today_matches_nothing_as_before()
    {
        var schema = _server.Service<Server.Events.EventTypes>().Schema;
        using var created = System.Text.Json.JsonDocument.Parse("""{"eventType":"ServiceOrderCreateEvent","event":{"serviceOrder":{"state":"held"}}}""");

        Assert.False(Server.Hub.EventQuery.Stored("$.event.serviceOrder[?(@.state=='held')]", schema).Filter.Matches(created));
        Assert.True(Server.Hub.EventQuery.Stored("event.serviceOrder.state=held", schema).Filter.Matches(created));
    }

    [Fact]
    public async Task Bad_query_names_its_parameter()
    {
        var answer = await _server.RegisterAsync(new { callback = Callback, query = "eventTime.gt=soon" });

        Assert.Contains("eventTime", answer.IsError(HttpStatusCode.BadRequest, "28").Body);
    }

    [Fact]
    public async Task Secret_is_shown_only_in_the_answer_that_made_it()
    {
        var given = (await _server.RegisterAsync(new { callback = Callback, secret = Secret })).Is(HttpStatusCode.Created);
        var made = (await _server.RegisterAsync(new { callback = Callback, query = "eventType=ServiceOrderCreateEvent" }, HubServer.Path + "?generateSecret=true")).Is(HttpStatusCode.Created);

        Assert.DoesNotContain("secret", given.Body);
        Assert.StartsWith("whsec_", (string?)made.Json["secret"]);
        Assert.DoesNotContain("secret", (await _server.GetAsync(made.Headers["Location"])).Body);
        Assert.DoesNotContain("secret", (await _server.GetAsync(HubServer.Path)).Body);
        (await _server.RegisterAsync(new { callback = Callback, secret = Secret, query = "eventType=ServiceOrderDeleteEvent" }, HubServer.Path + "?generateSecret=true"))
            .IsError(HttpStatusCode.BadRequest, "24");
    }

    [Fact]
    public async Task Members_that_are_not_known_come_back_and_those_of_the_server_are_ignored()
    {
        var answer = await _server.SendAsync(HttpMethod.Post, HubServer.Path, $$"""{"@type":"EventSubscription","id":"mine","team":{"name":"x"},"callback":"{{Callback}}"}""");

        Assert.Equal("EventSubscription", (string?)answer.Is(HttpStatusCode.Created).Json["@type"]);
        Assert.NotEqual("mine", (string?)answer.Json["id"]);
        Assert.Equal("x", (string?)(await _server.GetAsync(answer.Headers["Location"])).Json["team"]!["name"]);
    }

    [Theory]
    [InlineData(0, 1_000_000_000)]
    [InlineData(1, int.MaxValue)]
    [InlineData(1, -1)]
    [InlineData(-1, 0)]
    [InlineData(long.MaxValue, 0)]
    public async Task Overlap_of_secrets_that_is_no_duration_is_refused(long seconds, int nanos)
    {
        var refusal = await Assert.ThrowsAsync<Client.ServiceOrderingException>(async () => await _server.Deliveries().RotateEventSubscriptionSecretAsync(
            new RotateEventSubscriptionSecretRequest { Id = "x", PreviousValidFor = new Google.Protobuf.WellKnownTypes.Duration { Seconds = seconds, Nanos = nanos } },
            cancellationToken: Cancel));

        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains(refusal.Violations, violation => violation.Field == "previous_valid_for");
    }
}
