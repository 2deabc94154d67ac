using System.Net;
using System.Text.Json.Nodes;
using ServiceOrdering.Server.Tests.Hub;
using static ServiceOrdering.Server.Tests.Security.PartyServer;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>The hub for callers that are bound to a party: their own subscriptions, which hear what names the party.</summary>
public sealed class PartyHubTests : IDisposable
{
    private const string Callback = "http://127.0.0.1:9/listener";

    private readonly PartyServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Webhook_delivers_what_names_the_party_of_who_has_registered_it()
    {
        await using var mine = await Listener.StartAsync();
        await using var all = await Listener.StartAsync();
        var id = await CreateAsync(_server.Alpha, Hubs, Subscription(mine.Callback));
        await CreateAsync(_server.Desk, Hubs, Subscription(all.Callback));

        var other = await CreateAsync(_server.Beta, Orders, Order("beta"));
        var order = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        await PatchAsync(_server.Beta, $"{Orders}/{other}", """{"description":"theirs"}""");
        await PostAsync(_server.Alpha, Tasks, $$"""{"serviceOrder":{"id":"{{order}}"} }""");
        await PostAsync(_server.Beta, Tasks, $$"""{"serviceOrder":{"id":"{{other}}"} }""");
        await SendAsync(_server.Desk, HttpMethod.Delete, $"{Orders}/{other}");
        await SendAsync(_server.Desk, HttpMethod.Delete, $"{Orders}/{order}");

        var expected = await HearAsync(_server.Alpha);
        var types = expected.Select(message => (string?)message["event"]?["eventType"]).Where(type => type is not null).ToList();
        Assert.Equal("ServiceOrderDeleteEvent", types[^1]);
        Assert.Equal(types, (await mine.WaitAsync(types.Count)).Select(delivery => (string?)delivery.Json["eventType"]));
        Assert.DoesNotContain(mine.Received, delivery => delivery.Body.Contains(other, StringComparison.Ordinal));
        // The last one is written down when it was taken.
        Assert.InRange((await GetAsync(_server.Alpha, $"{Subscriptions}/{id}/attempts")).Json.AsArray().Count, types.Count - 1, types.Count);
        await all.WaitAsync(2 * types.Count);
    }

    [Fact]
    public async Task Subscription_that_was_started_over_hears_no_more_than_before()
    {
        await using var listener = await Listener.StartAsync();
        await CreateAsync(_server.Beta, Orders, Order("beta"));
        var order = await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        var id = await CreateAsync(_server.Alpha, Hubs, Subscription(listener.Callback));
        var start = (string)(await HearAsync(_server.Beta))[0]["resumeToken"]!;

        // Whoever does it: the desk may, for any.
        var replay = await PostAsync(_server.Desk, $"{Subscriptions}/{id}:replay", $$"""{"resumeToken":"{{start}}"}""");

        Assert.True(replay.Status == HttpStatusCode.OK, replay.Body);
        Assert.Equal(order, (string?)Assert.Single(await listener.WaitAsync(1)).Json["event"]!["serviceOrder"]!["id"]);
    }

    [Fact]
    public async Task Subscriptions_of_others_are_not_there()
    {
        var mine = await CreateAsync(_server.Alpha, Hubs, Subscription(Callback));
        var other = await CreateAsync(_server.Beta, Hubs, Subscription(Callback + "/beta"));
        var desk = await CreateAsync(_server.Desk, Hubs, Subscription(Callback + "/desk"));

        Assert.Equal((mine, "1"), await ListAsync(_server.Alpha, Hubs));
        Assert.Equal("3", (await ListAsync(_server.Desk, Hubs)).Total);
        foreach (var id in new[] { other, desk })
        {
            foreach (var (method, path, body) in new (HttpMethod, string, string?)[]
            {
                (HttpMethod.Get, $"{Hubs}/{id}", null),
                (HttpMethod.Delete, $"{Hubs}/{id}", null),
                (HttpMethod.Post, $"{Subscriptions}/{id}:rotateSecret", "{}"),
                (HttpMethod.Post, $"{Subscriptions}/{id}:resume", null),
                (HttpMethod.Post, $"{Subscriptions}/{id}:replay", $$"""{"resumeToken":"{{_server.Server.Token(0)}}"}"""),
                (HttpMethod.Get, $"{Subscriptions}/{id}/attempts", null),
            })
            {
                var foreign = (await SendAsync(_server.Alpha, method, path, body)).IsErrorBody(HttpStatusCode.NotFound);
                var unknown = await SendAsync(_server.Alpha, method, path.Replace(id, "nowhere", StringComparison.Ordinal), body);
                Assert.Equal((unknown.Status, unknown.Body), (foreign.Status, foreign.Body.Replace(id, "nowhere", StringComparison.Ordinal)));
            }
        }
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(_server.Alpha, $"{Subscriptions}/{mine}:rotateSecret", "{}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(_server.Alpha, HttpMethod.Delete, $"{Hubs}/{mine}")).Status);
        Assert.Equal("2", (await ListAsync(_server.Desk, Hubs)).Total);
    }

    [Fact]
    public async Task Same_callback_and_query_of_another_party_is_another_subscription()
    {
        var ids = new List<string>();
        foreach (var who in new[] { _server.Alpha, _server.Beta, _server.Desk })
        {
            ids.Add(await CreateAsync(who, Hubs, Subscription(Callback)));
            var again = await PostAsync(who, Hubs, Subscription(Callback));
            Assert.Equal(HttpStatusCode.Conflict, again.Status);
            Assert.Contains(ids[^1], again.Body, StringComparison.Ordinal);
        }
        Assert.Equal(3, ids.Distinct().Count());
    }

    [Fact]
    public async Task How_many_events_there_are_for_others_is_not_told()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(410);
        var id = await CreateAsync(_server.Alpha, Hubs, Subscription(listener.Callback));
        await CreateAsync(_server.Alpha, Orders, Order("alpha"));
        await listener.WaitAsync(1);
        for (var i = 0; i < 3; i++)
            await CreateAsync(_server.Beta, Orders, Order("beta"));

        Assert.Equal("0", Lag((await GetAsync(_server.Alpha, $"{Hubs}/{id}")).Json));
        Assert.Equal("0", Lag((await GetAsync(_server.Alpha, Hubs)).Json[0]!));
        Assert.Equal("4", Lag((await GetAsync(_server.Desk, $"{Hubs}/{id}")).Json));

        static string Lag(JsonNode subscription) => subscription["delivery"]!["lag"]?.ToString() ?? "0";
    }

    private static string Subscription(string callback) => $$"""{"callback":"{{callback}}","query":""}""";
}
