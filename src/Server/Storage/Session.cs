using System.Data.Common;
using Microsoft.Data.Sqlite;

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
    }

    /// <summary>For Dapper: what runs seldom, and is not worth keeping prepared.</summary>
    public DbConnection Connection => _connection;

    /// <summary>The statement for a text that is written in the code, prepared once for this connection.</summary>
    public Statement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements.Add(sql, statement = new Statement(_connection.Handle!, sql));
        return statement;
    }

    public void Execute(string sql) => Prepare(sql).Execute();

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }
}
