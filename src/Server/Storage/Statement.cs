using Microsoft.Data.Sqlite;
using ServiceOrdering.Query;
using SQLitePCL;

namespace ServiceOrdering.Server.Storage;

/// <summary>
/// A statement that stays prepared on its connection: what runs for every request is not parsed for every request, and
/// bodies pass as the UTF-8 that they are.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
    }

    public Statement With(string name, string? value)
    {
        Check(value is null
            ? raw.sqlite3_bind_null(_statement, Index(name))
            : raw.sqlite3_bind_text(_statement, Index(name), value));
        return this;
    }

    public Statement With(string name, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, Index(name), value));
        return this;
    }

    public Statement With(string name, double value)
    {
        Check(raw.sqlite3_bind_double(_statement, Index(name), value));
        return this;
    }

    /// <summary>Binds the parameters of a translated query: texts and numbers.</summary>
    public Statement With(IReadOnlyList<SqlParameter> parameters)
    {
        foreach (var (name, value) in parameters)
            _ = value is double number ? With(name, number) : With(name, (string)value);
        return this;
    }

    /// <summary>Binds text that is UTF-8 already. It must not be empty: SQLite would take it for null.</summary>
    public Statement WithUtf8(string name, ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_text(_statement, Index(name), value));
        return this;
    }

    /// <summary>Runs it and tells how many rows it changed.</summary>
    public int Execute()
    {
        try
        {
            while (Step())
            {
            }
            return raw.sqlite3_changes(_database);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it and reads the first row, if there is one.</summary>
    public T? ReadFirst<T>(Func<Row, T> read)
    {
        try
        {
            return Step() ? read(new Row(_statement)) : default;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it and reads every row.</summary>
    public List<T> Read<T>(Func<Row, T> read)
    {
        try
        {
            var rows = new List<T>();
            while (Step())
                rows.Add(read(new Row(_statement)));
            return rows;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it and shows the rows until there are no more, or until enough were seen.</summary>
    public void ReadWhile(Func<Row, bool> read)
    {
        try
        {
            while (Step() && read(new Row(_statement)))
            {
            }
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, _database);
        return result == raw.SQLITE_ROW;
    }

    private int Index(string name) => raw.sqlite3_bind_parameter_index(_statement, name);

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            SqliteException.ThrowExceptionForRC(result, _database);
    }
}

/// <summary>The row that a statement stands on; valid until it moves on.</summary>
internal readonly struct Row(sqlite3_stmt statement)
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    /// <summary>The column's UTF-8 text where SQLite holds it.</summary>
    public ReadOnlySpan<byte> Utf8(int column) => raw.sqlite3_column_blob(statement, column);
}
