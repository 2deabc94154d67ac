using System.Data;
using Npgsql;
using ServiceOrdering.Server.Storage.Integrity;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>A database of PostgreSQL as it was at one moment. Servers go on writing beside it.</summary>
internal sealed class PostgresSnapshot : DatabaseSnapshot
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private PostgresSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, Session session, string location)
    {
        _connection = connection;
        _transaction = transaction;
        Session = session;
        Location = location;
    }

    public override string Location { get; }

    public override Session Session { get; }

    /// <exception cref="DatabaseUnusableException">It is another program's, not complete, or of another version.</exception>
    public static async Task<PostgresSnapshot> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0, Pooling = false, ApplicationName = "service-ordering check" };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var session = new PostgresSession(connection, cancellationToken);
            var location = PostgresDatabase.LocationOf(settings);
            await session.ExecuteAsync("set transaction read only");
            await PostgresTarget.RefuseUnfinishedAsync(session, location);
            await PostgresMigrations.CheckAsync(session, location);
            return new PostgresSnapshot(connection, transaction, session, location);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>PostgreSQL has tools of its own for that, such as pg_amcheck: what is read here it reads soundly, or says so.</summary>
    public override ValueTask FindDamageAsync(Findings findings, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
