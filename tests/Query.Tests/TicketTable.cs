using Microsoft.Data.Sqlite;
using ServiceOrdering.Query.Tests.Protos;

namespace ServiceOrdering.Query.Tests;

/// <summary>An SQLite table of documents, laid out as the server's: one JSON text, generated columns beside it.</summary>
internal sealed class TicketTable : IDisposable
{
    public static readonly ResourceSchema Schema = ResourceSchema.For(Ticket.Descriptor);

    public static readonly SqlColumns Columns = new("body", new Dictionary<string, string>
    {
        ["id"] = "id",
        ["state"] = "state",
        ["rank"] = "rank",
        ["urgent"] = "urgent",
        ["orderDate"] = "order_date",
        ["site.name"] = "site_name",
    });

    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public TicketTable(params IEnumerable<string> documents)
    {
        _connection.Open();
        _connection.CreateFunction<string, string?, bool>(QueryRegex.FunctionName, QueryRegex.IsMatch, isDeterministic: true);
        Execute("""
            CREATE TABLE ticket (
                row INTEGER PRIMARY KEY,
                body TEXT NOT NULL,
                id TEXT GENERATED ALWAYS AS (body ->> '$.id'),
                state TEXT GENERATED ALWAYS AS (body ->> '$.state'),
                rank INTEGER GENERATED ALWAYS AS (body ->> '$.rank'),
                urgent INTEGER GENERATED ALWAYS AS (body ->> '$.urgent'),
                order_date TEXT GENERATED ALWAYS AS (body ->> '$.orderDate'),
                site_name TEXT GENERATED ALWAYS AS (body ->> '$.site.name'));
            CREATE INDEX ticket_state ON ticket (state);
            CREATE INDEX ticket_order_date ON ticket (order_date DESC, id);
            """);
        foreach (var document in documents)
        {
            Execute("INSERT INTO ticket (body) VALUES (@body)", new SqlParameter("@body", document));
        }
    }

    /// <summary>The positions of the documents that match in SQL.</summary>
    public List<int> Matching(Filter filter)
    {
        var sql = SqliteDialect.Instance.Translate(filter, Columns);
        return Read($"SELECT row - 1 FROM ticket WHERE {sql.Where} ORDER BY row", sql.Parameters, row => row.GetInt32(0));
    }

    public List<string> Sorted(string? sort)
    {
        var sql = SqliteDialect.Instance.Translate(SortOrder.Parse(sort, Schema), Columns);
        return Read($"SELECT id FROM ticket ORDER BY {sql.OrderBy}", sql.Parameters, row => row.GetString(0));
    }

    public string Plan(Filter filter, string? sort = null)
    {
        var where = SqliteDialect.Instance.Translate(filter, Columns);
        var order = SqliteDialect.Instance.Translate(SortOrder.Parse(sort, Schema), Columns);
        return string.Join('\n', Read(
            $"EXPLAIN QUERY PLAN SELECT id FROM ticket WHERE {where.Where} ORDER BY {order.OrderBy}",
            [.. where.Parameters, .. order.Parameters],
            row => row.GetString(3)));
    }

    public void Dispose() => _connection.Dispose();

    private void Execute(string sql, params SqlParameter[] parameters) => Command(sql, parameters).ExecuteNonQuery();

    private List<T> Read<T>(string sql, IReadOnlyList<SqlParameter> parameters, Func<SqliteDataReader, T> read)
    {
        using var reader = Command(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

#pragma warning disable CA2100 // The statements are the subject of these tests.
    private SqliteCommand Command(string sql, IReadOnlyList<SqlParameter> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
#pragma warning restore CA2100
}
