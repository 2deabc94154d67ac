using System.Data.Common;
using Microsoft.Data.Sqlite;
using ServiceOrdering.Query;
using SQLitePCL;

namespace ServiceOrdering.Server.Storage;

/// <summary>One open connection with its prepared statements, used by one caller at a time.</summary>
internal sealed class Session : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Statement> _statements = [];

    public Session(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        _connection.CreateFunction<string, string?, bool>(QueryRegex.FunctionName, QueryRegex.IsMatch, isDeterministic: true);
    }

    /// <summary>For Dapper: what runs seldom, and is not worth keeping prepared.</summary>
    public DbConnection Connection => _connection;

    /// <summary>How many rows have been changed on this connection.</summary>
    public long TotalChanges => raw.sqlite3_total_changes(_connection.Handle!);

    /// <summary>The statement for a text that is written in the code, prepared once for this connection.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements.Add(sql, statement = new Statement(_connection.Handle!, sql));
        return statement;
    }

    /// <summary>A statement for a text that depends on the request. The caller disposes of it.</summary>
    public Statement Compile(string sql) => new(_connection.Handle!, sql);

    /// <summary>Ends what runs on this connection soon after the caller has gone. Disposal takes it back.</summary>
    public IDisposable CancelWith(CancellationToken cancellationToken)
    {
        const int StepsBetweenLooks = 10_000;
        var database = _connection.Handle!;
        raw.sqlite3_progress_handler(database, StepsBetweenLooks, _ => cancellationToken.IsCancellationRequested ? 1 : 0, null);
        return new Cancellation(database, cancellationToken);
    }

    public void Execute(string sql) => Prepare(sql).Execute();

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
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
