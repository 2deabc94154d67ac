using Npgsql;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>Has PostgreSQL give room back to new rows, and count anew what its planner is to know: table by table, beside servers.</summary>
internal static class PostgresCompaction
{
    private const string Tables = "from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'";

    /// <returns>The database, and how many bytes its tables and indexes had and have.</returns>
    public static async Task<(string Location, long Before, long After)> RunAsync(string connectionString, IProgress<TransferState> progress, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0, Pooling = false, ApplicationName = "service-ordering compact" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        await PostgresMigrations.CheckAsync(session, PostgresDatabase.LocationOf(settings));
        var before = await SizeAsync(session);
        var tables = await session.ListAsync<string>($"select quote_ident(relname) {Tables} order by relname");
        for (var i = 0; i < tables.Count; i++)
        {
            progress.Report(new TransferState("Vacuuming", i, tables.Count, i, 0, "tables"));
            // In a batch of its own: it takes no transaction.
            await using var command = new NpgsqlCommand($"vacuum (analyze) {tables[i]}", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        progress.Report(new TransferState("Vacuuming", tables.Count, tables.Count, tables.Count, 0, "tables"));
        return (PostgresDatabase.LocationOf(settings), before, await SizeAsync(session));
    }

    private static ValueTask<long> SizeAsync(PostgresSession session) => session.FindAsync<long>($"select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint {Tables}");
}
