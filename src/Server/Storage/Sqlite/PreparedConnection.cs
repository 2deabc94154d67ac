using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Server.Storage.Sqlite;

/// <summary>
/// A connection that keeps its statements prepared, by their text: what runs for every request is not parsed for every request.
/// Texts that depend on a request, of which there is no end, are forgotten again, the oldest first.
/// </summary>
internal sealed class PreparedConnection(SqliteConnection inner) : DbConnection
{
    private const int MostKept = 200;

    private readonly Dictionary<string, PreparedStatement> _kept = [];
    private readonly Queue<string> _age = new();

    public SqliteConnection Inner => inner;

    [AllowNull]
    public override string ConnectionString
    {
        get => inner.ConnectionString;
        set => inner.ConnectionString = value;
    }

    public override string Database => inner.Database;

    public override string DataSource => inner.DataSource;

    public override string ServerVersion => inner.ServerVersion;

    public override ConnectionState State => inner.State;

    public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

    public override void Open() => inner.Open();

    public override void Close() => inner.Close();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => inner.BeginTransaction(isolationLevel);

    protected override DbCommand CreateDbCommand() => new Command(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var statement in _kept.Values)
                statement.Command.Dispose();
            _kept.Clear();
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>The statement for a text.</summary>
    public PreparedStatement Prepare(string sql)
    {
        if (!_kept.TryGetValue(sql, out var statement))
        {
            if (_age.Count == MostKept && _kept.Remove(_age.Dequeue(), out var oldest))
                oldest.Command.Dispose();
            var command = inner.CreateCommand();
            command.CommandText = sql;
            command.Prepare();
            statement = new PreparedStatement(command);
            _kept.Add(sql, statement);
            _age.Enqueue(sql);
        }
        return statement;
    }

    private sealed class Command(PreparedConnection connection) : DbCommand
    {
        // Nothing but a place for parameters.
        private readonly SqliteCommand _parameters = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; } = connection;

        protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery() => Prepared().ExecuteNonQuery();

        public override object? ExecuteScalar() => Prepared().ExecuteScalar();

        protected override DbParameter CreateDbParameter() => new SqliteParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Prepared().ExecuteReader();

        private SqliteCommand Prepared()
        {
            var prepared = connection.Prepare(CommandText).Command;
            prepared.Parameters.Clear();
            foreach (SqliteParameter parameter in _parameters.Parameters)
                prepared.Parameters.Add(parameter);
            return prepared;
        }
    }
}

/// <summary>A statement that is kept, and how its rows are mapped.</summary>
internal sealed class PreparedStatement(SqliteCommand command)
{
    public SqliteCommand Command => command;

    public RowMap Rows { get; } = new();
}
