using System.Collections.Concurrent;
using System.Diagnostics;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Benchmarks;

/// <summary>One line of the result.</summary>
internal sealed record WatchRow(string What, string Value, string Against, string Aim);

/// <summary>How soon watchers hear, and what they cost.</summary>
internal static class WatchRows
{
    private const int Watchers = 1000;

    public static async Task<IReadOnlyList<WatchRow>> MeasureAsync(BenchmarkServer server, LoadPlan plan)
    {
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false });
        var write = () => client.ServiceOrders.CreateServiceOrderAsync(BenchmarkServer.Order()).ResponseAsync;
        var measurements = new (string What, Func<Task<WatchRow>> Measure)[]
        {
            // First, while the server has no memory from others to use again.
            ("Resident memory per idle watcher", () => MemoryAsync(client, server)),
            ("Answer of a write to its event", () => LatencyAsync(client, plan)),
            ("Write to its event at all of 1 watchers", () => FanOutAsync(client, 1, plan)),
            ("Write to its event at all of 100 watchers", () => FanOutAsync(client, 100, plan)),
            ("Write to its event at all of 1000 watchers", () => FanOutAsync(client, Watchers, plan)),
            ("Writes with 1000 rarely matching watchers", () => ThroughputAsync(client, write, plan)),
        };
        var rows = new List<WatchRow>();
        foreach (var (_, measure) in measurements.Where(one => one.What.Contains(plan.Only, StringComparison.OrdinalIgnoreCase)))
            rows.Add(await measure());
        return rows;
    }

    private static async Task<WatchRow> LatencyAsync(ServiceOrderingClient client, LoadPlan plan)
    {
        var heard = new ConcurrentDictionary<string, TaskCompletionSource<long>>();
        await using var audience = await Audience.OpenAsync(client, 1, _ => new WatchEventsRequest(), told => Heard(Id(told)).TrySetResult(Stopwatch.GetTimestamp()));
        var writes = new List<double>();
        var delays = new List<double>();
        for (var i = 0; i < 200 * plan.Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var created = await client.ServiceOrders.CreateServiceOrderAsync(BenchmarkServer.Order());
            var answered = Stopwatch.GetTimestamp();
            writes.Add(Stopwatch.GetElapsedTime(start, answered).TotalMilliseconds);
            delays.Add(Stopwatch.GetElapsedTime(answered, await Heard(created.ServiceOrder.Id).Task).TotalMilliseconds);
        }
        var (write, delay) = (LoadPlan.Median(writes), LoadPlan.Median(delays));
        return new WatchRow("Answer of a write to its event", $"{delay:0.00} ms", $"the write: {write:0.00} ms", "<= 1.0 x the write");

        TaskCompletionSource<long> Heard(string id) => heard.GetOrAdd(id, _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private static async Task<WatchRow> FanOutAsync(ServiceOrderingClient client, int watchers, LoadPlan plan)
    {
        var missing = 0;
        var all = new TaskCompletionSource<long>();
        await using var audience = await Audience.OpenAsync(client, watchers, _ => new WatchEventsRequest(), _ =>
        {
            if (Interlocked.Decrement(ref missing) == 0)
                all.SetResult(Stopwatch.GetTimestamp());
        });
        var times = new List<double>();
        for (var i = 0; i < 10 * plan.Rounds; i++)
        {
            (missing, all) = (watchers, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
            var start = Stopwatch.GetTimestamp();
            await client.ServiceOrders.CreateServiceOrderAsync(BenchmarkServer.Order());
            times.Add(Stopwatch.GetElapsedTime(start, await all.Task).TotalMilliseconds);
        }
        return new WatchRow($"Write to its event at all of {watchers} watchers", $"{LoadPlan.Median(times):0.00} ms", "", "");
    }

    private static async Task<WatchRow> MemoryAsync(ServiceOrderingClient client, BenchmarkServer server)
    {
        var before = Resident(server);
        await using var audience = await Audience.OpenAsync(client, Watchers, Rare, _ => { });
        var each = (Resident(server) - before) / 1024.0 / Watchers;
        return new WatchRow("Resident memory per idle watcher", $"{each:0.0} KB", $"{Watchers} watchers", "<= 30 KB");
    }

    private static async Task<WatchRow> ThroughputAsync(ServiceOrderingClient client, Func<Task> write, LoadPlan plan)
    {
        var (alone, watched) = (new List<double>(), new List<double>());
        await plan.RateAsync(write, plan.WarmUp);
        for (var i = 0; i < plan.Rounds; i++)
        {
            alone.Add((await plan.RateAsync(write, plan.RoundTime)).Rate);
            await using var audience = await Audience.OpenAsync(client, Watchers, Rare, _ => { });
            watched.Add((await plan.RateAsync(write, plan.RoundTime)).Rate);
        }
        var ratio = LoadPlan.Median(alone.Zip(watched, (without, with) => with / without));
        return new WatchRow("Writes with 1000 rarely matching watchers",
            $"{LoadPlan.Median(watched):N0}/s, {ratio:0.00}", $"without: {LoadPlan.Median(alone):N0}/s", ">= 0.80");
    }

    private static WatchEventsRequest Rare(int watcher) => new() { Query = $"event.serviceOrder.externalId=watcher-{watcher}" };

    private static long Resident(BenchmarkServer server)
    {
        server.Process.Refresh();
        return server.Process.WorkingSet64;
    }

    private static string Id(Event told) => told.ServiceOrderCreateEvent.Event.ServiceOrder.Id;

    /// <summary>Watchers whose watch has begun.</summary>
    private sealed class Audience : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private Task[] _watches = [];

        public static async Task<Audience> OpenAsync(ServiceOrderingClient client, int count, Func<int, WatchEventsRequest> request, Action<Event> heard)
        {
            var audience = new Audience();
            var begun = Enumerable.Range(0, count).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
            audience._watches = [.. Enumerable.Range(0, count).Select(i => audience.WatchAsync(client, request(i), begun[i], heard))];
            await Task.WhenAll(begun.Select(one => one.Task));
            return audience;
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_watches);
            _end.Dispose();
        }

        private async Task WatchAsync(ServiceOrderingClient client, WatchEventsRequest request, TaskCompletionSource begun, Action<Event> heard)
        {
            try
            {
                using var call = client.Events.WatchEvents(request, cancellationToken: _end.Token);
                while (await call.ResponseStream.MoveNext(_end.Token))
                {
                    begun.TrySetResult();
                    if (call.ResponseStream.Current.Event is { } told)
                        heard(told);
                }
            }
            catch (OperationCanceledException)
            {
                // The measurement is over.
            }
            catch (Exception e)
            {
                begun.TrySetException(e);
                throw;
            }
        }
    }
}
