namespace ServiceOrdering.Query.Tests;

/// <summary>The rules of the flat grammar, each on documents, in memory and in SQL.</summary>
public abstract class FlatGrammarTests(TicketDatabase database)
{
    // Positions 0 to 4 are what the tests expect to match.
    private static readonly string[] Documents =
    [
        """
        {"id":"0","@type":"Ticket","state":"held","rank":0,"weight":0.5,"urgent":true,"orderDate":"2026-01-15T08:00:00.000Z",
         "description":"a,b","note":[{"author":"X","text":"one"},{"author":"Y","text":"two"}],"tag":["red","blue"],
         "extra":{"size":10,"flag":true,"name":"10"},"when":"2026-01-15T09:00:00+01:00"}
        """,
        """
        {"id":"1","@type":"Special","state":"inProgress","rank":10,"weight":1000,"urgent":false,"orderDate":"2026-01-16T00:00:00.000Z",
         "description":"it's","note":[{"author":"X","text":"two"}],"tag":["red"],"extra":[{"size":9},{"size":"10"}]}
        """,
        """{"id":"2","state":"done","rank":9,"description":"a+b c","site":{"name":"n","parent":{"name":"p"}},"extra":"10","value":5}""",
        """{"id":"3","orderDate":"2025-12-31T23:59:59.999Z","description":"a&b;c=d","value":[true,null,"true"],"extra":null}""",
        """{"id":"4","description":"\ud83d\ude00","value":{"a":1e3},"owner":"me","ticketItem":[{"state":"held","characteristic":[{"name":"v","value":42}]}]}""",
    ];

