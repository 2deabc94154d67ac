using System.Diagnostics;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using Database = ServiceOrdering.Server.Storage.Database;
using EventLog = ServiceOrdering.Server.Events.EventLog;

namespace ServiceOrdering.Server.Tests.Fulfillment;

/// <summary>
/// Orders of items that depend on each other at random, worked by workers that fail, hang and go away, on servers that are killed
/// and cut off from their database: what comes of it is read from the log alone.
/// </summary>
[Collection(typeof(Alone))]
public sealed class WorkChaosTests : IDisposable
{
    private const int Workers = 4;
    private const int MostItems = 10;
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("CHAOS_FULL") is { Length: > 0 };
    private static readonly int Orders = IsFull ? 1000 : 100;
    private static readonly int Kills = IsFull ? 5 : 2;
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(IsFull ? 30 : 4);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private static readonly (string, string)[] Settings =
    [
        ("Checking:Mode", "Asynchronous"), ("Fulfillment:LeaseDuration", "00:00:02"), ("Fulfillment:FirstBackoff", "00:00:00.05"), ("Fulfillment:LongestBackoff", "00:00:00.2"),
        ("Fulfillment:MaxAttempts", "1000"), ("Storage:LeaseDuration", "00:00:05"), ("Storage:Patience", "00:00:04"),
    ];

    private readonly TestDatabase _database = new();
    private readonly int _seed = Environment.TickCount;
    private Replicas _replicas = null!;
    private long _reports;
    private long _lost;

