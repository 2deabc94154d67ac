using Dapper;
using Microsoft.Data.Sqlite;
using ServiceOrdering.Query;
using SQLitePCL;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>A connection to the file. Everything that it does completes at once.</summary>
internal sealed class SqliteSession : Session, IDisposable
{
    private readonly PreparedConnection _connection;

    public SqliteSession(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        connection.CreateFunction<string, string?, bool>(QueryRegex.FunctionName, QueryRegex.IsMatch, isDeterministic: true);
        _connection = new PreparedConnection(connection);
    }

    public override SqlDialect Dialect => SqliteDialect.Instance;

    public override string Each(string array) => $"select value from json_each({array})";

    /// <summary>How many rows have been changed on this connection.</summary>
    public long TotalChanges => raw.sqlite3_total_changes(Handle);

    /// <summary>Whether a transaction is open. SQLite may end one by itself: when the disk is full, for one.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>The connection, for what ADO.NET has no words for.</summary>
    public sqlite3 Handle => _connection.Inner.Handle!;

    public override ValueTask<int> ExecuteAsync(string sql, object? parameters = null) => new(Execute(sql, parameters));

    public override ValueTask SendAsync(string sql, object? parameters = null, int? expect = null)
    {
        var changed = Execute(sql, parameters);
        return expect is null || changed == expect ? ValueTask.CompletedTask : throw new ConflictException();
    }

    public override async IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null)
    {
        await ValueTask.CompletedTask;
        foreach (var row in Stream<T>(sql, parameters))
            yield return row;
    }

    public override ValueTask<List<T>> ListAsync<T>(string sql, object? parameters = null) => new(List<T>(sql, parameters));

    public override ValueTask<T?> FindAsync<T>(string sql, object? parameters = null)
        where T : default => new(Find<T>(sql, parameters));

    public int Execute(string sql, object? parameters = null) =>
        parameters is Parameters values ? Prepare(sql, values).Command.ExecuteNonQuery() : _connection.Execute(sql, parameters);

    public T? Find<T>(string sql, object? parameters = null)
    {
        if (parameters is not Parameters values)
            return _connection.QueryFirstOrDefault<T>(sql, parameters);
        var statement = Prepare(sql, values);
        using var reader = statement.Command.ExecuteReader();
        return reader.Read() ? statement.Rows.Of<T>(reader)(reader) : default;
    }

    public List<T> List<T>(string sql, object? parameters = null) => Stream<T>(sql, parameters).AsList();

    /// <summary>Runs a text of several statements, unprepared.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.Inner.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Ends what runs on this connection soon after the caller has gone. Disposal takes it back.</summary>
    /// <param name="isOthersTurn">Whether it is to pause for a moment: asked several times in a millisecond of work.</param>
    /// <param name="cancellationToken">Tells that the caller has gone.</param>
    public IDisposable CancelWith(Func<bool> isOthersTurn, CancellationToken cancellationToken)
    {
        const int StepsBetweenLooks = 1_000;
        raw.sqlite3_progress_handler(
            Handle,
            StepsBetweenLooks,
            _ =>
            {
                if (cancellationToken.IsCancellationRequested)
                    return 1;
                if (isOthersTurn())
                    Thread.Sleep(1);
                return 0;
            },
            null);
        return new Cancellation(Handle, cancellationToken);
    }

    public void Dispose() => _connection.Dispose();

    private IEnumerable<T> Stream<T>(string sql, object? parameters) =>
        parameters is Parameters values ? Rows<T>(Prepare(sql, values)) : _connection.Query<T>(sql, parameters, buffered: false);

    // What runs most has its values ready: there Dapper only maps the rows.
    private PreparedStatement Prepare(string sql, Parameters values)
    {
        var statement = _connection.Prepare(sql);
        values.Bind(statement.Command);
        return statement;
    }

    private static IEnumerable<T> Rows<T>(PreparedStatement statement)
    {
        using var reader = statement.Command.ExecuteReader();
        var map = statement.Rows.Of<T>(reader);
        while (reader.Read())
            yield return map(reader);
    }

    private sealed class Cancellation(sqlite3 database, CancellationToken cancellationToken) : IDisposable
    {
        public void Dispose()
        {
            raw.sqlite3_progress_handler(database, 0, null, null);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
