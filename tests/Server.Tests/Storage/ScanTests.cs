using System.Net;
using Google.Rpc;
using Grpc.Core;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>Scans take their time, and nobody else's.</summary>
public sealed class ScanTests : IDisposable
{
    // Hours.
    private const string Endless = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000000) select count(*) from n";

    private static readonly string[] Unindexed = ["note.author"];
    private readonly TestDatabase _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Reads_writes_and_short_scans_go_on_beside_any_number_of_long_ones()
    {
        using var database = _place.Open();
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var scans = Enumerable.Range(0, 64).Select(_ => database.ScanAsync(Scan, Unindexed, gone.Token).AsTask()).ToList();

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(1, await database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync("update event_position set last = last"), Cancel));
            Assert.Equal(0, await database.ReadAsync(session => session.FindAsync<long>("select last from event_position")));
            Assert.Equal(0, await database.ScanAsync(session => session.FindAsync<long>("select last from event_position"), Cancel));
        }

        Assert.DoesNotContain(scans, scan => scan.IsCompleted);
        await gone.CancelAsync();
        foreach (var scan in scans)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);
    }

    [Fact]
    public async Task Scan_ends_when_its_time_is_over_and_says_what_has_no_index()
    {
        using var database = _place.Open(new StorageOptions { ScanTimeLimit = TimeSpan.FromSeconds(0.3) });

        var error = await Assert.ThrowsAsync<RpcException>(() => database.ScanAsync(Scan, Unindexed, Cancel).AsTask());

        Assert.Equal((StatusCode.DeadlineExceeded, "QUERY_TIMEOUT"), (error.StatusCode, ReasonOf(error)));
        Assert.Contains("0.3 s", error.Status.Detail);
        Assert.Contains("note.author", error.Status.Detail);
        Assert.Equal(0, await database.ScanAsync(session => session.FindAsync<long>("select last from event_position"), Unindexed, Cancel));
    }

    [Fact]
    public async Task List_that_takes_too_long_is_503_with_the_attributes_of_the_filter_that_have_no_index()
    {
        using var server = new RunningServer(_place, ("Storage:ScanTimeLimit", "00:00:00.3"));
        var id = await server.PlaceOrderAsync();
        await server.ExecuteAsync("alter table service_order rename to hidden");
        await server.ExecuteAsync($"create view service_order as select * from hidden where ({Endless}) > 0");

        var answer = await server.GetAsync($"{RunningServer.ServiceOrderPath}?state=acknowledged&note.author=x&sort=priority");

        answer.IsError(HttpStatusCode.ServiceUnavailable, "5");
        Assert.Contains("Without an index: note.author, priority;", answer.Json["message"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(RunningServer.ServicePath)).Status);
        Assert.NotEmpty(id);
    }

    [Fact]
    public async Task Scans_leave_the_processors_to_others()
    {
        TestDatabase.NeedSqlite();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells of a thread.");

        // The 19th field of a thread's status is how nice it is; the second may have blanks.
        using var database = _place.Open();
        var niceness = await database.ScanAsync(
            _ => ValueTask.FromResult(File.ReadAllText("/proc/thread-self/stat").Split(") ")[1].Split(' ')[16]), Cancel);

        Assert.Equal("10", niceness);
    }

    [Fact]
    public async Task Scans_that_never_pause_do_not_let_the_log_grow_without_bound()
    {
        TestDatabase.NeedSqlite();
        const long Limit = 80 << 20;
        using var database = _place.Open(new StorageOptions { LargestLog = Limit });
        await database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync("create table filler(text text)"), Cancel);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // One begins before the other ends, so that there is always somebody who needs the log.
        var scans = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
                await database.ScanAsync(async session =>
                {
                    await session.FindAsync<long>("select count(*) from filler");
                    await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
                    return 0;
                }, Cancel);
        }, Cancel)).ToList();

        var largest = 0L;
        for (var written = 0; written < 60; written++)
        {
            await database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync("insert into filler values (hex(zeroblob(2000000)))"), Cancel);
            largest = Math.Max(largest, new FileInfo(_place.File + "-wal").Length);
        }
        await end.CancelAsync();
        await Task.WhenAll(scans);

        Assert.InRange(largest, 0, 2 * Limit);
        Assert.Equal(60, await database.ScanAsync(session => session.FindAsync<long>("select count(*) from filler"), Cancel));
    }

    [Fact]
    public async Task Scan_that_waits_too_long_for_its_turn_is_refused()
    {
        using var database = _place.Open(new StorageOptions { ScanTimeLimit = TimeSpan.FromSeconds(0.3) });
        var go = new TaskCompletionSource<int>();
        var scans = Enumerable.Range(0, ScanQueue.Places).Select(_ => database.ScanAsync(_ => new ValueTask<int>(go.Task), Cancel).AsTask()).ToList();

        var error = await Assert.ThrowsAsync<RpcException>(() => database.ScanAsync(_ => ValueTask.FromResult(1), Cancel).AsTask());
        go.SetResult(1);

        Assert.Equal((StatusCode.Unavailable, "SERVER_UNAVAILABLE"), (error.StatusCode, ReasonOf(error)));
        foreach (var scan in scans)
            await Record.ExceptionAsync(() => scan);
        Assert.Equal(1, await database.ScanAsync(_ => ValueTask.FromResult(1), Cancel));
    }

    [Fact]
    public async Task More_scans_than_may_wait_are_refused_at_once_and_the_others_run()
    {
        using var database = _place.Open(new StorageOptions { ScanTimeLimit = TimeSpan.FromMinutes(5) });
        var go = new TaskCompletionSource<int>();
        var scans = Enumerable.Range(0, ScanQueue.Longest).Select(_ => database.ScanAsync(_ => new ValueTask<int>(go.Task), Unindexed, Cancel).AsTask()).ToList();

        var refused = await Record.ExceptionAsync(() => database.ScanAsync(_ => ValueTask.FromResult(1), Cancel).AsTask());
        go.SetResult(1);

        Assert.Equal(StatusCode.Unavailable, Assert.IsType<RpcException>(refused).StatusCode);
        Assert.All(await Task.WhenAll(scans), result => Assert.Equal(1, result));
        Assert.Equal(1, await database.ScanAsync(_ => ValueTask.FromResult(1), Unindexed, Cancel));
    }

    [Fact]
    public async Task Scan_ends_soon_after_its_caller_has_gone_and_leaves_its_place_to_the_next()
    {
        using var database = _place.Open(new StorageOptions { ScanTimeLimit = TimeSpan.FromMinutes(5) });
        using var gone = new CancellationTokenSource();
        var scans = Enumerable.Range(0, 2 * ScanQueue.Places).Select(_ => database.ScanAsync(Scan, Unindexed, gone.Token).AsTask()).ToList();

        await gone.CancelAsync();

        foreach (var scan in scans)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);
        Assert.Equal(0, await database.ScanAsync(session => session.FindAsync<long>("select last from event_position"), Unindexed, Cancel));
    }

    private static ValueTask<long> Scan(Session session) => session.FindAsync<long>(Endless);

    private static string ReasonOf(RpcException error) => error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason;
}
