using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>A listener that misbehaves in every way, and a server that is killed again and again.</summary>
public sealed class WebhookCrashTests : IDisposable
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    private const int Lives = 4;
    private const int OrdersPerLife = 100;

    private static readonly (string, string)[] Impatient =
    [
        ("Webhooks:Timeout", "00:00:00.200"),
        ("Webhooks:RetryDelays:0", "00:00:00.001"),
    ];

    private readonly TestDatabase _database = new();
    private readonly Random _random = new(641);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Listener_that_fails_at_random_gets_every_event_in_order_from_a_server_that_is_killed()
    {
        var taken = new ConcurrentQueue<(string Subscription, string EventId)>();
        await using var first = await Listener.StartAsync();
        await using var second = await Listener.StartAsync();
        first.Answer = (http, delivery) => MisbehaveAsync(http, delivery, "first", taken);
        second.Answer = (http, delivery) => MisbehaveAsync(http, delivery, "second", taken);

        for (var life = 0; life < Lives; life++)
        {
            using var server = await ServerProcess.StartAsync(_database, Cancel, Impatient);
            using var http = new HttpClient { BaseAddress = server.Rest };
            if (life == 0)
            {
                await SubscribeAsync(http, first);
                await SubscribeAsync(http, second);
            }
            for (var i = 0; i < OrdersPerLife; i++)
                await PlaceOrderAsync(http);
            // Killed while it delivers.
            await first.WaitAsync(20);
            server.Kill();
        }

        using (await ServerProcess.StartAsync(_database, Cancel, Impatient))
        {
            var expected = EventIds();
            Assert.Equal(Lives * OrdersPerLife, expected.Count);
            foreach (var (name, listener) in new[] { ("first", first), ("second", second) })
            {
                while (!taken.Contains((name, expected[^1])))
                    await listener.WaitAsync(1);
            }
            AssertInOrder(expected, [.. taken.Where(delivery => delivery.Subscription == "first").Select(delivery => delivery.EventId)]);
            AssertInOrder(expected, [.. taken.Where(delivery => delivery.Subscription == "second").Select(delivery => delivery.EventId)]);
        }
        Assert.All(first.Received, AssertSigned);
    }

    [Fact]
    public async Task Next_try_outlives_the_server()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answers(500);
        string id;
        string before;
        using (var server = await ServerProcess.StartAsync(_database, Cancel, ("Webhooks:RetryDelays:0", "01:00:00")))
        using (var http = new HttpClient { BaseAddress = server.Rest })
        {
            await SubscribeAsync(http, listener);
            await PlaceOrderAsync(http);
            id = (await http.GetFromJsonAsync<JsonArray>(HubServer.Path, Cancel))![0]!["id"]!.GetValue<string>();
            while ((before = await DeliveryAsync(http, id, "nextTry")).Length == 0)
            {
            }
            server.Kill();
        }

        using (var server = await ServerProcess.StartAsync(_database, Cancel))
        using (var http = new HttpClient { BaseAddress = server.Rest })
        {
            await using var other = await Listener.StartAsync();
            await SubscribeAsync(http, other);
            await PlaceOrderAsync(http);
            await other.WaitAsync(1);

            Assert.Equal(before, await DeliveryAsync(http, id, "nextTry"));
            Assert.Equal("retrying", await DeliveryAsync(http, id, "state"));
            Assert.Single(listener.Received);
        }
    }

    [Fact]
    public async Task Server_stops_while_a_listener_hangs_and_sends_the_event_again_when_it_is_back()
    {
        await using var listener = await Listener.StartAsync();
        listener.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted);
        using (var server = await ServerProcess.StartAsync(_database, Cancel, ("Webhooks:Timeout", "00:05:00")))
        using (var http = new HttpClient { BaseAddress = server.Rest })
        {
            await SubscribeAsync(http, listener);
            await PlaceOrderAsync(http);
            await listener.WaitAsync(1);
            var began = TimeProvider.System.GetTimestamp();

            Assert.Equal(0, await server.StopAsync(Cancel));

            Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        }

        listener.Answers(200);
        using (await ServerProcess.StartAsync(_database, Cancel))
            Assert.Equal(listener.Received[0].EventId, (await listener.WaitAsync(1))[1].EventId);
    }

    /// <summary>Takes the event, or answers 500, hangs, resets the connection, or takes it and resets before that can be known.</summary>
    private async Task MisbehaveAsync(HttpContext http, Delivery delivery, string name, ConcurrentQueue<(string, string)> taken)
    {
        var mood = Mood();
        if (mood is < 70 or >= 95)
            taken.Enqueue((name, delivery.EventId));
        switch (mood)
        {
            case < 70:
                http.Response.StatusCode = StatusCodes.Status200OK;
                break;
            case < 85:
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case < 87:
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            default:
                http.Abort();
                break;
        }
    }

    private int Mood()
    {
        lock (_random)
            return _random.Next(100);
    }

    /// <summary>No event is missing, and one comes again only before the next: what was sent last may be sent once more.</summary>
    private static void AssertInOrder(List<string> expected, List<string> taken)
    {
        var distinct = taken.Where((id, i) => i == 0 || taken[i - 1] != id).ToList();
        Assert.Equal(expected, distinct);
    }

    private static void AssertSigned(Delivery delivery) => Assert.Equal(
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(
            Convert.FromBase64String(Secret["whsec_".Length..]),
            Encoding.UTF8.GetBytes($"{delivery.EventId}.{delivery.Headers["webhook-timestamp"]}.{delivery.Body}"))),
        delivery.Headers["webhook-signature"]);

    private static async Task SubscribeAsync(HttpClient http, Listener listener)
    {
        using var answer = await http.PostAsJsonAsync(HubServer.Path, new { callback = listener.Callback, secret = Secret }, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task PlaceOrderAsync(HttpClient http)
    {
        using var content = new StringContent(ExampleOrders.Minimal, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(RunningServer.ServiceOrderPath, content, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task<string> DeliveryAsync(HttpClient http, string id, string member) =>
        (string?)(await http.GetFromJsonAsync<JsonObject>($"{HubServer.Path}/{id}", Cancel))!["delivery"]![member] ?? "";

    private List<string> EventIds()
    {
        return _database.Query<string>("select id from event_log order by position");
    }
}
