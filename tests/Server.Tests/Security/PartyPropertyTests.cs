using System.Net;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ServiceOrdering.Server.Tests.Hub;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>
/// Two partners whose orders, services, cancellations and subscriptions come one between the other. Whatever one of them asks for, with
/// whatever it could have got hold of the other's, it is answered as if that were not there.
/// </summary>
public sealed class PartyPropertyTests : IAsyncDisposable
{
    // What a partner asks with an id of the other's. What comes back is what comes back for an id that nothing has.
    private static readonly (string Method, string Path, string? Body)[] Attempts =
    [
        ("GET", Orders + "/{x}", null),
        ("GET", Orders + "/{x}?fields=description", null),
        ("PATCH", Orders + "/{x}", """{"description":"taken"}"""),
        ("PATCH", Orders + "/{x}", """{"relatedParty":[{"id":"me"}]}"""),
        ("DELETE", Orders + "/{x}", null),
        ("GET", Orders + "?id={x}", null),
        ("GET", Orders + "?filter=%24%5B%3F(%40.id%3D%3D'{x}'%20%7C%7C%20%40.state%3D%3D'rejected')%5D", null),
        ("GET", Orders + "?serviceOrderItem.service.id={x}&sort=-description&limit=3", null),
        ("POST", Orders, """{"relatedParty":[{"id":"me"}],"orderRelationship":[{"id":"{x}","relationshipType":"dependency"}],"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}"""),
        ("POST", Orders, """{"relatedParty":[{"id":"me"}],"serviceOrderItem":[{"id":"1","action":"add","service":{},"serviceOrderItemRelationship":[{"relationshipType":"dependency","orderItem":{"itemId":"1","serviceOrderId":"{x}"}}]}]}"""),
        ("POST", Orders, """{"relatedParty":[{"id":"me"}],"serviceOrderItem":[{"id":"1","action":"delete","service":{"id":"{x}"}}]}"""),
        ("POST", Orders, """{"relatedParty":[{"id":"me"}],"serviceOrderItem":[{"id":"1","action":"add","service":{"supportingService":[{"id":"{x}"}]}}]}"""),
        ("GET", Tasks + "/{x}", null),
        ("GET", Tasks + "?serviceOrder.id={x}", null),
        ("POST", Tasks, """{"serviceOrder":{"id":"{x}"}}"""),
        ("GET", Services + "/{x}", null),
        ("GET", Services + "?id={x}&fields=name", null),
        ("GET", Services + "?serviceRelationship.service.id={x}", null),
        ("GET", Services + "?serviceOrderItem.serviceOrderId={x}", null),
        ("GET", "/api/v1/service/{x}/topology", null),
        ("GET", "/api/v1/service/{x}/topology?direction=supported", null),
        ("GET", NbiOrders + "/{x}", null),
        ("DELETE", NbiOrders + "/{x}", null),
        ("GET", NbiHub + "/{x}", null),
        ("DELETE", NbiHub + "/{x}", null),
        ("GET", Hubs + "/{x}", null),
        ("DELETE", Hubs + "/{x}", null),
        ("POST", Subscriptions + "/{x}:rotateSecret", "{}"),
        ("POST", Subscriptions + "/{x}:resume", "{}"),
        ("GET", Subscriptions + "/{x}/attempts", null),
    ];

    // What a partner lists, by whatever it knows of the other: its own at most.
    private static readonly string[] Lists =
    [
        "", "?limit=2", "?limit=0", "?sort=id", "?sort=-description,externalId", "?offset=1&limit=2", "?id.gt={x}", "?description.regex=.*{other}.*", "?externalId={other}-1",
        "?relatedParty.id={other}", "?relatedParty.id={other},{me}", "?state=acknowledged,held,cancelled", "?fields=id,description", "?id!={x}", "?relatedParty.role=customer",
        "?filter=%24%5B%3F(%40.relatedParty%5B%3F(%40.id%3D%3D'{other}')%5D%20%7C%7C%20%40.id!%3D'{x}')%5D",
    ];

