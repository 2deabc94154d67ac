using Npgsql;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>
/// A program between this server and PostgreSQL, such as PgBouncer, that lets many clients share few connections. From one
/// transaction to the next the connection may be another one: it knows no prepared statements, and listens to nothing.
/// </summary>
internal static class PostgresPooler
{
    /// <summary>Whether there is one: it answers for the database with a process number of its own.</summary>
    public static async ValueTask<bool> IsBetweenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand("select pg_backend_pid()", connection);
        return (int)(await ask.ExecuteScalarAsync(cancellationToken))! != connection.ProcessID;
    }

    /// <summary>What is wrong where one forgets the statements that were prepared through it; null for any other fault.</summary>
    public static string? Problem(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement }
        ? "A pooler between does not keep prepared statements: take Max Auto Prepare out of Storage:ConnectionString."
        : null;
}
