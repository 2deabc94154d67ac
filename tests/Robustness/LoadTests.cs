using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using ServiceOrdering.Server.Tests.Hosting;

namespace Robustness;

/// <summary>
/// Everything at once that is heavy: scans without an index, pages of large orders, streams that do not read. Who reads or writes
/// one order hardly notices. Small unless ROBUSTNESS_LOAD=long, which is what is measured; then it also has to hold.
/// </summary>
public sealed class LoadTests
{
    private const int Streams = 100;
    private const int Writers = 16;
    private const int Large = 100_000;
    private const long MostResidentBytes = 1024L * 1024 * 1024;
    private static readonly TimeSpan LongestGet = TimeSpan.FromMilliseconds(100);
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ROBUSTNESS_LOAD") == "long";
    private static readonly (int Orders, int LargeOrders, int Scans, int Pages, int StalledHundreds, TimeSpan Time) Size =
        IsLong ? (200_000, 500, 64, 64, 20, TimeSpan.FromSeconds(60)) : (2_000, 60, 8, 8, 2, TimeSpan.FromSeconds(3));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Point_reads_and_writes_go_on_beside_scans_large_pages_and_streams_that_do_not_read()
    {
        var server = new FuzzedServer(null, "Checking:Mode=Manual");
        await server.InitializeAsync();
        var stalled = new List<IDisposable>();
        try
        {
            var id = await FillAsync(server);
            var alone = await WriteAsync(server, Size.Time / 3);
            for (var i = 0; i < Size.StalledHundreds; i++)
                stalled.AddRange(await (i % 2 == 0 ? WatchAsync(server) : ListenAsync(server)));

            using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var callers = new List<Task>();
            var statuses = new ConcurrentDictionary<string, int>();
            for (var i = 0; i < Size.Scans; i++)
                callers.Add(AskAsync(server, "scan", "?category=nothing&limit=10", statuses, end.Token));
            for (var i = 0; i < Size.Pages; i++)
                callers.Add(AskAsync(server, "page", "?externalId=large&limit=1000", statuses, end.Token));
            var resident = 0L;
            callers.Add(RepeatAsync(() => { resident = Math.Max(resident, server.ResidentBytes); return Task.Delay(100, end.Token); }, end.Token));
            var gets = new List<TimeSpan>();
            callers.Add(RepeatAsync(async () =>
            {
                var began = Stopwatch.GetTimestamp();
                Assert.Equal(200, await server.GetAsync($"{FuzzedServer.Orders}/{id}"));
                gets.Add(Stopwatch.GetElapsedTime(began));
                await Task.Delay(1, end.Token);
            }, end.Token));
            var beside = await WriteAsync(server, Size.Time);
            await end.CancelAsync();
            await Task.WhenAll(callers);

            gets.Sort();
            var p99 = gets[gets.Count * 99 / 100];
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"GET by id: {gets.Count}, median {gets[gets.Count / 2].TotalMilliseconds:0.0} ms, p99 {p99.TotalMilliseconds:0.0} ms, longest {gets[^1].TotalMilliseconds:0} ms; "
                + $"writes {beside:0}/s beside, {alone:0}/s alone; {resident >> 20} MB resident; {string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Key} {status.Value}"))}");
            Assert.InRange(resident, 0, MostResidentBytes);
            if (!IsLong)
                return;
            Assert.InRange(p99, TimeSpan.Zero, LongestGet);
            Assert.InRange(beside, alone / 2, double.MaxValue);
        }
        finally
        {
            stalled.ForEach(client => client.Dispose());
            await server.DisposeAsync();
        }
    }

    /// <returns>The id of a small order.</returns>
    private static async Task<string> FillAsync(FuzzedServer server)
    {
        var left = Size.Orders;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                Assert.NotNull(await server.PlaceAsync(Order("small")));
        }));
        for (var i = 0; i < Size.LargeOrders; i++)
            Assert.NotNull(await server.PlaceAsync(Order("large", Large)));
        return (await server.PlaceAsync(Order("small")))!;
    }

    private static string Order(string externalId, int size = 10) =>
        $$"""{"externalId":"{{externalId}}","description":"{{new string('x', size)}}","serviceOrderItem":[{"id":"1","action":"add","service":{"name":"internet"} } ] }""";

    /// <returns>Orders placed in a second.</returns>
    private static async Task<double> WriteAsync(FuzzedServer server, TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var count = 0;
            for (; Stopwatch.GetElapsedTime(began) < time; count++)
                Assert.NotNull(await server.PlaceAsync(Order("small")));
            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static Task AskAsync(FuzzedServer server, string what, string query, ConcurrentDictionary<string, int> statuses, CancellationToken end) => RepeatAsync(async () =>
    {
        using var answer = await server.Rest.GetAsync(FuzzedServer.Orders + query, HttpCompletionOption.ResponseHeadersRead, end);
        await answer.Content.CopyToAsync(Stream.Null, end);
        statuses.AddOrUpdate($"{what} {(int)answer.StatusCode}", 1, (_, count) => count + 1);
        Assert.True((int)answer.StatusCode is 200 or 206 or 503, $"{answer.StatusCode}");
        // Who is refused tries again in a moment.
        if ((int)answer.StatusCode == 503)
            await Task.Delay(1000, end);
    }, end);

    private static async Task RepeatAsync(Func<Task> ask, CancellationToken end)
    {
        try
        {
            while (!end.IsCancellationRequested)
                await ask();
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // That was all.
        }
    }

    private static async Task<IEnumerable<IDisposable>> WatchAsync(FuzzedServer server)
    {
        var client = await StalledClient.ConnectAsync(server.Grpc.BaseAddress!.ToString());
        await client.AskAsync("/serviceordering.events.v1.EventService/WatchEvents", [], Streams);
        await client.ReadHeadersAsync(Streams);
        return [client];
    }

    private static async Task<IEnumerable<IDisposable>> ListenAsync(FuzzedServer server)
    {
        var clients = new List<TcpClient>();
        for (var i = 0; i < Streams; i++)
        {
            clients.Add(new TcpClient { ReceiveBufferSize = 4096 });
            await clients[i].ConnectAsync("127.0.0.1", server.Rest.BaseAddress!.Port, Cancel);
            await clients[i].GetStream().WriteAsync("GET /events/v1/watch HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"u8.ToArray(), Cancel);
        }
        return clients;
    }
}
