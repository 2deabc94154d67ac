namespace ServiceOrdering.Query.Tests;

public abstract class SortOrderTests(TicketDatabase database)
{
    private static readonly string[] Documents =
    [
        """{"id":"c","rank":10,"orderDate":"2026-01-02T00:00:00.000Z","value":{"y":2},"note":[{"author":"b"},{"author":"a"}]}""",
        """{"id":"b","rank":9,"orderDate":"2026-01-01T00:00:00.000Z","value":{"y":10},"note":[{"author":"c"}]}""",
        """{"id":"a","rank":9,"note":[]}""",
        """{"id":"d","weight":1.5,"value":{"y":null}}""",
    ];

    [Theory]
    [InlineData(null, "abcd")]
    [InlineData("", "abcd")]
    [InlineData("-id", "dcba")]
    [InlineData("rank", "abcd")]
    [InlineData("+rank", "abcd")]
    [InlineData(" rank", "abcd")]
    [InlineData("-rank", "cbad")]
    [InlineData("rank,-id", "bacd")]
    [InlineData("rank, orderDate", "bacd")]
    [InlineData("orderDate", "bcad")]
    [InlineData("-orderDate", "cbda")]
    [InlineData("value.y", "cbad")]
    [InlineData("-value.y", "bcda")]
    [InlineData("note.author", "cbad")]
    [InlineData("-weight", "dcba")]
    [InlineData("-$.value.y", "bcda")]
    [InlineData("$[*].rank,-$.ticket[*]['id']", "bacd")]
    [InlineData("$.note[*].author", "cbad")]
    public void Absent_values_come_last_and_ties_are_ordered_by_id_in_the_direction_of_the_first_attribute(string? sort, string expected)
    {
        using var table = database.Table(Documents);

        Assert.Equal(expected, string.Concat(table.Sorted(sort)));
    }

    [Theory]
    [InlineData("value", "7412538069")]
    [InlineData("-value", "8352147960")]
    public void Free_json_is_ordered_numbers_and_booleans_before_texts_and_texts_by_their_bytes(string sort, string expected)
    {
        string[] values = ["null", "1", "true", "\"b\"", "0.5", "\"B\"", "{}", "-1e300", "\"é\"", "[[1]]"];
        using var table = database.Table([.. values.Select((value, id) => $$"""{"id":"{{id}}","value":{{value}}}""")]);

        Assert.Equal(expected, string.Concat(table.Sorted(sort)));
    }

    [Theory]
    [InlineData("rank,,id", QueryErrorKind.BadSyntax)]
    [InlineData("-", QueryErrorKind.BadSyntax)]
    [InlineData("a..b", QueryErrorKind.BadSyntax)]
    [InlineData("id,id,id,id,id,id,id,id,id,id,id", QueryErrorKind.TooLarge)]
    [InlineData("nosuch", QueryErrorKind.UnknownAttribute)]
    [InlineData("site.nosuch", QueryErrorKind.UnknownAttribute)]
    [InlineData("orderDate.year", QueryErrorKind.UnknownAttribute)]
    [InlineData("-note", QueryErrorKind.BadOperator)]
    [InlineData("$", QueryErrorKind.BadSyntax)]
    [InlineData("-$.", QueryErrorKind.BadSyntax)]
    [InlineData("rank[", QueryErrorKind.BadSyntax)]
    [InlineData("$..rank", QueryErrorKind.NotSupported)]
    [InlineData("$.note[0].text", QueryErrorKind.NotSupported)]
    [InlineData("$.note[?(@.author=='a,b')].text", QueryErrorKind.NotSupported)]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", QueryErrorKind.TooLarge)]
    public void Bad_sort_is_refused(string sort, QueryErrorKind kind)
    {
        var error = Assert.Single(Assert.Throws<QueryException>(() => SortOrder.Parse(sort, TicketTable.Schema)).Errors);

        Assert.Equal((kind, "sort"), (error.Kind, error.Parameter));
    }

    [Theory]
    [InlineData("ordrDate", "'ordrDate' is no attribute of Ticket; did you mean 'orderDate'?")]
    [InlineData("site.nmae", "'nmae' is no attribute of Site; did you mean 'name'?")]
    [InlineData("id.x", "'x' is no attribute of 'id'.")]
    [InlineData("nothingLikeIt", "'nothingLikeIt' is no attribute of Ticket.")]
    public void Attribute_to_sort_by_that_is_not_there_is_refused_with_the_one_that_is_near(string sort, string message)
    {
        var error = Assert.Single(Assert.Throws<QueryException>(() => SortOrder.Parse(sort, TicketTable.Schema)).Errors);

        Assert.Equal(message, error.Message);
    }
}

public class SortOrderOnSqliteTests() : SortOrderTests(TicketDatabase.Sqlite);

public class SortOrderOnPostgresTests() : SortOrderTests(TicketDatabase.Postgres);
