using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>
/// Several servers on one database that writers, watchers and listeners use while they are killed, cut off from it, paused, and
/// while it is restarted itself: nothing that was answered is lost, and nobody is told anything out of order.
/// </summary>
[Collection(typeof(Alone))]
public sealed class ChaosTests : IAsyncDisposable
{
    private const int Servers = 3;
    private const int Writers = 32;

    // Each for the orders with two of the digits that an id may end with: an event of an order always tells its id.
    private const int Subscriptions = 8;
    private const int PerListener = 4;

    // For some minutes instead of half of one: CHAOS_FULL=1.
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("CHAOS_FULL") is { Length: > 0 };
    private static readonly int Kills = IsFull ? 5 : 1;
    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(IsFull ? 30 : 4);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    // A lease outlives the three seconds for which a server that falls silent within a transaction holds up all others.
    private static readonly (string, string)[] Settings =
    [
        ("Storage:LeaseDuration", "00:00:05"), ("Storage:Patience", "00:00:04"), ("Webhooks:Timeout", "00:00:05"), ("Webhooks:RetryDelays:0", "00:00:00.1"),
    ];

    // Notes in the database who changes a subscription, and whose it is: not what servers believe, but what they do.
    private const string Notes =
        """
        create table life (server text not null, holder text not null, primary key (holder, server));
        create table act (number bigserial primary key, server text not null, subscription text not null, position bigint not null, holder text, is_over boolean);
        create function note_life() returns trigger language plpgsql as $$ begin
            insert into life values (current_setting('application_name'), new.holder) on conflict do nothing;
            return null;
        end $$;
        create function note_act() returns trigger language plpgsql as $$ begin
            insert into act (server, subscription, position, holder, is_over)
            select current_setting('application_name'), new.id, new.position, holder, until <= extract(epoch from now()) * 1000
            from (select 1) one left join lease on name = 'delivery/' || new.id;
            return null;
        end $$;
        create trigger note_life after insert or update on lease for each row when (new.name like 'server/%') execute function note_life();
        create trigger note_act after update on event_subscription for each row execute function note_act();
        """;

    private readonly PostgresCluster _cluster;
    private readonly TestDatabase _database;
    private readonly List<Listener> _listeners = [];
    private readonly List<(string Name, long Began)> _faults = [];
    private readonly List<ChaosWriter> _writers = [];
    private readonly List<ChaosWatcher> _watchers = [new GrpcWatcher(), new GrpcWatcher(), new GrpcWatcher(), new GrpcWatcher(), new BrowserWatcher(), new BrowserWatcher()];
    private Replicas _replicas = null!;

    public ChaosTests()
    {
        TestDatabase.NeedPostgres();
        _cluster = PostgresCluster.Start("chaos");
        _database = TestDatabase.OnServerOf(_cluster);
    }

    public async ValueTask DisposeAsync()
    {
        _writers.ForEach(writer => writer.Dispose());
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            _replicas?.SaveLogs(Path.Combine(AppContext.BaseDirectory, "chaos"));
        _replicas?.Dispose();
        foreach (var listener in _listeners)
            await listener.DisposeAsync();
        _cluster?.Dispose();
    }

    [Fact]
    public async Task Servers_that_are_killed_cut_off_and_paused_lose_nothing_and_tell_everything_once_and_in_order()
    {
        _replicas = await Replicas.StartAsync(Servers, _database, _cluster.Address, Settings);
        _database.Query<int>(Notes);
        using var endWatching = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var endWriting = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watching = _watchers.ConvertAll(watcher => Task.Run(() => watcher.RunAsync(_replicas, endWatching.Token), Cancel));
        await Task.WhenAll(_watchers.Select(watcher => watcher.Started)).WaitAsync(Deadline, Cancel);
        await SubscribeAsync();
        _writers.AddRange(Enumerable.Range(0, Writers).Select(i => new ChaosWriter(i, _replicas)));
        var writing = _writers.ConvertAll(writer => Task.Run(() => writer.RunAsync(TimeSpan.FromMilliseconds(200), endWriting.Token), Cancel));

        await GoOnAsync("start", writing);
        for (var i = 0; i < Kills; i++)
        {
            await KillAsync(_replicas[i]);
            await GoOnAsync("kill", writing);
            if (i > 0)
                continue;
            await CutAsync(_replicas[2]);
            await GoOnAsync("cut", writing);
            await PauseAsync();
            await GoOnAsync("pause", writing);
            Fault("restart of the database");
            _cluster.Restart(isCrash: false);
            await GoOnAsync("restart", writing);
            if (!IsFull)
                continue;
            Fault("crash of the database");
            _cluster.Restart(isCrash: true);
            await GoOnAsync("crash", writing);
        }

        Fault("end");
        await endWriting.CancelAsync();
        await Task.WhenAll(writing).WaitAsync(Deadline, Cancel);
        var log = _database.Query<(long Position, string Id, string Resource)>("select position, id, resource_id from event_log order by position");
        Assert.Equal(Enumerable.Range(1, log.Count).Select(i => (long)i), log.Select(happened => happened.Position));
        AssertNothingIsLost();
        AssertInOrderOfCommits();
        await AssertWatchedAsync([.. log.Select(happened => happened.Id)], watching, endWatching);
        var redeliveries = await AssertDeliveredAsync(log);
        AssertNobodyActsWithoutLease();
        Report(log.Count, redeliveries);
    }