    private readonly PartyServer _server = new();
    private readonly List<Partner> _partners = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var partner in _partners)
            await partner.Listener.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Neither_of_two_partners_sees_anything_of_the_other_whatever_it_asks_for()
    {
        foreach (var (party, client) in new[] { ("alpha", _server.Alpha), ("beta", _server.Beta) })
        {
            var partner = new Partner(party, client, await Listener.StartAsync());
            _partners.Add(partner);
            Keep(partner, await CreateAsync(client, Hubs, $$"""{"callback":"{{partner.Listener.Callback}}","query":""}"""), partner.Subscriptions);
            Keep(partner, await CreateAsync(client, NbiHub, $$"""{"callback":"{{partner.Listener.Callback}}/nbi","query":"eventType=ServiceOrderCreationNotification,ServiceCreationNotification"}"""), partner.Subscriptions);
        }
        await WriteAsync(_partners[0], new Random(1), step: 0);
        await WriteAsync(_partners[1], new Random(2), step: 1);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var (me, other) = random.Next(2) == 0 ? (_partners[0], _partners[1]) : (_partners[1], _partners[0]);
            RunAsync(me, other, random).GetAwaiter().GetResult();
        }));

        foreach (var (me, other) in new[] { (_partners[0], _partners[1]), (_partners[1], _partners[0]) })
            await CheckHeardAsync(me, other);
    }

    private async Task RunAsync(Partner me, Partner other, Random random)
    {
        var step = random.Next();
        await WriteAsync(other, random, step);
        // The same names for requests, the same callbacks and queries, of both.
        await WriteAsync(me, random, step);
        for (var i = 0; i < 6; i++)
        {
            var (method, path, body) = Attempts[random.Next(Attempts.Length)];
            await TryAsync(me, other, method, path, body, Any(other, random));
        }
        for (var i = 0; i < 3; i++)
        {
            var collection = random.Next(4) switch { 0 => Services, 1 => Tasks, 2 => NbiOrders, _ => Orders };
            await ListAsync(me, other, collection, Lists[random.Next(Lists.Length)], Any(other, random));
        }
        if (me.Services.Count > 0)
        {
            var topology = await GetAsync(me.Client, $"/api/v1/service/{me.Services[random.Next(me.Services.Count)]}/topology?direction={(random.Next(2) == 0 ? "supported" : "supporting")}");
            AssertSilent(me, other, topology, "");
            Assert.All(topology.Json["services"]!.AsArray(), service => Assert.Contains((string)service!["id"]!, me.Services));
        }
        switch (random.Next(3))
        {
            case 0:
                await SnapshotAsync(me, other);
                break;
            case 1:
                await WatchAsync(me, other, random, other.Token);
                break;
            default:
                await SubscribeAsync(me, other, random);
                break;
        }
    }

    /// <summary>One partner goes on, by itself or by who looks after orders.</summary>
    private async Task WriteAsync(Partner partner, Random random, int step)
    {
        var text = $"{partner.Party}-{random.Next(3)}";
        var placed = await PostAsync(partner.Client, Orders, Order(partner.Party, $"\"externalId\":\"{text}\",\"description\":\"{text} {step}\""), ("Idempotency-Key", $"step {step}"));
        Assert.Equal(HttpStatusCode.Created, placed.Status);
        Keep(partner, (string)placed.Json["id"]!, partner.Orders);
        var order = partner.Orders[random.Next(partner.Orders.Count)];
        var who = random.Next(2) == 0 ? partner.Client : _server.Desk;
        switch (random.Next(5))
        {
            case 0:
                await PatchAsync(who, $"{Orders}/{order}", $$"""{"description":"{{text}} changed","note":[{"text":"{{text}}"}]}""");
                break;
            case 1:
                await PatchAsync(who, $"{Orders}/{order}", $$"""{"state":"{{(random.Next(2) == 0 ? "held" : "cancelled")}}"}""");
                break;
            case 2:
                var cancelled = await PostAsync(who, Tasks, $$"""{"serviceOrder":{"id":"{{order}}"},"cancellationReason":"{{text}}"}""");
                if (cancelled.Status == HttpStatusCode.Created)
                    Keep(partner, (string)cancelled.Json["id"]!, partner.Tasks);
                break;
            case 3:
                if ((await SendAsync(who, HttpMethod.Delete, $"{Orders}/{order}")).Status == HttpStatusCode.NoContent)
                    partner.Orders.Remove(order);
                break;
            default:
                await CreateServiceAsync(partner, random, text);
                break;
        }
    }

    /// <summary>A service that builds on one that the partner does not see, or on its own; and one of another party that builds on it.</summary>
    private async Task CreateServiceAsync(Partner partner, Random random, string text)
    {
        var hidden = await CreateAsync(_server.Desk, Services, Service(partner.Party, $"\"name\":\"{text}\"", category: "RFS"));
        var supporting = random.Next(2) == 0 ? hidden : partner.Services.Count > 0 ? partner.Services[random.Next(partner.Services.Count)] : hidden;
        var service = await CreateAsync(_server.Desk, Services, Service(partner.Party, $$"""
            "name":"{{text}}","supportingService":[{"id":"{{supporting}}","@type":"ServiceRef"}]
            """));
        Keep(partner, service, partner.Services);
        var others = _partners.Find(each => each != partner)!;
        // A neighbour of both in the topology that neither sees.
        if (random.Next(2) == 0)
        {
            await CreateAsync(_server.Desk, Services, Service("third", $$"""
                "supportingService":[{"id":"{{service}}","@type":"ServiceRef"}],"serviceRelationship":[{"relationshipType":"beside","service":{"id":"{{(others.Services.Count > 0 ? others.Services[0] : service)}}","@type":"ServiceRef"},"@type":"ServiceRelationship"}]
                """));
        }
    }

    private static async Task TryAsync(Partner me, Partner other, string method, string path, string? body, string id)
    {
        var nowhere = Guid.CreateVersion7().ToString();
        var foreign = await AskAsync(id);
        var unknown = await AskAsync(nowhere);

        Assert.Equal((unknown.Status, unknown.Body), (foreign.Status, foreign.Body.Replace(id, nowhere, StringComparison.Ordinal)));
        Assert.Equal(unknown.Headers.GetValueOrDefault("X-Total-Count"), foreign.Headers.GetValueOrDefault("X-Total-Count"));
        AssertSilent(me, other, foreign, id);

        Task<RestAnswer> AskAsync(string with)
        {
            var sent = body?.Replace("{x}", with, StringComparison.Ordinal).Replace("\"me\"", $"\"{me.Party}\"", StringComparison.Ordinal);
            return SendAsync(me.Client, new HttpMethod(method), path.Replace("{x}", with, StringComparison.Ordinal), sent, ("If-Match", method == "GET" ? "*" : "\"3\""));
        }
    }

    private static async Task ListAsync(Partner me, Partner other, string collection, string query, string id)
    {
        var asked = query.Replace("{x}", id, StringComparison.Ordinal).Replace("{other}", other.Party, StringComparison.Ordinal).Replace("{me}", me.Party, StringComparison.Ordinal);
        var answer = await GetAsync(me.Client, collection + asked);
        // Not every kind of resource has every attribute.
        if (answer.Status == HttpStatusCode.BadRequest)
            return;
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.PartialContent, answer.Body);
        var own = collection == Services ? me.Services : collection == Tasks ? me.Tasks : me.Orders;
        var ids = answer.Json.AsArray().Select(one => (string)one!["id"]!).ToList();
        Assert.All(ids, listed => Assert.Contains(listed, own));
        var total = int.Parse(answer.Headers["X-Total-Count"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(total, ids.Count, Math.Max(own.Count, 0));
        if (query.Length == 0 && collection != Tasks)
            Assert.Equal(own.Count, total);
        // The links to other pages have what was asked for.
        AssertSilent(me, other, answer with { Headers = answer.Headers.Where(header => header.Key != "Link").ToDictionary() }, "");
    }

    private static async Task SnapshotAsync(Partner me, Partner other)
    {
        var shown = await HearAsync(me.Client, "includeSnapshot=true", ends: "snapshotComplete");
        var ids = shown.Select(message => (string?)message["snapshotItem"]?["id"]).OfType<string>().ToList();
        Assert.All(ids, id => Assert.Contains(id, me.Orders.Concat(me.Tasks).Concat(me.Services)));
        Assert.Equal(ids.Count, (int?)shown[^1]["snapshotComplete"]!["itemCount"] ?? 0);
        AssertSilent(me, other, shown);
        me.Token = (string)shown[^1]["resumeToken"]!;
    }

    /// <summary>From a token, its own or the other's, up to an order that comes now.</summary>
    private static async Task WatchAsync(Partner me, Partner other, Random random, string? token)
    {
        var query = random.Next(4) switch
        {
            0 => $"resourceIds={Any(other, random)}",
            1 => $"event.serviceOrder.relatedParty.id={other.Party}",
            2 => "eventTypes=ServiceOrderDeleteEvent&eventTypes=ServiceOrderCreateEvent&eventTypes=ServiceCreateEvent",
            _ => "",
        };
        // Some ask for what they cannot hear: their watch ends with what is told of the past.
        var heard = await HearAsync(me.Client, $"fromStart=true&{query}");
        AssertSilent(me, other, heard);
        if (token is not null)
            AssertSilent(me, other, await HearAsync(me.Client, "x=", token: token));
        me.Token = (string)heard[^1]["resumeToken"]!;
    }

    /// <summary>The same callback and query as the other has, and queries that name what it has.</summary>
    private static async Task SubscribeAsync(Partner me, Partner other, Random random)
    {
        foreach (var (callback, query) in new[] { (other.Listener.Callback, ""), (me.Listener.Callback + "/x", $"event.serviceOrder.id={Any(other, random)}") })
        {
            var created = await PostAsync(me.Client, Hubs, $$"""{"callback":"{{callback}}/{{me.Party}}","query":"{{query}}"}""");
            Assert.Equal(HttpStatusCode.Created, created.Status);
            Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(me.Client, HttpMethod.Delete, $"{Hubs}/{created.Json["id"]}")).Status);
        }
        var listed = await GetAsync(me.Client, Hubs);
        Assert.All(listed.Json.AsArray(), one => Assert.Contains((string)one!["id"]!, me.Subscriptions));
        AssertSilent(me, other, listed, "");
    }

    /// <summary>The webhooks of each: all of its own, and nothing else.</summary>
    private static async Task CheckHeardAsync(Partner me, Partner other)
    {
        var heard = await HearAsync(me.Client);
        AssertSilent(me, other, heard);
        var types = heard.Select(message => (string?)message["event"]?["eventType"]).OfType<string>().ToList();
        var tmf = types.Where(type => !type.StartsWith("ServiceCreate", StringComparison.Ordinal) && !type.StartsWith("ServiceState", StringComparison.Ordinal)).ToList();
        var nbi = types.Count(type => type is "ServiceOrderCreateEvent" or "ServiceCreateEvent");
        await me.Listener.WaitAsync(tmf.Count + nbi);
        Assert.Equal(tmf, me.Listener.Received.Where(delivery => delivery.Path == "/listener").Select(delivery => (string)delivery.Json["eventType"]!));
        Assert.All(me.Listener.Received, delivery => AssertSilent(me, other, delivery.Body, ""));
    }

    private static void Keep(Partner partner, string id, List<string> list)
    {
        list.Add(id);
        partner.All.Add(id);
    }

    private static string Any(Partner partner, Random random) => partner.All[random.Next(partner.All.Count)];

    private static void AssertSilent(Partner me, Partner other, RestAnswer answer, string sent) =>
        AssertSilent(me, other, answer.Body + string.Join('\n', answer.Headers.Select(header => header.Value)), sent);

    private static void AssertSilent(Partner me, Partner other, IEnumerable<JsonNode> messages) => AssertSilent(me, other, string.Concat(messages.Select(message => message.ToJsonString())), "");

    /// <summary>Whatever a partner has written names it; and no id of its own is told but to who has just sent it.</summary>
    private static void AssertSilent(Partner me, Partner other, string text, string sent)
    {
        Assert.DoesNotContain(other.Party, text, StringComparison.Ordinal);
        foreach (var id in other.All.Where(id => id != sent))
            Assert.False(text.Contains(id, StringComparison.Ordinal), $"{me.Party} is told of {id}: {text}");
    }

    /// <summary>A partner, what is its own, and everything that it ever had.</summary>
    private sealed record Partner(string Party, HttpClient Client, Listener Listener)
    {
        public List<string> Orders { get; } = [];

        public List<string> Services { get; } = [];

        public List<string> Tasks { get; } = [];

        public List<string> Subscriptions { get; } = [];

        public List<string> All { get; } = [];

        public string? Token { get; set; }
    }
}
