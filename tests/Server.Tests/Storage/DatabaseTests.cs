using Dapper;
using Microsoft.Data.Sqlite;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-");
    private readonly Database _database;

    public DatabaseTests() => _database = Open();

    public void Dispose()
    {
        _database.Dispose();
        _folder.Delete(recursive: true);
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
        Assert.Equal(0, _database.Read(session => session.Prepare("select count(*) from service_order where cast(id as integer) % 5 = 0").ReadFirst(row => row.Integer(0))));
    }

    [Fact]
    public async Task Failed_statement_says_why_and_the_queue_goes_on()
    {
        await InsertAsync("1");

        await Assert.ThrowsAsync<SqliteException>(() => InsertAsync("1"));
        await InsertAsync("2");

        Assert.Equal(2, Count());
    }

    [Fact]
    public async Task Read_does_not_wait_for_a_writer()
    {
        await InsertAsync("1");
        using var writing = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var write = _database.WriteAsync(session =>
        {
            writing.Set();
            return go.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
        }, Cancel);
        writing.Wait(Cancel);

        Assert.Equal(1, Count());
        go.Set();
        Assert.True(await write);
    }

    [Fact]
    public async Task Consistent_read_sees_one_state()
    {
        await InsertAsync("1");

        var (before, after) = _database.ReadConsistently(session =>
        {
            var first = session.Prepare("select count(*) from service_order").ReadFirst(row => row.Integer(0));
            InsertAsync("2").GetAwaiter().GetResult();
            return (first, session.Prepare("select count(*) from service_order").ReadFirst(row => row.Integer(0)));
        });

        Assert.Equal((1, 1), (before, after));
        Assert.Equal(2, Count());
    }

    [Fact]
    public async Task Disposal_commits_what_was_accepted_and_refuses_the_rest()
    {
        using var database = Open("other.db");
        var accepted = Enumerable.Range(0, 100).Select(i => InsertAsync($"{i}", database)).ToList();

        database.Dispose();

        await Task.WhenAll(accepted);
        await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => InsertAsync("late", database));
        using var reopened = Open("other.db");
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
    public async Task Every_commit_is_synced_to_the_disk()
    {
        // 2 is FULL: in WAL mode the log is synced before a commit is answered.
        var (journal, synchronous) = await _database.WriteAsync(session =>
            (session.Connection.ExecuteScalar<string>("pragma journal_mode"), session.Connection.ExecuteScalar<long>("pragma synchronous")),
            Cancel);

        Assert.Equal(("wal", 2L), (journal, synchronous));
    }

    [Fact]
    public void Database_of_a_newer_version_is_refused()
    {
        using (Open("newer.db"))
        {
        }
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "newer.db")};Pooling=false"))
            connection.Execute("insert into schema_migration (name, applied_at) values ('9999_future', '2100-01-01')");

        var error = Assert.Throws<DatabaseUnusableException>(() => Open("newer.db"));
        Assert.Contains("9999_future", error.Message);
    }

    [Fact]
    public async Task Reopening_keeps_what_is_there()
    {
        await InsertAsync("1");
        _database.Dispose();

        using var reopened = Open();
        Assert.Equal(1, Count(reopened));
    }

    private Database Open(string file = "test.db") =>
        new(new StorageOptions { ConnectionString = $"Data Source={Path.Combine(_folder.FullName, file)}" });

    private Task<int> InsertAsync(string id, Database? database = null, CancellationToken? cancellationToken = null) =>
        (database ?? _database).WriteAsync(session => Insert(session, id), cancellationToken ?? Cancel);

    private Task<int> InsertAndFailAsync(string id) => _database.WriteAsync<int>(session =>
    {
        Insert(session, id);
        throw new InvalidOperationException("after the insert");
    }, Cancel);

    private static int Insert(Session session, string id) =>
        session.Prepare("insert into service_order (id, version, body) values (@id, 1, '{}')").With("@id", id).Execute();

    private long Count(Database? database = null) =>
        (database ?? _database).Read(session => session.Prepare("select count(*) from service_order").ReadFirst(row => row.Integer(0)));
}
