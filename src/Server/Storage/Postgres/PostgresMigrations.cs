using System.Globalization;
using Npgsql;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>
/// Brings a database to the schema of this build: the embedded .sql files, each once, in the order of their numbers, by one
/// server at a time. A server that is older than the schema goes on with it where the steps that it does not know are compatible.
/// </summary>
internal static partial class PostgresMigrations
{
    // Any number that others in this database do not lock.
    private const long Lock = 0x736f_7264_6572;

    /// <summary>The number of the last step of the schema that this build knows.</summary>
    public static int Latest { get; } = Number(MigrationFile.All("Postgres")[^1].Name);

    /// <exception cref="DatabaseUnusableException">The database is another program's, or was changed for a newer version.</exception>
    public static async Task ApplyAsync(NpgsqlDataSource source, string location, ILogger logger, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var known = MigrationFile.All("Postgres");
        while (await ApplyNextAsync(connection, known, location, logger, cancellationToken))
        {
        }
    }

    /// <returns>False where nothing is left to do.</returns>
    private static async Task<bool> ApplyNextAsync(
        NpgsqlConnection connection, IReadOnlyList<MigrationFile> known, string location, ILogger logger, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        await LockAsync(session);
        var hasSteps = await HasStepsAsync(session, location);
        await session.ExecuteAsync("create table if not exists schema_migration (name text collate \"C\" not null primary key, compatible boolean not null, applied_at timestamptz not null)");

        var next = await FindMissingAsync(session, known, location);
        if (next is null)
            return false;
        if (hasSteps)
            LogStep(logger, location, next.Name);
        await using (var script = new NpgsqlCommand(next.Sql, connection, transaction) { CommandTimeout = 0 })
            await script.ExecuteNonQueryAsync(cancellationToken);
        if (!next.IsCompatible)
            await session.ExecuteAsync("update event_position set requires = greatest(requires, @number)", new { number = Number(next.Name) });
        await session.ExecuteAsync(
            "insert into schema_migration (name, compatible, applied_at) values (@name, @compatible, now())", new { name = next.Name, compatible = next.IsCompatible });
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Has whoever else changes tables wait until the transaction ends; they then find nothing left to do.</summary>
    public static async ValueTask LockAsync(PostgresSession session) =>
        await session.ExecuteAsync("select pg_advisory_xact_lock(@lock)", new { @lock = Lock });

    /// <summary>Looks whether a database that is only read has all that this build reads.</summary>
    /// <exception cref="DatabaseUnusableException">It has not: it is another program's, or was written by an older or a newer version.</exception>
    public static async Task CheckAsync(PostgresSession session, string location)
    {
        if (!await HasStepsAsync(session, location))
            throw new DatabaseUnusableException($"The database {location} is empty, and is only to be read (Storage:ReadOnly).");
        if (await FindMissingAsync(session, MigrationFile.All("Postgres"), location) is { } missing)
        {
            throw new DatabaseUnusableException(
                $"The database {location} was written by an older version and is only to be read: start this version once without Storage:ReadOnly, which brings it up to date ({missing.Name}).");
        }
    }

    private static async ValueTask<bool> HasStepsAsync(PostgresSession session, string location)
    {
        // What marks a database that is being filled comes before its first step.
        var (hasSteps, hasOthers) = await session.FindAsync<(bool, bool)>(
            $"""
            select count(*) filter (where table_name = 'schema_migration') > 0, count(*) filter (where table_name <> '{PostgresTarget.Mark}') > 0
            from information_schema.tables where table_schema = current_schema()
            """);
        return hasSteps || !hasOthers
            ? hasSteps
            : throw new DatabaseUnusableException($"The database {location} has tables of another program; give this server one of its own, or a schema (Search Path=…).");
    }

    private static async ValueTask<MigrationFile?> FindMissingAsync(PostgresSession session, IReadOnlyList<MigrationFile> known, string location)
    {
        var applied = await session.ListAsync<(string Name, bool IsCompatible)>("select name, compatible from schema_migration order by name");
        var unknown = applied.Where(step => known.All(file => file.Name != step.Name)).ToList();
        return unknown.Find(step => !step.IsCompatible).Name is { } newer
            ? throw new DatabaseUnusableException($"The database {location} was changed for a newer version: this one does not know its migration {newer}.")
            : known.FirstOrDefault(file => applied.All(step => step.Name != file.Name));
    }

    private static int Number(string name) => int.Parse(name.AsSpan(0, name.IndexOf('_')), CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Information, "Upgrading {Location}: {Name}")]
    private static partial void LogStep(ILogger logger, string location, string name);
}
