using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// The database. Reads run on connections of their own and never wait for writers (WAL); writes go through one queue.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly string _connectionString;
    private readonly ConcurrentBag<Session> _idle = [];
    private readonly WriteQueue _writes;

    public Database(StorageOptions options)
    {
        var builder = new SqliteConnectionStringBuilder(options.ConnectionString) { Pooling = false };
        builder.DataSource = Path.GetFullPath(builder.DataSource);
        _connectionString = builder.ConnectionString;
        Location = builder.DataSource;

        var writer = OpenFirst();
        try
        {
            writer.Execute("pragma journal_mode = wal");
            writer.Execute("pragma wal_autocheckpoint = 4000");
            // The file grows under the writer: mapped, it would be mapped anew time and again.
            writer.Execute("pragma mmap_size = 0");
            writer.Execute("pragma cache_size = -32000");
            Migrations.Apply(writer);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
        _writes = new WriteQueue(writer);
    }

    /// <summary>Full path of the database file.</summary>
    public string Location { get; }

    /// <summary>Raised after every commit, before its callers are answered.</summary>
    public event Action? Committed
    {
        add => _writes.Committed += value;
        remove => _writes.Committed -= value;
    }

    /// <summary>Runs a write in a transaction and answers once it is durable. What throws is rolled back, alone.</summary>
    public Task<T> WriteAsync<T>(Func<Session, T> write, CancellationToken cancellationToken) =>
        _writes.EnqueueAsync(write, cancellationToken);

    /// <summary>Runs one statement, which sees one consistent state.</summary>
    public T Read<T>(Func<Session, T> read)
    {
        if (!_idle.TryTake(out var session))
            session = Open();
        try
        {
            return read(session);
        }
        finally
        {
            _idle.Add(session);
        }
    }

    /// <summary>Runs several statements that see the same state.</summary>
    public T ReadConsistently<T>(Func<Session, T> read) => Read(session =>
    {
        session.Execute("begin");
        try
        {
            return read(session);
        }
        finally
        {
            session.Execute("rollback");
        }
    });

    public void Dispose()
    {
        _writes.Dispose();
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private Session OpenFirst()
    {
        try
        {
            return Open();
        }
        catch (SqliteException e)
        {
            throw new DatabaseUnusableException($"The database {Location} cannot be opened: {e.Message}", e);
        }
    }

    private Session Open()
    {
        var session = new Session(_connectionString);
        session.Execute("pragma synchronous = full");
        session.Execute("pragma busy_timeout = 5000");
        session.Execute("pragma mmap_size = 268435456");
        return session;
    }
}
