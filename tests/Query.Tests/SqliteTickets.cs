using Microsoft.Data.Sqlite;

namespace ServiceOrdering.Query.Tests;

internal sealed class SqliteTickets : TicketDatabase
{
    public override SqlDialect Dialect => SqliteDialect.Instance;

    internal override TicketTable Table(params string[] documents) => new Tickets(documents);

    private sealed class Tickets : TicketTable
    {
        public Tickets(IEnumerable<string> documents)
            : base(SqliteDialect.Instance, new SqliteConnection("Data Source=:memory:"))
        {
            Connection.Open();
            ((SqliteConnection)Connection).CreateFunction<string, string?, bool>(QueryRegex.FunctionName, QueryRegex.IsMatch, isDeterministic: true);
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
                CREATE INDEX ticket_order_date ON ticket (order_date DESC, id DESC);
                """);
            Fill(documents);
        }

        public override void Fill(IEnumerable<string> documents)
        {
            Execute("DELETE FROM ticket");
            foreach (var document in documents)
            {
                Execute("INSERT INTO ticket (body) VALUES (@body)", new SqlParameter("@body", document));
            }
        }

        public override string Plan(Filter filter, string? sort = null) => Explain("EXPLAIN QUERY PLAN", 3, filter, sort);
    }
}
