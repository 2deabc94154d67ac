using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>
/// A database that is copied to. It is marked by a table of its own from before its first row until it is complete; no server
/// starts on it meanwhile. Nothing is kept in the session: PgBouncer may stand between.
/// </summary>
internal sealed class PostgresTarget(string connectionString) : IAsyncDisposable
{
    /// <summary>The table that marks a database which is not complete, with what is going to be copied and how much has been.</summary>
    public const string Mark = "migration_progress";

    // An entry of a B-tree has 2704 bytes at most, after compression: what is shorter in all indexes together needs no trial.
    private const int SurelyShort = 2000;

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0, ApplicationName = "service-ordering migrate-data" });
    private readonly Dictionary<(string Table, string Column), NpgsqlDbType> _types = [];
    private ILookup<string, string> _indexed = Array.Empty<string>().ToLookup(_ => "");

    public string Location { get; } = PostgresDatabase.LocationOf(new NpgsqlConnectionStringBuilder(connectionString));

    /// <exception cref="DatabaseUnusableException">The database is marked: its data is not complete.</exception>
    public static async Task RefuseUnfinishedAsync(PostgresSession session, string location)
    {
        if (await session.FindAsync<bool>($"select count(*) > 0 from information_schema.tables where table_schema = current_schema() and table_name = '{Mark}'"))
        {
            throw new DatabaseUnusableException(
                $"The data in {location} is not complete: 'admin migrate-data' was begun and not finished. Run it again with the same arguments; it goes on where it was.");
        }
    }

    /// <summary>Marks an empty database and makes its tables, or finds those of an earlier run.</summary>
    /// <exception cref="TransferException">The database is neither empty nor the earlier run's, or its tables are not the source's.</exception>
    public async Task PrepareAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken)
    {
        await using (var connection = await _source.OpenConnectionAsync(cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var session = new PostgresSession(connection, cancellationToken);
            await PostgresMigrations.LockAsync(session);
            var existing = await session.ListAsync<string>("select table_name::text from information_schema.tables where table_schema = current_schema()");
            if (existing.Count > 0 && !existing.Contains(Mark))
            {
                throw new TransferException(
                    $"The database {Location} is not empty, and no copy that was begun: give the name of an empty one, or a schema (Search Path=…).");
            }
            await session.ExecuteAsync($"create table if not exists {Mark} (table_name text not null primary key, source_rows bigint not null, source_sha256 text not null, copied bigint not null)");
            await transaction.CommitAsync(cancellationToken);
        }
        await PostgresMigrations.ApplyAsync(_source, Location, NullLogger.Instance, cancellationToken);
        await DescribeAsync(tables, cancellationToken);
    }

    /// <summary>What an earlier run has noted; nothing where it has not copied anything.</summary>
    public async Task<IReadOnlyDictionary<string, TableProgress>> ReadProgressAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var rows = await new PostgresSession(connection, cancellationToken)
            .ListAsync<(string Table, long Rows, string Sha256, long Copied)>($"select table_name, source_rows, source_sha256, copied from {Mark}");
        return rows.Exists(row => row.Copied > 0)
            ? rows.ToDictionary(row => row.Table, row => new TableProgress(new TableDigest(row.Rows, row.Sha256), row.Copied))
            : new Dictionary<string, TableProgress>();
    }

    /// <summary>Notes what is going to be copied.</summary>
    public async Task WriteProgressAsync(IReadOnlyDictionary<string, TableDigest> digests, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        await session.ExecuteAsync($"delete from {Mark} where copied = 0");
        foreach (var (table, digest) in digests)
        {
            await session.ExecuteAsync(
                $"insert into {Mark} (table_name, source_rows, source_sha256, copied) values (@table, @rows, @sha256, 0)",
                new { table, rows = digest.Rows, sha256 = digest.Sha256 });
        }
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Why a row cannot be stored; null where it can. It is tried, where it may be too long for an index, and taken back.</summary>
    public async Task<string?> FindProblemAsync(TransferTable table, object?[] row, CancellationToken cancellationToken)
    {
        var size = 0;
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is byte[] text && _indexed[table.Name].Contains(table.Columns[i].Name))
                size += text.Length;
        }
        if (size <= SurelyShort)
            return null;
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await WriteAsync(connection, table, [row], cancellationToken);
            return null;
        }
        catch (PostgresException e)
        {
            // What it refers to is not there yet.
            return e.SqlState == PostgresErrorCodes.ForeignKeyViolation ? null : e.MessageText.TrimEnd('.');
        }
    }

    /// <summary>The key of the last row that was copied: rows come in the order of their keys.</summary>
    public async Task<object[]?> FindLastKeyAsync(TransferTable table, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var descending = string.Join(", ", table.Key.Select(column => $"{column.Name} desc"));
        await using var command = new NpgsqlCommand($"select {table.KeyList} from {table.Name} order by {descending} limit 1", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? [.. table.Key.Select((column, i) => Read(reader, i, column)!)] : null;
    }

    /// <summary>Stores a page of rows, and that it has.</summary>
    /// <returns>How many rows of the table there are now.</returns>
    public async Task<long> CopyAsync(TransferTable table, long copied, IEnumerable<object?[]> page, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        // Locked before the rows are written: another run that copies the same waits, and then finds that it is not alone.
        if (await session.FindAsync<long?>($"select copied from {Mark} where table_name = @table for update", new { table = table.Name }) != copied)
            throw new TransferException($"Another 'admin migrate-data' copies to {Location} at the same time; let one of them do it.");
        var count = table.Key.Count == 0
            ? await ReplaceAsync(connection, table, page.Single(), cancellationToken)
            : await WriteAsync(connection, table, page, cancellationToken);
        await session.ExecuteAsync($"update {Mark} set copied = @copied where table_name = @table", new { copied = copied + count, table = table.Name });
        await transaction.CommitAsync(cancellationToken);
        return copied + count;
    }

    /// <summary>Reads a table as the source was read.</summary>
    public async Task<TableDigest> DigestAsync(TransferTable table, Action<object?[]> told, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // In the order of the keys as the rows lie there, and not by sorting all of them.
        await new PostgresSession(connection, cancellationToken).ExecuteAsync("set local enable_sort = off");
        var order = table.Key.Count > 0 ? $" order by {table.KeyList}" : "";
        await using var command = new NpgsqlCommand($"select {table.ColumnList} from {table.Name}{order}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        using var digester = new TableDigester();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
                row[i] = Read(reader, i, table.Columns[i]);
            digester.Add(row);
            told(row);
        }
        return digester.Finish();
    }

    /// <summary>Lets servers have the database.</summary>
    public async Task FinishAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        // What the planner knows nothing about yet it would read from end to end.
        await session.ExecuteAsync($"analyze {string.Join(", ", tables.Select(table => table.Name))}");
        await session.ExecuteAsync($"drop table {Mark}");
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task DescribeAsync(IReadOnlyList<TransferTable> tables, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var session = new PostgresSession(connection, cancellationToken);
        foreach (var (table, column, type) in await session.ListAsync<(string Table, string Column, string Type)>(
            "select table_name::text, column_name::text, data_type::text from information_schema.columns where table_schema = current_schema()"))
        {
            _types[(table, column)] = type switch { "text" => NpgsqlDbType.Text, "bigint" => NpgsqlDbType.Bigint, "integer" => NpgsqlDbType.Integer, _ => NpgsqlDbType.Unknown };
        }
        _indexed = (await session.ListAsync<(string Table, string Column)>(
            """
            select distinct c.relname::text, a.attname::text
            from pg_index i
            join pg_class c on c.oid = i.indrelid
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
            where n.nspname = current_schema()
            """)).ToLookup(row => row.Table, row => row.Column);

        foreach (var table in tables)
        {
            foreach (var column in table.Columns)
            {
                var type = _types.GetValueOrDefault((table.Name, column.Name), NpgsqlDbType.Unknown);
                if (type == NpgsqlDbType.Unknown || column.IsText != (type == NpgsqlDbType.Text))
                    throw new TransferException($"The database {Location} has no column {column.Name} in its table {table.Name} that the source's fits into.");
            }
        }
    }

    private async Task<long> WriteAsync(NpgsqlConnection connection, TransferTable table, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var types = table.Columns.Select(column => _types[(table.Name, column.Name)]).ToArray();
        var count = 0L;
        await using var writer = await connection.BeginBinaryImportAsync($"copy {table.Name} ({table.ColumnList}) from stdin (format binary)", cancellationToken);
        foreach (var row in rows)
        {
            await writer.StartRowAsync(cancellationToken);
            for (var i = 0; i < row.Length; i++)
            {
                await (row[i] switch
                {
                    null => writer.WriteNullAsync(cancellationToken),
                    byte[] text => writer.WriteAsync(text, types[i], cancellationToken),
                    long number when types[i] == NpgsqlDbType.Integer => writer.WriteAsync(checked((int)number), types[i], cancellationToken),
                    var number => writer.WriteAsync((long)number, types[i], cancellationToken),
                });
            }
            count++;
        }
        await writer.CompleteAsync(cancellationToken);
        return count;
    }

    // The row may have columns that only this database knows: they stay as they are.
    private async Task<long> ReplaceAsync(NpgsqlConnection connection, TransferTable table, object?[] row, CancellationToken cancellationToken)
    {
        var values = table.Columns.Select((column, i) => $"{column.Name} = ${i + 1}");
        await using var command = new NpgsqlCommand($"update {table.Name} set {string.Join(", ", values)}", connection);
        for (var i = 0; i < row.Length; i++)
            command.Parameters.Add(new NpgsqlParameter { Value = row[i] ?? DBNull.Value, NpgsqlDbType = _types[(table.Name, table.Columns[i].Name)] });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static object? Read(NpgsqlDataReader reader, int place, TransferColumn column) =>
        reader.IsDBNull(place) ? null : column.IsText ? reader.GetFieldValue<byte[]>(place) : reader.GetInt64(place);
}
