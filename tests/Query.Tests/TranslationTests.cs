using System.Text.Json;
using ServiceOrdering.Query.Tests.Protos;

namespace ServiceOrdering.Query.Tests;

public abstract class TranslationTests(TicketDatabase database)
{
    [Theory]
    [InlineData("state=held", "state = @p0")]
    [InlineData("state=held,done", "state IN (@p0, @p1)")]
    [InlineData("orderDate.gt=2026-01-01", "order_date > @p0")]
    [InlineData("urgent=true", "urgent = 1", "urgent = TRUE")]
    [InlineData("site.name=x", "site_name = @p0")]
    [InlineData("site.parent.name=x", "body ->> '$.site.parent.name' = @p0", "(document.opened -> 'site' -> 'parent' ->> 'name') COLLATE \"C\" = @p0")]
    [InlineData("@type=x", "body ->> '$.\"@type\"' = @p0", "(document.opened ->> '@type') COLLATE \"C\" = @p0")]
    [InlineData("", "TRUE")]
    [InlineData("site.nosuch=x", "FALSE")]
    public void Known_attribute_is_a_plain_comparison(string query, string sqlite, string? postgres = null)
    {
        var where = database.Dialect.Translate(Filter.Parse(query, TicketTable.Schema), TicketTable.Columns).Where;

        Assert.Equal(
            database.Dialect is SqliteDialect ? sqlite : postgres is not null && where.Contains("body", StringComparison.Ordinal)
                ? $"((strpos(body, @p1) > 0) AND (SELECT {postgres} FROM (SELECT body::jsonb AS opened OFFSET 0) AS document))"
                : postgres ?? sqlite,
            where);
    }

    [Theory]
    [InlineData("state=held", "ticket_state")]
    [InlineData("state=held,done&note.author=X", "ticket_state")]
    [InlineData("orderDate.gte=2026-01-01&orderDate.lt=2026-02-01", "ticket_order_date")]
    public void Condition_on_a_column_is_served_by_its_index(string query, string index)
    {
        using var table = database.Table();

        Assert.Contains(index, table.Plan(Filter.Parse(query, TicketTable.Schema)), StringComparison.Ordinal);
    }

    [Fact]
    public void Newest_first_is_read_from_its_index_without_sorting()
    {
        using var table = database.Table();

        var plan = table.Plan(Filter.All, "-orderDate");

        Assert.Contains("ticket_order_date", plan, StringComparison.Ordinal);
        Assert.DoesNotContain(database.Dialect is SqliteDialect ? "TEMP B-TREE" : "Sort", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_of_a_parsed_document_allocates_nothing()
    {
        var filter = Filter.Parse(
            "state=held,done&rank.gte=1&orderDate.gt=2026-01-01&note.author=Y&description.ne=x&extra.size>1;state=done", TicketTable.Schema);
        using var document = JsonDocument.Parse(
            """
            {"state":"held","rank":1,"orderDate":"2026-01-15T08:00:00.000Z","note":[{"author":"X"},{"author":"Y"}],
             "description":"d","extra":[{"size":2}]}
            """);
        Assert.True(filter.Matches(document));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            filter.Matches(document);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Parameters_of_two_texts_do_not_clash_under_two_prefixes()
    {
        var filter = Filter.Parse("state=held", TicketTable.Schema);

        Assert.Equal("q0", database.Dialect.Translate(filter, TicketTable.Columns, "q").Parameters[0].Name[1..]);
    }

    [Fact]
    public void Filters_are_joined_by_and()
    {
        var left = Filter.Parse("state=held", TicketTable.Schema);
        var right = Filter.ParseJsonPath("$[?(@.rank==1)]", TicketTable.Schema);
        string[] documents = ["""{"state":"held"}""", """{"rank":1}""", """{"state":"held","rank":1}"""];

        database.Match(Filter.And(left, right), documents, "2");
        database.Match(Filter.And(left, Filter.All), documents, "02");
        database.Match(Filter.And(Filter.All, Filter.All), documents, "012");
    }

    [Fact]
    public void Filters_over_different_resources_are_not_joined()
    {
        var other = Filter.Parse("name=x", ResourceSchema.For(Site.Descriptor));

        Assert.Throws<ArgumentException>(() => Filter.And(Filter.Parse("id=1", TicketTable.Schema), other));
    }

    [Fact]
    public void Event_envelope_is_filtered_by_its_own_descriptor()
    {
        var schema = ResourceSchema.For(TicketEvent.Descriptor);
        var filter = Filter.Parse("eventType=A,B&event.ticket.state=held", schema);
        using var document = JsonDocument.Parse("""{"eventType":"A","event":{"ticket":{"state":"held"}}}""");

        Assert.True(filter.Matches(document.RootElement));
        Assert.False(Filter.Parse("event.site.name=x", schema).Matches(document));
        Assert.Throws<QueryException>(() => Filter.Parse("event.ticket.state=nope", schema));
    }

    [Theory]
    [InlineData("eventType=A,B", "A,B")]
    [InlineData("eventType=A&event.ticket.state=held", "A")]
    [InlineData("eventType=A;eventType=B&event.ticket.id=1", "A,B")]
    [InlineData("eventType=A;event.ticket.id=1", null)]
    [InlineData("eventType.ne=A", null)]
    [InlineData("eventType.regex=A", null)]
    [InlineData("", null)]
    public void Required_values_are_those_without_which_nothing_matches(string query, string? expected)
    {
        var found = Filter.Parse(query, ResourceSchema.For(TicketEvent.Descriptor)).TryGetRequiredValues("eventType", out var values);

        Assert.Equal(expected is not null, found);
        Assert.Equal(expected ?? "", string.Join(',', values.Order()));
    }
}

public class TranslationOnSqliteTests() : TranslationTests(TicketDatabase.Sqlite);

public class TranslationOnPostgresTests() : TranslationTests(TicketDatabase.Postgres);
