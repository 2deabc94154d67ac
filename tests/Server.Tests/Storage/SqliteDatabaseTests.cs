using System.Runtime.Versioning;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Sqlite;

namespace ServiceOrdering.Server.Tests.Storage;

/// <summary>What only a file of SQLite has.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly SqliteDatabase _database;

    public SqliteDatabaseTests()
    {
        TestDatabase.NeedSqlite();
        _folder = Directory.CreateTempSubdirectory("service-ordering-");
        _database = Open();
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_commit_is_synced_to_the_disk()
    {
        // 2 is FULL: in WAL mode the log is synced before a commit is answered.
        var (journal, synchronous) = await _database.WriteAsync(Caller.Server, async write =>
            (await write.Session.FindAsync<string>("pragma journal_mode"), await write.Session.FindAsync<long>("pragma synchronous")), Cancel);

        Assert.Equal(("wal", 2L), (journal, synchronous));
    }

    // SQLite rolls a transaction back by itself when the disk is full: wherever that happens, all of the batch fails and what
    // comes next is a transaction again.
    [Fact]
    public async Task Full_disk_at_any_step_of_a_batch_stores_nothing_that_was_refused()
    {
        var accepted = new List<string>();
        var refused = 0;
        for (var room = 1; room <= 12; room++)
        {
            await ExecuteAsync($"pragma max_page_count = {Find<long>(_database, "pragma page_count") + room}");
            var writes = Enumerable.Range(0, 8).Select(i => (Id: $"{room}-{i}", Write: _database.WriteAsync(Caller.Server, async write =>
            {
                await Insert(write, $"{room}-{i}", size: 20_000);
                // What one write holds up, the writer's thread has as one batch.
                return await write.Session.ExecuteAsync("update service_order set state = 'held' where id = @id", new { id = $"{room}-{i}" });
            }, Cancel))).ToList();
            foreach (var (id, write) in writes)
            {
                if (await Record.ExceptionAsync(() => write) is null)
                    accepted.Add(id);
                else
                    refused++;
            }
            await ExecuteAsync("pragma max_page_count = 1000000");
            await InsertAsync($"{room}-after");
            accepted.Add($"{room}-after");
        }

        Assert.True(refused > 10, $"{refused} refused");
        Assert.Equal(accepted.Order(StringComparer.Ordinal), List<string>(_database, "select id from service_order").Order(StringComparer.Ordinal));
        Assert.Equal(["ok"], List<string>(_database, "pragma integrity_check"));
    }

    [Fact]
    public void Second_server_on_one_file_is_refused()
    {
        var error = Assert.Throws<DatabaseUnusableException>(() => Open());
        Assert.Contains("one server at a time", error.Message);

        _database.Dispose();
        using var next = Open();
        Assert.Equal(0, Count(next));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_that_is_removed_or_replaced_under_the_server_takes_no_more_writes(bool isReplaced)
    {
        await InsertAsync("1");
        File.Move(PathOf("test.db"), PathOf("moved.db"));
        if (isReplaced)
            await File.WriteAllTextAsync(PathOf("test.db"), "", Cancel);

        var error = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => InsertAsync("2"));

        Assert.Equal(Grpc.Core.StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("removed or replaced", error.Status.Detail);
        File.Delete(PathOf("test.db"));
        File.Move(PathOf("moved.db"), PathOf("test.db"));
        await InsertAsync("3");
        Assert.Equal(2, Count());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_are_for_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await InsertAsync("1");

        Assert.All(Directory.GetFiles(_folder.FullName), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Theory]
    [InlineData("this is text, and more of it than the header of a database has bytes; this is text, and more of it", "not a database")]
    [InlineData(null, "another program")]
    public void File_of_another_program_is_refused_and_left_as_it_is(string? text, string why)
    {
        var path = PathOf("foreign.db");
        if (text is not null)
        {
            File.WriteAllText(path, text);
        }
        else
        {
            using var connection = new SqliteConnection($"Data Source={path};Pooling=false");
            connection.Execute("create table mine (id integer)");
        }
        var before = File.ReadAllBytes(path);

        var error = Assert.Throws<DatabaseUnusableException>(() => Open("foreign.db"));

        Assert.Contains(why, error.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task Database_of_the_version_before_is_brought_to_this_ones_layout()
    {
        var path = PathOf("old.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=false"))
        {
            connection.Execute("pragma page_size = 4096; pragma journal_mode = wal; create table schema_migration (name text not null primary key, applied_at text not null) strict");
            foreach (var file in MigrationFile.All("Sqlite").TakeWhile(file => string.CompareOrdinal(file.Name, "0050") < 0))
            {
                connection.Execute(file.Sql);
                connection.Execute("insert into schema_migration values (@name, '2026')", new { name = file.Name });
            }
            connection.Execute(
                """
                insert into service_order (id, version, body) values ('o', 3, '{"id":"o","state":"held","orderDate":"2026-01-01T00:00:00.000Z","externalId":"x"}');
                insert into service (id, version, body) values ('s', 2, '{"id":"s","state":"active","serviceDate":"2026","name":"n","serviceSpecification":{"id":"p"}}');
                insert into event_subscription (id, api, body, generation, position, missed_events, failed_attempts, attempts)
                values ('e', 'serviceOrdering', '{"id":"e","callback":"http://a/b"}', 1, 0, 0, 0, 1);
                insert into delivery_attempt (subscription_id, number, event_id, event_type, position, time, duration_ms) values ('e', 1, 'i', 't', 1, '2026', 5);
                insert into event_log (position, id, type, resource, resource_id, time, body) values (1, 'i', 't', 'serviceOrder', 'o', '2026', '{}');
                update event_position set last = 1;
                """);
        }

        using (var upgraded = Open("old.db"))
        {
            Assert.Equal([("o", 3L, "held", "2026-01-01T00:00:00.000Z", "x")], List<(string, long, string, string, string)>(upgraded, "select id, version, state, order_date, external_id from service_order"));
            Assert.Equal([("s", 2L, "active", "n", "p")], List<(string, long, string, string, string)>(upgraded, "select id, version, state, name, service_specification_id from service"));
            Assert.Equal([("e", "http://a/b", "")], List<(string, string, string)>(upgraded, "select id, callback, query from event_subscription"));
            Assert.Equal(1, Find<long>(upgraded, "select count(*) from delivery_attempt join event_subscription on subscription_id = id"));
            Assert.Equal(1, Find<long>(upgraded, "select last from event_position"));
            Assert.Equal(8192, Find<long>(upgraded, "pragma page_size"));
            Assert.Equal(["ok"], List<string>(upgraded, "pragma integrity_check"));
            await InsertAsync("new", upgraded);
        }
        using var reopened = Open("old.db");
        Assert.Equal(2, Count(reopened));
    }

    [Fact]
    public async Task Log_of_a_steady_load_is_started_over_while_nobody_stops_writing()
    {
        var largest = 0L;
        for (var i = 0; i < 400; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(j => _database.WriteAsync(Caller.Server, write => Insert(write, $"{i}-{j}", size: 30_000), Cancel)));
            largest = Math.Max(largest, new FileInfo(PathOf("test.db-wal")).Length);
        }

        // 190 MB were written.
        Assert.InRange(largest, 8 * 1024 * 1024, 80 * 1024 * 1024);
        Assert.Equal(6400, Count());
    }

    private SqliteDatabase Open(string file = "test.db") => new(
        new StorageOptions { ConnectionString = $"Data Source={PathOf(file)}" }, TimeProvider.System, NullLogger<SqliteDatabase>.Instance);

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private Task<int> InsertAsync(string id, Database? database = null) =>
        (database ?? _database).WriteAsync(Caller.Server, write => Insert(write, id), Cancel);

    private static ValueTask<int> Insert(Write write, string id, int size = 0) => write.Session.ExecuteAsync(
        "insert into service_order (id, version, state, order_date, body) values (@id, 1, 'held', '2026', @body)", new { id, body = $"{{{new string(' ', size)}}}" });

    private long Count(Database? database = null) => Find<long>(database ?? _database, "select count(*) from service_order");

    private Task<int> ExecuteAsync(string sql) => _database.WriteAsync(Caller.Server, write => write.Session.ExecuteAsync(sql), Cancel);

    private static List<T> List<T>(Database database, string sql) =>
        database.ReadAsync(session => session.ListAsync<T>(sql)).AsTask().GetAwaiter().GetResult();

    private static T? Find<T>(Database database, string sql) =>
        database.ReadAsync(session => session.FindAsync<T>(sql)).AsTask().GetAwaiter().GetResult();
}
