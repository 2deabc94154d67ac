using System.Data.Common;
using System.Text;
using ServiceOrdering.Query.Tests.Protos;

namespace ServiceOrdering.Query.Tests;

/// <summary>A database that filters and sort orders are asked of.</summary>
public abstract class TicketDatabase
{
    public static readonly TicketDatabase Sqlite = new SqliteTickets();
    public static readonly TicketDatabase Postgres = new PostgresTickets();

    public abstract SqlDialect Dialect { get; }

    /// <summary>A table with these documents; skips the test where there is no such database.</summary>
    internal abstract TicketTable Table(params string[] documents);

    /// <summary>The document, or where the database does not take it another.</summary>
    public virtual string Storable(string document) => document;

    /// <summary>The documents at the positions given as digits match, in memory and here, and no other.</summary>
    public void Match(Filter filter, string[] documents, string expected)
    {
        using var table = Table(documents);
        var inMemory = Enumerable.Range(0, documents.Length).Where(i => filter.Matches(Encoding.UTF8.GetBytes(documents[i])));

        Assert.Equal(expected, string.Concat(inMemory));
        Assert.Equal(expected, string.Concat(table.Matching(filter)));
    }
}

/// <summary>A table of documents, laid out as the server's: one JSON text, columns beside it.</summary>
internal abstract class TicketTable(SqlDialect dialect, DbConnection connection) : IDisposable
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

    protected DbConnection Connection => connection;

    /// <summary>Replaces the documents.</summary>
    public abstract void Fill(IEnumerable<string> documents);

    /// <summary>How a query is run, in the database's words.</summary>
    public abstract string Plan(Filter filter, string? sort = null);

    /// <summary>The positions of the documents that match.</summary>
    public List<int> Matching(Filter filter)
    {
        var sql = dialect.Translate(filter, Columns);
        return Read($"SELECT row - 1 FROM ticket WHERE {sql.Where} ORDER BY row", sql.Parameters, row => Convert.ToInt32(row.GetValue(0)));
    }

    public List<string> Sorted(string? sort)
    {
        var sql = dialect.Translate(SortOrder.Parse(sort, Schema), Columns);
        return Read($"SELECT id FROM ticket ORDER BY {sql.OrderBy}", sql.Parameters, row => row.GetString(0));
    }

    public void Dispose() => connection.Dispose();

    protected string Explain(string how, int column, Filter filter, string? sort)
    {
        var where = dialect.Translate(filter, Columns);
        var order = dialect.Translate(SortOrder.Parse(sort, Schema), Columns);
        return string.Join('\n', Read(
            $"{how} SELECT id FROM ticket WHERE {where.Where} ORDER BY {order.OrderBy}",
            [.. where.Parameters, .. order.Parameters],
            row => row.GetString(column)));
    }

    protected void Execute(string sql, params SqlParameter[] parameters) => Command(sql, parameters).ExecuteNonQuery();

    private List<T> Read<T>(string sql, IReadOnlyList<SqlParameter> parameters, Func<DbDataReader, T> read)
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
    private DbCommand Command(string sql, IReadOnlyList<SqlParameter> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
#pragma warning restore CA2100
}
