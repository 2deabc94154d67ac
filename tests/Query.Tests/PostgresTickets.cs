using Npgsql;

namespace ServiceOrdering.Query.Tests;

/// <summary>
/// PostgreSQL at the connection string in SERVICE_ORDERING_POSTGRES, in a database of its own whose texts are sorted by the
/// rules of a language: where a collation is forgotten, answers differ.
/// </summary>
internal sealed class PostgresTickets : TicketDatabase
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("SERVICE_ORDERING_POSTGRES");
    private static readonly Lazy<NpgsqlDataSource> Database = new(Create);

    public override SqlDialect Dialect => PostgresDialect.Instance;

    public override string Storable(string document) => document.Replace("\\u0000", "\\u0001", StringComparison.Ordinal);

    internal override TicketTable Table(params string[] documents)
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Server), "SERVICE_ORDERING_POSTGRES names no server.");
        return new Tickets(documents);
    }

    private static NpgsqlDataSource Create()
    {
        using var server = NpgsqlDataSource.Create(Server + ";Database=postgres");
        using (var exists = server.CreateCommand("SELECT 1 FROM pg_database WHERE datname = 'query_tests'"))
        {
            if (exists.ExecuteScalar() is null)
            {
                using var create = server.CreateCommand(
                    "CREATE DATABASE query_tests TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'");
                create.ExecuteNonQuery();
            }
        }

        return NpgsqlDataSource.Create(Server + ";Database=query_tests;Options=-c jit=off");
    }

    private sealed class Tickets : TicketTable
    {
        public Tickets(string[] documents)
            : base(PostgresDialect.Instance, Database.Value.OpenConnection())
        {
            Execute("""
                CREATE TEMP TABLE ticket (
                    row INTEGER NOT NULL,
                    body TEXT NOT NULL,
                    id TEXT COLLATE "C" GENERATED ALWAYS AS (body::jsonb ->> 'id') STORED,
                    state TEXT COLLATE "C" GENERATED ALWAYS AS (body::jsonb ->> 'state') STORED,
                    rank INTEGER GENERATED ALWAYS AS ((body::jsonb ->> 'rank')::numeric) STORED,
                    urgent BOOLEAN GENERATED ALWAYS AS ((body::jsonb ->> 'urgent')::boolean) STORED,
                    order_date TEXT COLLATE "C" GENERATED ALWAYS AS (body::jsonb ->> 'orderDate') STORED,
                    site_name TEXT COLLATE "C" GENERATED ALWAYS AS (body::jsonb -> 'site' ->> 'name') STORED);
                CREATE INDEX ticket_state ON ticket (state);
                CREATE INDEX ticket_order_date ON ticket (order_date DESC NULLS LAST, id DESC);
                """);
            Fill(documents);
        }

        public override void Fill(IEnumerable<string> documents) => Execute(
            """
            WITH emptied AS (DELETE FROM ticket), numbered AS (SELECT * FROM unnest(@documents) WITH ORDINALITY AS d (body, row))
            INSERT INTO ticket (row, body) SELECT row, body FROM numbered
            """,
            new SqlParameter("@documents", documents.ToArray()));

        // The few rows of a test are cheaper to read than any index.
        public override string Plan(Filter filter, string? sort = null)
        {
            Execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
            return Explain("EXPLAIN", 0, filter, sort);
        }
    }
}