    public void Dispose()
    {
        _replicas?.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Every_order_ends_as_its_items_do_and_every_item_is_delivered_once()
    {
        _replicas = await Replicas.StartAsync(TestDatabase.IsPostgres ? 3 : 1, _database, TestDatabase.IsPostgres ? TestDatabase.Server : ("127.0.0.1", 1), Settings);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var began = Stopwatch.GetTimestamp();
        var working = Enumerable.Range(0, Workers).Select(i => Task.Run(() => WorkAsync(i, end.Token), Cancel)).ToList();
        var placing = Task.Run(() => PlaceAsync(), Cancel);

        for (var i = 0; i < Kills; i++)
        {
            await UntilAsync(() => _reports >= (i + 1) * (long)Orders / 2);
            _replicas[i].Process.Kill();
            await _replicas[i].StartAsync();
            if (i == 0 && TestDatabase.IsPostgres)
            {
                _replicas[2].Way.Hold();
                await Task.Delay(Cut, Cancel);
                _replicas[2].Way.Cut();
                _replicas[2].Way.Release();
            }
        }
        var placed = await placing;
        await UntilAsync(() => _database.Query<long>("select count(*) from service_order where state in ('completed', 'failed', 'partial')")[0] == Orders);
        var took = Stopwatch.GetElapsedTime(began);
        await end.CancelAsync();
        await Task.WhenAll(working).WaitAsync(Deadline, Cancel);
        Assert.Equal(0, _database.Query<long>("select count(*) from work")[0]);
        Assert.Equal(0, _database.Query<long>("select count(*) from service_order_due")[0]);
        for (var i = 0; i < _replicas.Count; i++)
            _replicas[i].Process.Kill();

        await CheckAsync(placed, took);
    }

    /// <summary>Reads the log from its first event to its last, and nothing else.</summary>
    private async Task CheckAsync(Dictionary<string, JsonArray> placed, TimeSpan took)
    {
        using var server = new RunningServer(_database);
        var log = server.Service<EventLog>();
        var states = new Dictionary<(string Order, string Item), string>();
        var completions = new Dictionary<(string Order, string Item), int>();
        var services = new Dictionary<(string Order, string Item), int>();
        var orders = new Dictionary<string, string>();
        for (var position = 0L; ;)
        {
            var batch = await server.Service<Database>().ReadAsync(session => log.ReadAfterAsync(session, position, 1000, 16 << 20));
            foreach (var happened in batch!.Events)
            {
                var told = JsonNode.Parse(happened.Body.Span)!["event"]!;
                if (happened.Type == "ServiceCreateEvent")
                {
                    var link = told["service"]!["serviceOrderItem"]![0]!;
                    Count(services, (link["serviceOrderId"]!.GetValue<string>(), link["itemId"]!.GetValue<string>()));
                }
                if (told["serviceOrder"] is not { } order)
                    continue;
                if (order["state"] is { } state)
                    orders[happened.ResourceId] = state.GetValue<string>();
                foreach (var item in order["serviceOrderItem"]?.AsArray() ?? [])
                {
                    var key = (happened.ResourceId, item!["id"]!.GetValue<string>());
                    var now = item["state"]!.GetValue<string>();
                    if (now == "completed" && states.GetValueOrDefault(key) != now)
                        Count(completions, key);
                    Assert.False(states.GetValueOrDefault(key) is "completed" or "failed" && states[key] != now, $"{key} was {states.GetValueOrDefault(key)} and became {now}");
                    states[key] = now;
                }
            }
            if (batch.Position == position)
                break;
            position = batch.Position;
        }

        Assert.Equal(placed.Keys.Order(), orders.Keys.Order());
        foreach (var (id, items) in placed)
        {
            var expected = new Dictionary<string, string>();
            foreach (var item in items)
            {
                var itemId = item!["id"]!.GetValue<string>();
                var fails = Fails(item["service"]!["name"]!.GetValue<string>())
                    || item["serviceOrderItemRelationship"]!.AsArray().Any(on => expected[on!["orderItem"]!["itemId"]!.GetValue<string>()] == "failed");
                expected.Add(itemId, fails ? "failed" : "completed");
                Assert.Equal(expected[itemId], states[(id, itemId)]);
                Assert.Equal(fails ? 0 : 1, completions.GetValueOrDefault((id, itemId)));
                Assert.Equal(fails ? 0 : 1, services.GetValueOrDefault((id, itemId)));
            }
            var outcomes = expected.Values.Distinct().ToList();
            Assert.Equal(outcomes.Count > 1 ? "partial" : outcomes[0], orders[id]);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{orders.Count} orders, {states.Count} items, {services.Count} services, {_reports} reports, {_lost} of them lost; {took.TotalSeconds:0.0} s; seed {_seed}");

        static void Count<TKey>(Dictionary<TKey, int> counts, TKey key)
            where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
    }

    private static bool Fails(string name) => name.Sum(c => c) % 17 == 0;

    /// <returns>The items of the orders, by the orders.</returns>
    private async Task<Dictionary<string, JsonArray>> PlaceAsync()
    {
        using var client = _replicas.Grpc();
        var random = new Random(_seed);
        var placed = new Dictionary<string, JsonArray>();
        for (var i = 0; i < Orders; i++)
        {
            var items = new JsonArray();
            var order = new ServiceOrder { Priority = $"{random.Next(5)}", RelatedParty = { new RelatedParty { Id = $"customer {random.Next(7)}", Role = "customer" } } };
            for (var number = random.Next(3, MostItems + 1); number > 0; number--)
            {
                var id = $"{order.ServiceOrderItem.Count}";
                var item = new ServiceOrderItem { Id = id, Action = OrderItemAction.Add, Service = new ServiceRefOrValue { Name = $"service {i}/{id}" } };
                var on = Enumerable.Range(0, order.ServiceOrderItem.Count).Where(_ => random.Next(4) == 0).Select(other => $"{other}").ToList();
                item.ServiceOrderItemRelationship.AddRange(on.Select(other => new ServiceOrderItemRelationship { RelationshipType = "dependency", OrderItem = new ServiceOrderItemRef { ItemId = other } }));
                order.ServiceOrderItem.Add(item);
                items.Add(new JsonObject
                {
                    ["id"] = id,
                    ["service"] = new JsonObject { ["name"] = item.Service.Name },
                    ["serviceOrderItemRelationship"] = new JsonArray([.. on.Select(other => new JsonObject { ["orderItem"] = new JsonObject { ["itemId"] = other } })]),
                });
            }
            var request = new CreateServiceOrderRequest { ServiceOrder = order, RequestId = $"order {i}" };
            var answer = await AgainAsync(() => client.ServiceOrders.CreateServiceOrderAsync(request, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: Cancel).ResponseAsync, Cancel);
            placed.Add(answer.ServiceOrder.Id, items);
        }
        return placed;
    }

    private async Task WorkAsync(int number, CancellationToken end)
    {
        var random = new Random(_seed + number);
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var client = _replicas.Grpc();
                var work = new FulfillmentService.FulfillmentServiceClient(client.CallInvoker);
                using var stream = work.StreamWork(cancellationToken: end);
                await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = $"worker {number}" } }, end);
                await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 16 } }, end);
                while (await stream.ResponseStream.MoveNext(end))
                {
                    var fate = random.Next(100);
                    // It is killed, with all that it has.
                    if (fate < 1)
                        break;
                    _ = Task.Run(() => DoAsync(work, stream.ResponseStream.Current.Assignment, fate, end), end);
                    await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1 } }, end);
                }
            }
            catch (Exception e) when (e is RpcException or ServiceOrderingException or OperationCanceledException or InvalidOperationException)
            {
                // Whoever was cut off comes again in a moment.
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    private async Task DoAsync(FulfillmentService.FulfillmentServiceClient work, Assignment assignment, int fate, CancellationToken end)
    {
        // It hangs, for ever or until its lease has run out.
        if (fate < 3)
            return;
        if (fate < 5)
            await Task.Delay(TimeSpan.FromSeconds(3), CancellationToken.None);
        var report = new ReportWorkRequest { LeaseToken = assignment.LeaseToken, RequestId = Guid.NewGuid().ToString() };
        if (fate is >= 5 and < 14)
            report.Failure = new Failure { Retryable = true, RetryAfter = fate < 9 ? Duration.FromTimeSpan(TimeSpan.FromMilliseconds(20)) : null };
        else if (fate is >= 14 and < 18)
            report.Return = new Return();
        else if (Fails(assignment.Item.Service.Name))
            report.Failure = new Failure { ErrorMessages = { new ServiceOrderItemErrorMessage { Message = "as drawn" } } };
        else
            report.Completion = new Completion();
        try
        {
            await AgainAsync(() => work.ReportWorkAsync(report, deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: end).ResponseAsync, end);
        }
        catch (ServiceOrderingException e) when (e.Reason == "LEASE_LOST")
        {
            Interlocked.Increment(ref _lost);
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            return;
        }
        Interlocked.Increment(ref _reports);
    }

    /// <summary>Asks until there is an answer: what is asked for is named, and done once.</summary>
    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (ServiceOrderingException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal)
            {
                // The server is being started again.
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Deadline, "It did not come to an end.");
            await Task.Delay(50, Cancel);
        }
    }
}
