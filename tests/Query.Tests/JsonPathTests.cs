namespace ServiceOrdering.Query.Tests;

/// <summary>The JSONPath of <c>filter=</c>, in memory and in SQL.</summary>
public abstract class JsonPathTests(TicketDatabase database)
{
    private static readonly string[] Documents =
    [
        """
        {"id":"0","state":"held","rank":1,"note":[{"author":"X","text":"one"},{"author":"Y","text":"two"}],"urgent":true,
         "tag":["red","blue"],"my ext":{"a.b":"dotted","n":5},"list":["5",5,null]}
        """,
        """{"id":"1","state":"held","rank":5,"note":[{"author":"X","text":"two"}],"urgent":false,"value":null}""",
        """{"id":"2","state":"done","rank":3,"note":[],"description":"it's \"q\" \\ é","site":{"name":"n"},"value":"5"}""",
        """{"id":"3","ticketItem":[{"id":"a","ticketItem":[{"state":"held"}]},{"id":"b","state":"done","characteristic":[{"name":"v","value":7}]}]}""",
    ];

    public static TheoryData<string, string> Paths => new()
    {
        { "$", "0123" },
        { "$[?(@.state=='held' && @.rank<3)]", "0" },
        { "$[?(@.state==\"held\")]", "01" },
        { "$[?@.state=='held']", "01" },
        { " $ [?( @.state == 'held' ) ] ", "01" },
        { "[?(@.state=='held')]", "01" },
        { "$[*][?(@.state=='held')]", "01" },
        { "$.ticket[?(@.state=='held')]", "01" },
        { "$.ticket[*][?(@.state=='held')]", "01" },
        { "$['ticket'][*].note[?(@.author=='Y')]", "0" },
        { "ticket[?(@.state=='held')]", "01" },
        { "$.ticket[*]", "0123" },
        { "$[?(@.state!='held')]", "23" },
        { "$[?(@.rank>3)]", "1" },
        { "$[?(@.rank>=3)]", "12" },
        { "$[?(@.rank<=3)]", "02" },
        { "$[?(3 <= @.rank)]", "12" },
        { "$[?('held' == @.state)]", "01" },
        { "$[?(@.rank==5 || @.rank==3 && @.state=='held')]", "1" },
        { "$[?((@.rank==5 || @.rank==3) && @.state=='done')]", "2" },
        { "$[?(!(@.state=='held'))]", "23" },
        { "$[?(!@.state)]", "3" },
        { "$[?(@.note)]", "01" },
        { "$[?(@.site)]", "2" },
        { "$[?(@.value)]", "2" },
        { "$[?(@.value == null)]", "013" },
        { "$[?(@.value != null)]", "2" },
        { "$[?(@.urgent==true)]", "0" },
        { "$[?(@.urgent)]", "01" },
        { "$[?(@.description =~ /É$/i)]", "2" },
        { "$[?(@.description =~ 'q')]", "2" },
        { "$[?(@.id =~ /^[0-1]\\/?$/)]", "01" },
        { "$[?(@.description == 'it\\'s \"q\" \\\\ \\u00e9')]", "2" },

        // One element must satisfy all; over the path itself different elements may.
        { "$[?(@.note[?(@.author=='Y' && @.text=='one')])]", "" },
        { "$[?(@.note.author=='Y' && @.note.text=='one')]", "0" },
        { "$[?(@.note[?(@.author=='X' && @.text=='two')])]", "1" },
        { "$[?(@.note[?(@.author!='X')])]", "0" },
        { "$.note[?(@.author=='Y')]", "0" },
        { "note[?(@.author=='Y')]", "0" },
        { "$.note[?(@.author=='X')].text", "01" },
        { "$[?(@.note[?(@.author=='X')].text == 'one')]", "0" },
        { "$[?(@.note[?(@.author=='X')].text != 'one')]", "123" },
        { "$[?(@.note[*].author=='Y')]", "0" },
        { "$[?(@.ticketItem[?(@.id=='a' && @.ticketItem[?(@.state=='held')])])]", "3" },
        { "$[?(@.ticketItem[?(@.characteristic[?(@.name=='v' && @.value>6)])])]", "3" },
        { "$[?(@.tag[?(@=='red')])]", "0" },
        { "$.site[?(@.name=='n')]", "2" },

        // Bracket names, literals with a type where the attribute has none.
        { "$[?(@['state']=='held')]", "01" },
        { "$[?(@['my ext']['a.b']=='dotted')]", "0" },
        { "$[?(@[\"my ext\"].n==5.0)]", "0" },
        { "$[?(@['my ext'].n=='5')]", "" },
        { "$[?(@.value==5)]", "" },
        { "$[?(@.value=='5')]", "2" },
        { "$.list[?(@=='5')]", "0" },
        { "$.list[?(@ < 5.5 && @ > 4.5)]", "0" },
        { "$[?(@.id==0)]", "0" },
        { "$[?(@.nosuch.deep)]", "" },
        { "$[?(@.site.nosuch != 'x')]", "0123" },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public void Path_selects_the_same_in_memory_and_in_sql(string path, string expected) =>
        database.Match(Filter.ParseJsonPath(path, TicketTable.Schema), Documents, expected);

    [Theory]
    [InlineData("$[?(@.state=='held']", QueryErrorKind.BadSyntax, 19)]
    [InlineData("$[?(@.state='held')]", QueryErrorKind.BadSyntax, 11)]
    [InlineData("$[?(@.state=='held)]", QueryErrorKind.BadSyntax, 13)]
    [InlineData("$[?(@.state==)]", QueryErrorKind.BadSyntax, 13)]
    [InlineData("$[?(@.state==held)]", QueryErrorKind.BadSyntax, 13)]
    [InlineData("$[?()]", QueryErrorKind.BadSyntax, 4)]
    [InlineData("$[?(@.rank==1)] x", QueryErrorKind.BadSyntax, 16)]
    [InlineData("$[?(@.rank==01)]", QueryErrorKind.BadSyntax, 12)]
    [InlineData("$[?(@.rank==-)]", QueryErrorKind.BadSyntax, 12)]
    [InlineData("$.", QueryErrorKind.BadSyntax, 2)]
    [InlineData("$['']", QueryErrorKind.BadSyntax, 2)]
    [InlineData(")", QueryErrorKind.BadSyntax, 0)]
    [InlineData("$[?(@.id=='\\d')]", QueryErrorKind.BadSyntax, 11)]
    [InlineData("$[?(@.id=~/x)]", QueryErrorKind.BadSyntax, 10)]
    [InlineData("$[?('a')]", QueryErrorKind.BadSyntax, 7)]
    [InlineData("$[?(@.state=='open')]", QueryErrorKind.BadValue, 13)]
    [InlineData("$[?(@.rank=='high')]", QueryErrorKind.BadValue, 12)]
    [InlineData("$[?(@.orderDate>'soon')]", QueryErrorKind.BadValue, 16)]
    [InlineData("$[?(@.id=='\\u0000')]", QueryErrorKind.BadValue, 10)]
    [InlineData("$[?(@.id=='\\ud800')]", QueryErrorKind.BadValue, 10)]
    [InlineData("$[?(@.urgent>true)]", QueryErrorKind.BadOperator, 4)]
    [InlineData("$[?(@.rank<null)]", QueryErrorKind.BadOperator, 15)]
    [InlineData("$..note", QueryErrorKind.NotSupported, 2)]
    [InlineData("$.*", QueryErrorKind.NotSupported, 2)]
    [InlineData("$.note[0]", QueryErrorKind.NotSupported, 7)]
    [InlineData("$.note[-1:]", QueryErrorKind.NotSupported, 7)]
    [InlineData("$.note[(@.length-1)]", QueryErrorKind.NotSupported, 7)]
    [InlineData("$['id','state']", QueryErrorKind.NotSupported, 7)]
    [InlineData("$[?(@.note.length() > 1)]", QueryErrorKind.NotSupported, 17)]
    [InlineData("$[?(length(@.note) > 1)]", QueryErrorKind.NotSupported, 10)]
    [InlineData("$[?(@.state in ['held'])]", QueryErrorKind.NotSupported, 12)]
    [InlineData("$[?(@.rank == @.weight)]", QueryErrorKind.NotSupported, 14)]
    [InlineData("$[?($.rank == 1)]", QueryErrorKind.NotSupported, 4)]
    [InlineData("$[?(1 == 1)]", QueryErrorKind.NotSupported, 9)]
    [InlineData("$[?(@.id =~ /x/g)]", QueryErrorKind.NotSupported, 16)]
    public void Bad_path_is_refused_with_its_kind_and_place(string path, QueryErrorKind kind, int position)
    {
        var exception = Assert.Throws<QueryException>(() => Filter.ParseJsonPath(path, TicketTable.Schema));

        var error = Assert.Single(exception.Errors);
        Assert.Equal((kind, "filter", position), (error.Kind, error.Parameter, error.Position));
    }

    [Fact]
    public void All_bad_values_are_reported_at_once()
    {
        var exception = Assert.Throws<QueryException>(
            () => Filter.ParseJsonPath("$[?(@.state=='open' || @.rank=='x')]", TicketTable.Schema));

        Assert.Equal(2, exception.Errors.Count);
    }
}

public class JsonPathOnSqliteTests() : JsonPathTests(TicketDatabase.Sqlite);

public class JsonPathOnPostgresTests() : JsonPathTests(TicketDatabase.Postgres);
