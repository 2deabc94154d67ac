using System.Data.Common;
using Google.Rpc;
using Grpc.Core;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>What every database promises.</summary>
public sealed class DatabaseTests : IDisposable
{
    private readonly TestDatabase _place = new();
    private readonly Database _database;

    public DatabaseTests() => _database = _place.Open();

    public void Dispose()
    {
        _database.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task Writes_of_many_callers_are_all_there_once_answered()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => InsertAsync($"{i}")));

        Assert.Equal(200, Count());
    }

    [Fact]
    public async Task Write_that_fails_takes_no_other_with_it()
    {
        var writes = Enumerable.Range(0, 50).Select(i => i % 5 == 0 ? InsertAndFailAsync($"{i}") : InsertAsync($"{i}")).ToList();
        var outcomes = await Task.WhenAll(writes.Select(async write => await Record.ExceptionAsync(() => write)));

        Assert.Equal(10, outcomes.Count(outcome => outcome is InvalidOperationException));
        Assert.Equal(40, Count());
        Assert.Equal(0, Find<long>(_database, "select count(*) from service_order where cast(id as bigint) % 5 = 0"));
    }

    [Fact]
    public async Task Failed_statement_says_why_and_the_queue_goes_on()
    {
        await InsertAsync("1");

        await Assert.ThrowsAnyAsync<DbException>(() => InsertAsync("1"));
        await InsertAsync("2");

        Assert.Equal(2, Count());
    }

    [Fact]
    public async Task Read_does_not_wait_for_a_writer()
    {
        await InsertAsync("1");
        using var writing = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var write = _database.WriteAsync(Caller.Server, _ =>
        {
            writing.Set();
            return ValueTask.FromResult(go.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
        }, Cancel);
        writing.Wait(Cancel);

        Assert.Equal(1, Count());
        go.Set();
        Assert.True(await write);
    }

    [Fact]
    public async Task More_than_ten_thousand_waiting_writes_are_refused_and_what_was_accepted_is_committed()
    {
        const int Longest = 10_000;
        using var writing = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var write = _database.WriteAsync(Caller.Server, _ =>
        {
            writing.Set();
            return ValueTask.FromResult(go.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
        }, Cancel);
        writing.Wait(Cancel);
        var accepted = Enumerable.Range(0, Longest).Select(i => InsertAsync($"{i}")).ToList();

        var refused = await Record.ExceptionAsync(() => InsertAsync("refused").WaitAsync(TimeSpan.Zero, Cancel));
        go.Set();

        Assert.True(await write);
        var error = Assert.IsType<RpcException>(refused);
        Assert.Equal((StatusCode.Unavailable, "SERVER_UNAVAILABLE"), (error.StatusCode, error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        await Task.WhenAll(accepted);
        Assert.Equal(Longest, Count());
        await InsertAsync("later");
        Assert.Equal(Longest + 1, Count());
    }

    [Fact]
    public async Task Consistent_read_sees_one_state()
    {
        await InsertAsync("1");

        var (before, after) = await _database.ScanAsync(async session =>
        {
            var first = await session.FindAsync<long>("select count(*) from service_order");
            await InsertAsync("2");
            return (first, await session.FindAsync<long>("select count(*) from service_order"));
        }, Cancel);

        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, Count());
    }

    [Fact]
    public async Task Disposal_commits_what_was_accepted_and_refuses_the_rest()
    {
        using var place = new TestDatabase();
        using var database = place.Open();
        var accepted = Enumerable.Range(0, 100).Select(i => InsertAsync($"{i}", database)).ToList();

        database.Dispose();

        await Task.WhenAll(accepted);
        await Assert.ThrowsAsync<RpcException>(() => InsertAsync("late", database));
        using var reopened = place.Open();
        Assert.Equal(100, Count(reopened));
    }

    [Fact]
    public async Task Write_whose_caller_has_gone_is_not_made()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InsertAsync("1", _database, gone.Token));
        Assert.Equal(0, Count());
    }

    [Fact]
    public void Database_of_a_newer_version_is_refused()
    {
        _database.Dispose();
        _place.Query<int>(TestDatabase.IsPostgres
            ? "insert into schema_migration (name, compatible, applied_at) values ('9999_future', false, now())"
            : "insert into schema_migration (name, applied_at) values ('9999_future', '2100-01-01')");

        var error = Assert.Throws<DatabaseUnusableException>(() => _place.Open());
        Assert.Contains("9999_future", error.Message);
    }

    [Fact]
    public async Task Reopening_keeps_what_is_there()
    {
        await InsertAsync("1");
        _database.Dispose();

        using var reopened = _place.Open();
        Assert.Equal(1, Count(reopened));
    }

    private Task<int> InsertAsync(string id, Database? database = null, CancellationToken? cancellationToken = null) =>
        (database ?? _database).WriteAsync(Caller.Server, write => Insert(write, id), cancellationToken ?? Cancel);

    private Task<int> InsertAndFailAsync(string id) => _database.WriteAsync<int>(Caller.Server, async write =>
    {
        await Insert(write, id);
        throw new InvalidOperationException("after the insert");
    }, Cancel);

    private static ValueTask<int> Insert(Write write, string id) => write.Session.ExecuteAsync(
        "insert into service_order (id, version, state, order_date, body) values (@id, 1, 'held', '2026', @body)", new { id, body = "{}" });

    private long Count(Database? database = null) => Find<long>(database ?? _database, "select count(*) from service_order");

    private static T? Find<T>(Database database, string sql) =>
        database.ReadAsync(session => session.FindAsync<T>(sql)).AsTask().GetAwaiter().GetResult();
}
