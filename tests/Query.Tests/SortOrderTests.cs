namespace ServiceOrdering.Query.Tests;

public abstract class SortOrderTests(TicketDatabase database)
{
    private static readonly string[] Documents =
    [
        """{"id":"c","rank":10,"orderDate":"2026-01-02T00:00:00.000Z","x":{"y":2},"note":[{"author":"b"},{"author":"a"}]}""",
        """{"id":"b","rank":9,"orderDate":"2026-01-01T00:00:00.000Z","x":{"y":10},"note":[{"author":"c"}]}""",
        """{"id":"a","rank":9,"note":[]}""",
        """{"id":"d","weight":1.5,"x":{"y":null}}""",
    ];

    [Theory]
    [InlineData(null, "abcd")]
    [InlineData("", "abcd")]
    [InlineData("-id", "dcba")]
    [InlineData("rank", "abcd")]
    [InlineData("+rank", "abcd")]
    [InlineData(" rank", "abcd")]
    [InlineData("-rank", "cabd")]
    [InlineData("rank,-id", "bacd")]
    [InlineData("rank, orderDate", "bacd")]
    [InlineData("orderDate", "bcad")]
    [InlineData("-orderDate", "cbad")]
    [InlineData("x.y", "cbad")]
    [InlineData("-x.y", "bcad")]
    [InlineData("note.author", "cbad")]
    [InlineData("-weight", "dabc")]
    [InlineData("-note,site.nosuch", "abcd")]
    public void Absent_values_come_last_and_ties_are_ordered_by_id(string? sort, string expected)
    {
        using var table = database.Table(Documents);

        Assert.Equal(expected, string.Concat(table.Sorted(sort)));
    }

    [Theory]
    [InlineData("x", "7412538069")]
    [InlineData("-x", "8351247069")]
    public void Free_json_is_ordered_numbers_and_booleans_before_texts_and_texts_by_their_bytes(string sort, string expected)
    {
        string[] values = ["null", "1", "true", "\"b\"", "0.5", "\"B\"", "{}", "-1e300", "\"é\"", "[[1]]"];
        using var table = database.Table([.. values.Select((value, id) => $$"""{"id":"{{id}}","x":{{value}}}""")]);

        Assert.Equal(expected, string.Concat(table.Sorted(sort)));
    }

    [Theory]
    [InlineData("rank,,id", QueryErrorKind.BadSyntax)]
    [InlineData("-", QueryErrorKind.BadSyntax)]
    [InlineData("a..b", QueryErrorKind.BadSyntax)]
    [InlineData("a,b,c,d,e,f,g,h,i,j,k", QueryErrorKind.TooLarge)]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", QueryErrorKind.TooLarge)]
    public void Bad_sort_is_refused(string sort, QueryErrorKind kind)
    {
        var error = Assert.Single(Assert.Throws<QueryException>(() => SortOrder.Parse(sort, TicketTable.Schema)).Errors);

        Assert.Equal((kind, "sort"), (error.Kind, error.Parameter));
    }
}

public class SortOrderOnSqliteTests() : SortOrderTests(TicketDatabase.Sqlite);

public class SortOrderOnPostgresTests() : SortOrderTests(TicketDatabase.Postgres);