    private void Fault(string name) => _faults.Add((name, Stopwatch.GetTimestamp()));

    private async Task KillAsync(Replica replica)
    {
        Fault($"kill of {replica.Life}");
        replica.Process.Kill();
        await WaitForWritesAsync(200);
        await replica.StartAsync();
    }

    /// <summary>Nothing comes through and nobody is told, for a while; then everything is reset.</summary>
    private async Task CutAsync(Replica replica)
    {
        Fault($"cut of {replica.Life} for {Cut.TotalSeconds} s");
        replica.Way.Hold();
        await Task.Delay(Cut, Cancel);
        Fault($"end of the cut of {replica.Life}");
        replica.Way.Cut();
        replica.Way.Release();
    }

    /// <summary>Pauses a server that waits for a listener's answer, until others have all of its leases.</summary>
    private async Task PauseAsync()
    {
        var isPaused = 0;
        var paused = new TaskCompletionSource<Replica>(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var listener in _listeners)
        {
            listener.Answer = (http, delivery) =>
            {
                if (Interlocked.Exchange(ref isPaused, 1) == 0)
                {
                    var replica = _replicas.Find(Assert.Single(_database.Query<string>(
                        "select server from lease join life using (holder) where name = 'delivery/' || @id", new { id = SubscriptionAt(delivery.Path) })));
                    Fault($"pause of {replica.Life}");
                    replica.Process.Pause();
                    paused.SetResult(replica);
                }
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            };
        }
        var replica = await paused.Task.WaitAsync(Deadline, Cancel);
        await EventuallyAsync("others take over what a paused server delivered", () => Task.FromResult(_database.Query<long>(
            """
            select count(distinct name) from lease join life using (holder)
            where name like 'delivery/%' and server <> @life and until > extract(epoch from clock_timestamp()) * 1000
            """, new { life = replica.Life })[0] == Subscriptions));
        await WaitForWritesAsync(100);
        Fault($"end of the pause of {replica.Life}");
        replica.Process.Continue();
    }

    /// <summary>Each gets the events of some of the orders.</summary>
    private async Task SubscribeAsync()
    {
        using var http = _replicas.Http();
        for (var number = 0; number < Subscriptions; number++)
        {
            if (number % PerListener == 0)
                _listeners.Add(await Listener.StartAsync());
            using var answer = await http.PostAsJsonAsync(
                HubServer.Path, new { callback = new Uri(_listeners[^1].Address, $"/{number}"), query = $"event.serviceOrder.id.regex=[{number * 2:x}{(number * 2) + 1:x}]$" }, Cancel);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }
    }

    private string SubscriptionAt(string path) => Assert.Single(_database.Query<string>("select id from event_subscription where callback like '%' || @path", new { path }));

    /// <summary>Waits until all servers work, and writes go on.</summary>
    private async Task GoOnAsync(string after, List<Task> writing)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        for (var i = 0; i < Servers; i++)
        {
            await EventuallyAsync($"{_replicas[i].Life} works after the {after}", async () =>
            {
                await Task.WhenAll(writing.Where(writer => writer.IsFaulted));
                try
                {
                    return (await http.GetAsync(new Uri(_replicas[i].Rest, "/health/ready"), Cancel)).StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
        }
        await WaitForWritesAsync(300);
    }

    private Task WaitForWritesAsync(int more)
    {
        var before = _writers.Sum(writer => writer.AnsweredCount);
        return EventuallyAsync("writes are answered", () => Task.FromResult(_writers.Sum(writer => writer.AnsweredCount) >= before + more));
    }

    private static async Task EventuallyAsync(string what, Func<Task<bool>> isReached)
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await isReached())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Deadline, $"Waited for in vain: {what}.");
            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    /// <summary>What was answered is there, what was deleted is not, and beside it there is only what nobody could know of.</summary>
    private void AssertNothingIsLost()
    {
        var rows = _database.Query<(string Id, long Version, string Description, string Name)>(
            "select id, version, body::jsonb ->> 'description', body::jsonb ->> 'externalId' from service_order");
        var expected = _writers.SelectMany(writer => writer.Orders).Select(order => (order.Key, order.Value.ETag, order.Value.Description)).Order();
        var deleted = _writers.SelectMany(writer => writer.Deleted).ToHashSet();
        var known = _writers.SelectMany(writer => writer.Orders.Keys).Concat(deleted).ToHashSet();
        Assert.Equal(expected, rows.Where(row => known.Contains(row.Id)).Select(row => (row.Id, $"\"{row.Version}\"", row.Description)).Order());

        var wanted = _writers.SelectMany(writer => writer.Creates).ToDictionary();
        foreach (var unknown in rows.Where(row => !known.Contains(row.Id)).GroupBy(row => row.Name))
            Assert.True(wanted[unknown.Key] is { HasKey: false } want && unknown.Count() < want.Attempts, $"{unknown.Key} was made too often.");

        var events = _database.Query<(string Resource, string Type)>("select resource_id, type from event_log order by position").ToLookup(happened => happened.Resource, happened => happened.Type);
        Assert.All(events, resource => Assert.Single(resource, "ServiceOrderCreateEvent"));
        Assert.All(deleted, id => Assert.Equal("ServiceOrderDeleteEvent", events[id].Last()));
        Assert.Equal(rows.Select(row => row.Id).Concat(deleted).Order(), events.Select(resource => resource.Key).Order());
        Assert.Equal([(long)rows.Count], _database.Query<long>("select sum(total)::bigint from resource_count where resource = 'serviceOrder'"));
    }

