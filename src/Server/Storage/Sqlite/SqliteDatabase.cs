using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>One file, of one process. Readers have connections of their own (WAL); writes go through one queue.</summary>
internal sealed class SqliteDatabase : Database
{
    // Chosen by measurement: docs/architecture.md, "Pages and checkpoints".
    private const int PageSize = 8 * 1024;

    private const int ProcessorsToSpare = 4;

    private readonly string _connectionString;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private readonly DatabaseFile _file;
    private readonly WriteQueue? _writes;
    private readonly ScanQueue _scans;
    private readonly ScanThreads _threads;
    private readonly DatabaseHealth _health;
    private readonly long _busyTimeout;

    public SqliteDatabase(StorageOptions options, TimeProvider time, ILogger<SqliteDatabase> logger)
    {
        var builder = new SqliteConnectionStringBuilder(options.ConnectionString)
        {
            Pooling = false,
            // The driver would go on trying for half a minute; how long a lock is waited for is said to SQLite.
            DefaultTimeout = 1,
        };
        builder.DataSource = Path.GetFullPath(builder.DataSource);
        if (options.ReadOnly)
            builder.Mode = SqliteOpenMode.ReadOnly;
        _connectionString = builder.ConnectionString;
        Location = builder.DataSource;
        _scans = new ScanQueue(options.ScanTimeLimit);
        _busyTimeout = (long)options.Patience.TotalMilliseconds;
        _health = new DatabaseHealth(Location, SqliteFault.Explain, time, logger);

        _file = new DatabaseFile(Location, options.ReadOnly);
        _threads = new ScanThreads(ScanQueue.Places);
        try
        {
            if (options.ReadOnly)
            {
                var reader = Open();
                _idle.Add(reader);
                SqliteMigrations.Check(reader, Location);
                Identity = reader.Find<long>("select id from database_identity");
                return;
            }
            var writer = OpenWriter(logger);
            Identity = writer.Find<long>("select id from database_identity");
            _writes = new WriteQueue(writer, _file, new Checkpoints(Open(), Location, _busyTimeout, options.LargestLog, _scans), _health, time, TellCommitted);
        }
        catch (SqliteException e)
        {
            DropIdle();
            _threads.Dispose();
            _file.Dispose();
            throw new DatabaseUnusableException($"The database {Location} cannot be opened: {e.Message}", e);
        }
        catch
        {
            DropIdle();
            _threads.Dispose();
            _file.Dispose();
            throw;
        }
    }

    public override string Location { get; }

    public override long Identity { get; }

    public override bool IsShared => false;

    public override bool IsReadOnly => _writes is null;

    /// <summary>The path of the file that a connection string names.</summary>
    public static string PathOf(string connectionString) => Path.GetFullPath(new SqliteConnectionStringBuilder(connectionString).DataSource);

    /// <summary>What is wrong with a connection string, or null. A database in memory would be another one for each connection.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="name">What it is known by to whoever has to change it.</param>
    public static string? Problem(string connectionString, string name = "Storage:ConnectionString")
    {
        try
        {
            var builder = new SqliteConnectionStringBuilder(connectionString);
            return builder.Mode != SqliteOpenMode.Memory && builder.DataSource is not ("" or ":memory:") ? null : NoFile(name);
        }
        catch (ArgumentException)
        {
            return NoFile(name);
        }
    }

    public override string AsUtf8(string text) => $"cast({text} as blob)";

    public override string FromUtf8(string bytes) => $"cast({bytes} as text)";

    public override async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read)
    {
        SqliteSession? session = null;
        try
        {
            session = Rent();
            return await read(session);
        }
        catch (SqliteException e) when (SqliteFault.Explain(e) is not null)
        {
            throw _health.Judge(e);
        }
        finally
        {
            if (session is not null)
                _idle.Add(session);
        }
    }

    public override ValueTask<T> ScanAsync<T>(Func<Session, ValueTask<T>> scan, IReadOnlyList<string> unindexed, CancellationToken cancellationToken) =>
        _scans.RunAsync(token => new ValueTask<T>(_threads.RunAsync(() => Scan(scan, token))), unindexed, cancellationToken);

    private T Scan<T>(Func<Session, ValueTask<T>> scan, CancellationToken cancellationToken)
    {
        SqliteSession? session = null;
        try
        {
            session = Rent();
            session.Execute("begin");
            try
            {
                using var cancellation = session.CancelWith(IsWriting, cancellationToken);
                var scanning = scan(session);
                return scanning.IsCompleted ? scanning.Result : scanning.AsTask().GetAwaiter().GetResult();
            }
            finally
            {
                // A fault may have ended it.
                if (session.IsInTransaction)
                    session.Execute("rollback");
            }
        }
        catch (SqliteException e) when (SqliteFault.Explain(e) is not null)
        {
            throw _health.Judge(e);
        }
        finally
        {
            if (session is not null)
                _idle.Add(session);
        }
    }

    public override void Dispose()
    {
        _writes?.Dispose();
        _threads.Dispose();
        DropIdle();
        _file.Dispose();
    }

    public override int WaitingWrites => _writes?.Waiting ?? 0;

    public override ValueTask<long> SizeAsync() => new(Length(Location) + Length(Location + "-wal"));

    protected override DatabaseHealth Health => _health;

    protected override string Filler => "hex(zeroblob(65536))";

    protected override Task<T> EnqueueAsync<T>(Caller caller, Func<Write, ValueTask<T>> write, CancellationToken cancellationToken) =>
        _writes!.EnqueueAsync(caller, write, cancellationToken);

    // Being nice does not do where there are no processors to spare: a scan that has one finishes its turn of milliseconds while
    // the writer waits for it.
    private bool IsWriting() => Environment.ProcessorCount < ProcessorsToSpare && _writes is { IsBusy: true };

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static string NoFile(string name) => $"{name} must name a database file, such as 'Data Source=service-ordering.db'.";

    private void DropIdle()
    {
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private SqliteSession Rent() => _idle.TryTake(out var session) ? session : Open();

    private SqliteSession Open()
    {
        var session = new SqliteSession(_connectionString);
        session.ExecuteScript(
            // An error of the disk under a mapped page would end the process, where a read that fails is one refusal.
            $"pragma synchronous = full; pragma busy_timeout = {_busyTimeout}; pragma mmap_size = 0;");
        return session;
    }

    private SqliteSession OpenWriter(ILogger logger)
    {
        var session = Open();
        try
        {
            session.ExecuteScript($"pragma cache_size = -32000; pragma page_size = {PageSize};");
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
