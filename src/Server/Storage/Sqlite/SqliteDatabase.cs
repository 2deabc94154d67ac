using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>One file, of one process. Readers have connections of their own (WAL); writes go through one queue.</summary>
internal sealed class SqliteDatabase : Database
{
    // Chosen by measurement: docs/architecture.md, "Pages and checkpoints".
    private const int PageSize = 8 * 1024;

    private readonly string _connectionString;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly DatabaseFile _file;
    private readonly WriteQueue _writes;

    public SqliteDatabase(StorageOptions options, TimeProvider time, ILogger<SqliteDatabase> logger)
    {
        var builder = new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = false };
        builder.DataSource = Path.GetFullPath(builder.DataSource);
        _connectionString = builder.ConnectionString;
        Location = builder.DataSource;

        _file = new DatabaseFile(Location);
        try
        {
            var writer = OpenWriter(logger);
            Identity = writer.Find<long>("select id from database_identity");
            _writes = new WriteQueue(writer, _file, new Checkpoints(Open(), Location), time, TellCommitted);
        }
        catch (SqliteException e)
        {
            _file.Dispose();
            throw new DatabaseUnusableException($"The database {Location} cannot be opened: {e.Message}", e);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public override string Location { get; }

    public override long Identity { get; }

    /// <summary>What is wrong with a connection string, or null. A database in memory would be another one for each connection.</summary>
    public static string? Problem(string connectionString)
    {
        try
        {
            var builder = new SqliteConnectionStringBuilder(connectionString);
            return builder.Mode != SqliteOpenMode.Memory && builder.DataSource is not ("" or ":memory:") ? null : NoFile;
        }
        catch (ArgumentException)
        {
            return NoFile;
        }
    }

    public override string AsUtf8(string text) => $"cast({text} as blob)";

    public override string FromUtf8(string bytes) => $"cast({bytes} as text)";

    public override async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read)
    {
        var session = Rent();
        try
        {
            return await read(session);
        }
        finally
        {
            _idle.Add(session);
        }
    }

    public override async ValueTask<T> ScanAsync<T>(Func<Session, ValueTask<T>> scan, CancellationToken cancellationToken)
    {
        var session = Rent();
        try
        {
            session.Execute("begin");
            try
            {
                using var cancellation = session.CancelWith(cancellationToken);
                return await scan(session);
            }
            finally
            {
                session.Execute("rollback");
            }
        }
        finally
        {
            _idle.Add(session);
        }
    }

    public override Task<T> WriteAsync<T>(Caller caller, Func<Write, ValueTask<T>> write, CancellationToken cancellationToken) =>
        _writes.EnqueueAsync(caller, write, cancellationToken);

    public override void Dispose()
    {
        _writes.Dispose();
        while (_idle.TryTake(out var session))
            session.Dispose();
        _file.Dispose();
    }

    private const string NoFile = "Storage:ConnectionString must name a database file, such as 'Data Source=service-ordering.db'.";

    private SqliteSession Rent() => _idle.TryTake(out var session) ? session : Open();

    private SqliteSession Open()
    {
        var session = new SqliteSession(_connectionString);
        session.ExecuteScript("pragma synchronous = full; pragma busy_timeout = 5000; pragma mmap_size = 268435456;");
        return session;
    }

    private SqliteSession OpenWriter(ILogger logger)
    {
        var session = Open();
        try
        {
            // The file grows under the writer: mapped, it would be mapped anew time and again.
            session.ExecuteScript($"pragma mmap_size = 0; pragma cache_size = -32000; pragma page_size = {PageSize};");
            SqliteMigrations.Apply(session, PageSize, Location, logger);
            session.ExecuteScript(
                // Checkpoints come from a thread of their own.
                "pragma journal_mode = wal; pragma wal_autocheckpoint = 0;");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}