    /// <summary>A write that began when another had been answered comes after it in the log.</summary>
    private void AssertInOrderOfCommits()
    {
        using var database = _database.Open();
        var tokens = new ResumeTokens(database);
        var writes = _writers.SelectMany(writer => writer.Answered).Where(write => write.Token is not null).ToList();
        var answered = new Queue<AnsweredWrite>(writes.OrderBy(write => write.Ended));
        var last = 0L;
        foreach (var write in writes.OrderBy(write => write.Began))
        {
            while (answered.TryPeek(out var before) && before.Ended < write.Began)
                last = Math.Max(last, Position(answered.Dequeue()));
            Assert.True(Position(write) >= last, $"A write has position {Position(write)}, and one that was answered before it began has {last}.");
        }

        long Position(AnsweredWrite write) => tokens.TryRead(write.Token!, out var position) ? position : throw new InvalidOperationException("No token.");
    }

    /// <summary>Every watcher was told every event once, in the order of the log.</summary>
    private async Task AssertWatchedAsync(List<string> log, List<Task> watching, CancellationTokenSource end)
    {
        await EventuallyAsync("watchers are told all", async () =>
        {
            await Task.WhenAll(watching.Where(watcher => watcher.IsFaulted));
            return _watchers.TrueForAll(watcher => watcher.Told.Count >= log.Count);
        });
        await end.CancelAsync();
        await Task.WhenAll(watching).WaitAsync(Deadline, Cancel);
        Assert.All(_watchers, watcher => Assert.Equal(log, watcher.Told));
    }

    /// <summary>Every listener got every event of its orders, in the order of the log; what comes again is the last one, or was under way when its server was paused.</summary>
    /// <returns>How many came again, and how many of them late.</returns>
    private async Task<(int Again, int Late)> AssertDeliveredAsync(List<(long Position, string Id, string Resource)> log)
    {
        var (again, late) = (0, 0);
        for (var number = 0; number < Subscriptions; number++)
        {
            var expected = log.Where(happened => Convert.ToInt32(happened.Resource[^1..], 16) / 2 == number).Select(happened => happened.Id).ToList();
            var listener = _listeners[number / PerListener];
            await EventuallyAsync($"all {expected.Count} events are delivered to {number}", () => Task.FromResult(Received().Distinct().Count() >= expected.Count));
            var newest = "";
            var first = new List<string>();
            foreach (var id in Received())
            {
                if (newest != id && !first.Contains(id))
                    first.Add(newest = id);
                else
                    (again, late) = (again + 1, late + (newest == id ? 0 : 1));
            }
            Assert.Equal(expected, first);

            IEnumerable<string> Received() => listener.Received.Where(delivery => delivery.Path == $"/{number}").Select(delivery => delivery.EventId);
        }
        Assert.InRange(late, 0, Subscriptions);
        return (again, late);
    }

    /// <summary>Whoever has moved a delivery on had its lease then, and nobody has moved one back.</summary>
    private void AssertNobodyActsWithoutLease()
    {
        Assert.NotEmpty(_database.Query<long>("select number from act"));
        Assert.Empty(_database.Query<string>(
            """
            select act.server || ' moved ' || subscription || ' to ' || position from act
            where is_over is distinct from false or not exists (select 1 from life where life.server = act.server and life.holder = act.holder)
            """));
        Assert.Empty(_database.Query<string>(
            """
            select subscription || ' went back to ' || position
            from (select *, lag(position) over (partition by subscription order by number) before from act) acts where position < before
            """));
    }

    private void Report(int events, (int Again, int Late) redeliveries)
    {
        var output = TestContext.Current.TestOutputHelper!;
        var answers = _writers.SelectMany(writer => writer.Answered).Select(write => write.Ended).Order().ToList();
        output.WriteLine(
            $"{answers.Count} writes answered, {_writers.Sum(writer => writer.Retries)} requests made again; {events} events; "
            + $"watchers came back {_watchers.Sum(watcher => watcher.Returns)} times; {redeliveries.Again} deliveries made again, {redeliveries.Late} of them late");
        foreach (var ((name, began), (_, ended)) in _faults.Zip(_faults.Skip(1)))
        {
            var window = answers.Where(answer => answer >= began && answer < ended).Prepend(began).Append(ended).ToList();
            var longest = window.Zip(window.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one, next)).Max();
            output.WriteLine($"{name}: at most {longest.TotalSeconds:0.00} s without an answered write");
        }
    }
}