    public static TheoryData<string, string> Rules => new()
    {
        // a=v&b=w: both; a=v,w or a=v&a=w: either; ";" between conditions: or, lowest precedence.
        { "", "01234" },
        { "state=held", "0" },
        { "state=held&urgent=true", "0" },
        { "state=held&urgent=false", "" },
        { "state=held,done", "02" },
        { "state=held&state=done", "02" },
        { "state=held&rank=0&state.eq=done", "0" },
        { "state=held%2Cdone", "02" },
        { "state=held, done", "02" },
        { "state=held;rank=9", "02" },
        { "state=held&rank=1;state=done&rank=9", "2" },
        { "&state=held&;", "0" },

        // Operators as suffix, literal, and percent-encoded.
        { "rank.eq=9", "2" },
        { "rank.ne=9", "0134" },
        { "rank!=9", "0134" },
        { "rank.ne=0,9", "134" },
        { "rank.gt=9", "1" },
        { "rank==9", "2" },
        { "rank%3D%3D9", "2" },
        { "rank=%3D9", "2" },
        { "rank.eq==9", "2" },
        { "state==held,done", "02" },
        { "description=='a,b'", "0" },
        { "rank>9", "1" },
        { "rank%3E9", "1" },
        { "rank.gte=9", "12" },
        { "rank>=9", "12" },
        { "rank%3E%3D9", "12" },
        { "rank%3E=9", "12" },
        { "rank.lt=9", "0" },
        { "rank<9", "0" },
        { "rank.lte=9&rank%3C%3D9", "02" },
        { "rank.gt=9,0", "12" },
        { "description.regex=^a[,%26]b", "03" },
        { "description.regex=^a.?b", "023" },
        { "description=~^.{3}$", "0" },
        { "description*=s$", "1" },
        { "description%2A%3Ds$", "1" },
        { "description.regex='^a,'", "0" },
        { "state.regex=^[hd]", "02" },

        // Nested by dot, any element of an array matches; two conditions may be met by different elements.
        { "note.author=X", "01" },
        { "note.author=Y&note.text=one", "0" },
        { "tag=blue", "0" },
        { "tag.ne=blue", "1234" },
        { "site.name=n", "2" },
        { "site.parent.name=p", "2" },
        { "ticketItem.characteristic.name=v", "4" },
        { "ticketItem.characteristic.value=42", "4" },
        { "ticketItem.state=held", "4" },

        // @type and extension members, of any shape.
        { "@type=Special", "1" },
        { "%40type=Special", "1" },
        { "extra=10", "2" },
        { "extra.size=10", "01" },
        { "extra.size.gt=9", "0" },
        { "extra.size.gt=1", "01" },
        { "extra.size<10", "1" },
        { "extra.flag=true", "0" },
        { "extra.flag=1", "" },
        { "extra.name=10", "0" },
        { "extra.name=10.0", "" },

        // A value in quotes loses them; inside, nothing splits.
        { "state='held'", "0" },
        { "state=\"held\",'done'", "02" },
        { "state=%22held%22", "0" },
        { "description='a,b'", "0" },
        { "description=\"a&b;c=d\"", "3" },
        { "description=a%26b%3Bc=d", "3" },
        { "description=it's", "1" },
        { "description='it's'", "1" },
        { "description=a", "" },

        // Blanks around an operator; one that was encoded, and is on one side only, is part of the value.
        { "description = it's", "1" },
        { " description  =  it's & id = 1 ", "1" },
        { "description = 'it's' , me", "1" },
        { "description+=+it's", "1" },
        { "description%20=%20it's", "1" },
        { "description=+it's", "" },
        { "description=%20it's", "" },
        { "description= it's", "1" },
        { "description =~ s$ ", "1" },

        // Percent- and plus-decoding; a lone % is itself.
        { "description=a%2Bb+c", "2" },
        { "description=a%2Bb c", "2" },
        { "description=%F0%9F%98%80", "4" },
        { "description=😀", "4" },
        { "description=100%", "" },

        // Dates as instants, in any ISO form.
        { "orderDate=2026-01-15T08:00:00.000Z", "0" },
        { "orderDate=2026-01-15T09:00:00+01:00", "0" },
        { "orderDate=2026-01-15T09:00:00%2B01:00", "0" },
        { "orderDate=2026-01-15T07:00-0100", "0" },
        { "orderDate=2026-01-16", "1" },
        { "orderDate.gt=2026-01-01", "01" },
        { "orderDate.gt=2025-12-31T23:59:59.9989&orderDate.lt=2025-12-31T23:59:59.9991", "3" },
        { "orderDate=2026-01-15T08:00:00.0001Z", "" },
        { "orderDate.ne=2026-01-15T08:00:00.0001Z", "01234" },
        { "orderDate.gte=2026-01-15T08:00:00.0001Z", "1" },
        { "orderDate.lt=2026-01-15T08:00:00.0001Z", "03" },
        { "orderDate.lte=2026-01-15T08:00:00.000000Z", "03" },
        { "when=2026-01-15T08:00:00Z", "" },
        { "when=2026-01-15T09:00:00%2B01:00", "0" },

        // Numbers as numbers where the attribute is a number; booleans as booleans; else text, exact.
        { "weight=1e3", "1" },
        { "weight=5E-1,1000.0", "01" },
        { "urgent=false", "1" },
        { "urgent.ne=false", "0234" },
        { "id>3", "4" },
        { "state=held&id=00", "" },
        { "value=5.0", "2" },
        { "value=true", "3" },
        { "value.a=1000", "4" },
        { "owner=me", "4" },
        { "owner=ME", "" },

        // A path that is no attribute and no extension matches nothing, and an object equals nothing.
        { "nosuch=1", "" },
        { "nosuch.ne=1", "01234" },
        { "site.nosuch=n", "" },
        { "site.nosuch.ne=n", "01234" },
        { "note=X", "" },
        { "site.gt=a", "" },
        { "extensions.size=10", "" },
        { "state.a.b=1", "" },
        { "value.a.b.c=1", "" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_holds_in_memory_and_in_sql(string query, string expected) =>
        database.Match(Filter.Parse(query, TicketTable.Schema), Documents, expected);

    [Theory]
    [InlineData("state", QueryErrorKind.BadSyntax, "state", 0, "operator")]
    [InlineData("rank=1&=5", QueryErrorKind.BadSyntax, "", 7, "missing")]
    [InlineData("note..author=X", QueryErrorKind.BadSyntax, "note..author", 0, "empty name")]
    [InlineData("description=%ff", QueryErrorKind.BadSyntax, "query", 12, "UTF-8")]
    [InlineData("rank=1&state=open", QueryErrorKind.BadValue, "state", 13, "held, inProgress, done")]
    [InlineData("state=HELD", QueryErrorKind.BadValue, "state", 6, "held, inProgress, done")]
    [InlineData("state=unspecified", QueryErrorKind.BadValue, "state", 6, "held")]
    [InlineData("rank=high", QueryErrorKind.BadValue, "rank", 5, "a number")]
    [InlineData("rank=0x10", QueryErrorKind.BadValue, "rank", 5, "a number")]
    [InlineData("rank=NaN", QueryErrorKind.BadValue, "rank", 5, "a number")]
    [InlineData("weight=1e999", QueryErrorKind.BadValue, "weight", 7, "a number")]
    [InlineData("urgent=1", QueryErrorKind.BadValue, "urgent", 7, "true or false")]
    [InlineData("orderDate.gt=yesterday", QueryErrorKind.BadValue, "orderDate.gt", 13, "ISO 8601")]
    [InlineData("orderDate=2026-02-30", QueryErrorKind.BadValue, "orderDate", 10, "ISO 8601")]
    [InlineData("orderDate=0001-01-01T00:00:00%2B01:00", QueryErrorKind.BadValue, "orderDate", 10, "ISO 8601")]
    [InlineData("state.gt=held", QueryErrorKind.BadOperator, "state.gt", 0, ".regex")]
    [InlineData("urgent<true", QueryErrorKind.BadOperator, "urgent", 0, "=, .ne")]
    [InlineData("rank.regex=1", QueryErrorKind.BadOperator, "rank.regex", 0, ".gte")]
    [InlineData("rank.like=1", QueryErrorKind.BadOperator, "rank.like", 0, ".gte")]
    [InlineData("note.author.in=1", QueryErrorKind.BadOperator, "note.author.in", 0, ".regex")]
    [InlineData("rank.gt>1", QueryErrorKind.BadOperator, "rank.gt", 0, "two operators")]
    [InlineData("description=a%00b", QueryErrorKind.BadValue, "query", 13, "U+0000")]
    [InlineData("$.state=held", QueryErrorKind.BadSyntax, "$.state", 0, "filter=")]
    [InlineData("rank=9&note[?(@.author=='X')]", QueryErrorKind.BadSyntax, "note[?(@.author", 7, "filter=")]
    [InlineData("filter%3D$.note", QueryErrorKind.BadSyntax, "filter", 0, "filter=")]
    [InlineData("depth=1", QueryErrorKind.NotSupported, "depth", 0, "not supported")]
    [InlineData("rank=9&expand=note", QueryErrorKind.NotSupported, "expand", 7, "not supported")]
    public void Bad_query_is_refused_with_the_parameter_and_the_place(
        string query, QueryErrorKind kind, string parameter, int position, string message)
    {
        var exception = Assert.Throws<QueryException>(() => Filter.Parse(query, TicketTable.Schema));

        var error = Assert.Single(exception.Errors);
        Assert.Equal((kind, parameter, position), (error.Kind, error.Parameter, error.Position));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stat=held", "stat", "'stat' is no attribute of Ticket; did you mean 'state'?")]
    [InlineData("rank=1&note.Author.ne=X", "note.Author.ne", "'Author' is no attribute of Note; did you mean 'author'?")]
    [InlineData("site.nosuch=1", "site.nosuch", "'nosuch' is no attribute of Site.")]
    [InlineData("page=2", "page", "'page' means nothing here: a page is asked for by offset and limit.")]
    [InlineData("rank=1;size=5", "size", "'size' means nothing here: a page is asked for by offset and limit.")]
    [InlineData("filter=$.ticket[?(@.rnak==1)]", "filter", "'rnak' is no attribute of Ticket; did you mean 'rank'?")]
    [InlineData("filter=$[?(@.note[?(@.autor)])]", "filter", "'autor' is no attribute of Note; did you mean 'author'?")]
    public void Unknown_attribute_is_refused_where_that_is_wanted_with_the_one_that_is_near(string query, string parameter, string message)
    {
        var exception = Assert.Throws<QueryException>(() => FilterQuery.Parse(query, TicketTable.Schema, UnknownAttributes.Refuse));

        var error = Assert.Single(exception.Errors);
        Assert.Equal((QueryErrorKind.UnknownAttribute, parameter, message), (error.Kind, error.Parameter, error.Message));
        Assert.Null(Record.Exception(() => FilterQuery.Parse(query, TicketTable.Schema)));
    }

    [Fact]
    public void Names_inside_of_free_json_are_known_to_nobody_and_never_refused() =>
        Assert.Null(Record.Exception(() => FilterQuery.Parse("value.whatever.it=1&filter=$[?(@.value.is)]", TicketTable.Schema, UnknownAttributes.Refuse)));

    [Theory]
    [InlineData("filter=$[?(@.state=='held')]&filter=$[?(@.state=='done')]", "02")]
    [InlineData("filter=$[?(@.state=='held')]&filter=&filter=$.ticket[?(@.rank==10)]", "01")]
    [InlineData("filter=$[?(@.state=='held')]&rank.gt=5&filter=$[?(@.rank>=9)]", "12")]
    [InlineData(" filter = $[?(@.state=='held' && @.rank==0)] & id.lt = 9", "0")]
    [InlineData("filter=$&filter=$[?(@.state=='held')]", "01234")]
    [InlineData("filter=", "01234")]
    public void One_of_several_json_path_filters_and_all_conditions_have_to_hold(string query, string expected) =>
        database.Match(FilterQuery.Parse(query, TicketTable.Schema), Documents, expected);

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        var exception = Assert.Throws<QueryException>(() => Filter.Parse("description=\ud800", TicketTable.Schema));

        Assert.Equal((QueryErrorKind.BadSyntax, 12), (exception.Errors[0].Kind, exception.Errors[0].Position));
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var exception = Assert.Throws<QueryException>(() => Filter.Parse("state=open&rank=x,y;urgent.gt=true", TicketTable.Schema));

        Assert.Equal(["state", "rank", "rank", "urgent.gt"], exception.Errors.Select(error => error.Parameter));
    }
}

public class FlatGrammarOnSqliteTests() : FlatGrammarTests(TicketDatabase.Sqlite);

public class FlatGrammarOnPostgresTests() : FlatGrammarTests(TicketDatabase.Postgres);
