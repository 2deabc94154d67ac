using Microsoft.Data.Sqlite;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>A file that is copied from. No server writes to it meanwhile; any number may read.</summary>
internal sealed class SqliteSource : IDisposable
{
    private readonly DatabaseFile _file;
    private readonly SqliteConnection _connection;

    /// <exception cref="DatabaseUnusableException">A server writes to the file, it is not there, or not of this version.</exception>
    public SqliteSource(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = false, Mode = SqliteOpenMode.ReadOnly };
        Location = builder.DataSource = Path.GetFullPath(builder.DataSource);
        _file = new DatabaseFile(Location, isReadOnly: true);
        _connection = new SqliteConnection(builder.ConnectionString);
        try
        {
            using (var session = new SqliteSession(builder.ConnectionString))
                SqliteMigrations.Check(session, Location);
            _connection.Open();
            Tables = FindTables();
        }
        catch (SqliteException e)
        {
            Dispose();
            throw new DatabaseUnusableException($"The database {Location} cannot be read: {e.Message}", e);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Location { get; }

    /// <summary>What is copied, in an order in which no row refers to one that comes later.</summary>
    public IReadOnlyList<TransferTable> Tables { get; }

    public long Count(TransferTable table)
    {
        using var command = Command($"select count(*) from {table.Name}");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The rows of a table in the order of their keys.</summary>
    /// <param name="table">The table.</param>
    /// <param name="after">The key that they come after; null for all.</param>
    public IEnumerable<object?[]> Read(TransferTable table, object[]? after)
    {
        using var command = Command($"select {table.ColumnList} from {table.Name}");
        if (after is not null)
        {
            // Bytes of a text are compared as that text only when they are one.
            var values = table.Key.Select((column, i) => column.IsText ? $"cast(@key{i} as text)" : $"@key{i}");
            command.CommandText += $" where ({table.KeyList}) > ({string.Join(", ", values)})";
            for (var i = 0; i < after.Length; i++)
                command.Parameters.AddWithValue($"@key{i}", after[i]);
        }
        if (table.Key.Count > 0)
            command.CommandText += $" order by {table.KeyList}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : table.Columns[i].IsText ? reader.GetFieldValue<byte[]>(i) : reader.GetInt64(i);
            yield return row;
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _file.Dispose();
    }

    private List<TransferTable> FindTables()
    {
        var names = List("select name from sqlite_schema where type = 'table' and name not like 'sqlite!_%' escape '!' order by name")
            .Select(row => (string)row[0]).Except(TransferTable.NotCopied).ToList();
        var references = List("select m.name, f.\"table\" from sqlite_schema m join pragma_foreign_key_list(m.name) f where m.type = 'table'")
            .ToLookup(row => (string)row[0], row => (string)row[1]);
        var ordered = new List<string>();
        foreach (var name in names)
            AddAfterWhatItRefersTo(name);
        return ordered.ConvertAll(Describe);

        void AddAfterWhatItRefersTo(string name)
        {
            foreach (var other in references[name].Where(other => other != name && !ordered.Contains(other)))
                AddAfterWhatItRefersTo(other);
            if (!ordered.Contains(name))
                ordered.Add(name);
        }
    }

    private TransferTable Describe(string name)
    {
        var columns = List($"select name, type, pk from pragma_table_info('{name}') order by cid")
            .ConvertAll(row => (Column: new TransferColumn((string)row[0], IsText(name, (string)row[1])), Place: (long)row[2]));
        return new TransferTable(name, columns.ConvertAll(column => column.Column),
            [.. columns.Where(column => column.Place > 0).OrderBy(column => column.Place).Select(column => column.Column)]);
    }

    private static bool IsText(string table, string type) => type.ToUpperInvariant() switch
    {
        "TEXT" => true,
        "INTEGER" => false,
        _ => throw new NotSupportedException($"The table {table} has a column of type {type}, which cannot be copied."),
    };

    private List<object[]> List(string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }
        return rows;
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
