using System.Diagnostics;

namespace ServiceOrdering.Query.Tests;

/// <summary>Limits, injection attempts, and regular expressions that would hang a backtracking engine.</summary>
public abstract class HostileInputTests(TicketDatabase database)
{
    private static readonly string[] Documents =
    [
        """{"id":"0","description":"' OR 1=1 --","a' OR 1=1 --":"x","b\"]":"y","@p0":"z"}""",
        """{"id":"1","description":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}""",
    ];

    [Theory]
    [InlineData("description=' OR 1=1 --", "0")]
    [InlineData("description=') OR ('1'='1", "")]
    [InlineData("id='; DROP TABLE ticket; --", "")]
    [InlineData("a' OR 1%3D1 --=x", "")]
    [InlineData("nosuch') OR 1 --.x=y", "")]
    [InlineData("b\"]=y", "0")]
    [InlineData("@p0=z", "0")]
    [InlineData("id=@p0", "")]
    [InlineData("state.regex=') OR 1 OR ('", "")]
    public void Injection_through_the_flat_grammar_is_only_text(string query, string expected)
    {
        Filter filter;
        try
        {
            filter = Filter.Parse(query, TicketTable.Schema);
        }
        catch (QueryException)
        {
            // Refused is fine too; what counts is that nothing else happens.
            Assert.Equal("", expected);
            return;
        }

        database.Match(filter, Documents, expected);
        var sql = database.Dialect.Translate(filter, TicketTable.Columns);
        Assert.DoesNotContain("OR 1", sql.Where, StringComparison.Ordinal);
        Assert.DoesNotContain("DROP", sql.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""$[?(@["a' OR 1=1 --"]=='x')]""", "0")]
    [InlineData("""$[?(@['b"]']=='y')]""", "0")]
    [InlineData("""$[?(@.description=='\' OR 1=1 --')]""", "0")]
    [InlineData("""$[?(@['x") OR 1=1 --'] == '\'); DROP TABLE ticket')]""", "")]
    public void Injection_through_jsonpath_is_only_text(string path, string expected)
    {
        var filter = Filter.ParseJsonPath(path, TicketTable.Schema);

        database.Match(filter, Documents, expected);
        Assert.DoesNotContain("OR 1=1", database.Dialect.Translate(filter, TicketTable.Columns).Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("filter=", 512 * 1024)]
    [InlineData("filter=$.note", 64 * 1024)]
    [InlineData("a=1", 64 * 1024)]
    public void Text_that_is_too_long_is_refused_before_it_is_looked_at(string clause, int length)
    {
        var query = string.Join('&', Enumerable.Repeat(clause, length / (clause.Length + 1)));
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<QueryException>(() => FilterQuery.Parse(query, TicketTable.Schema));

        Assert.Equal(QueryErrorKind.TooLarge, Assert.Single(refusal.Errors).Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 64 * 1024);
    }

    [Theory]
    [InlineData("filter=$.note", 50, true)]
    [InlineData("filter=$.note", 51, false)]
    [InlineData("filter=$", 51, false)]
    [InlineData("filter=$[?(@.a==1 && @.b==2)]", 25, true)]
    [InlineData("filter=$[?(@.a==1 && @.b==2)]", 26, false)]
    [InlineData("filter=$.a&b.ne=1", 25, true)]
    [InlineData("filter=$.a&b.ne=1", 26, false)]
    public void Conditions_of_all_filters_count_together(string clause, int count, bool isAllowed)
    {
        var query = string.Join('&', Enumerable.Repeat(clause, count));

        var refusal = Record.Exception(() => FilterQuery.Parse(query, TicketTable.Schema)) as QueryException;

        Assert.Equal(isAllowed, refusal is null);
        Assert.All(refusal?.Errors ?? [], error => Assert.Equal(QueryErrorKind.TooLarge, error.Kind));
    }

    [Fact]
    public void Injection_through_sort_is_only_text()
    {
        var order = database.Dialect.Translate(SortOrder.Parse("-value.x') DESC; DROP TABLE ticket --", TicketTable.Schema), TicketTable.Columns);

        Assert.DoesNotContain("DROP", order.OrderBy, StringComparison.Ordinal);
        Assert.Equal("x') DESC; DROP TABLE ticket --", order.Parameters[^1].Value);
    }

    [Theory]
    [InlineData("x.gt=1e308", "04")]
    [InlineData("x.lt=-1e308", "1")]
    [InlineData("x=0", "235")]
    [InlineData("weight.gte=0.5", "6")]
    public void Number_that_is_no_double_is_the_nearest_one_and_fails_nothing(string query, string expected) => database.Match(
        Filter.Parse(query, TicketTable.Schema),
        ["""{"x":1e999}""", """{"x":-1e4000}""", """{"x":1e-400}""", """{"x":-1e-4000}""", """{"x":1.7976931348623157e308}""", """{"x":0e99}""",
         """{"weight":0.5}""", """{"weight":"NaN"}""", """{"weight":-1e999}""", """{"weight":null}""", """{"x":[[0]]}"""],
        expected);

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("^(a|a)*$")]
    [InlineData("(a|aa)+$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    public void Pattern_that_would_backtrack_forever_is_answered_at_once(string pattern)
    {
        var filter = Filter.Parse("description.regex=" + Uri.EscapeDataString(pattern), TicketTable.Schema);
        var document = $$"""{"description":"{{new string('a', 20_000)}}!"}""";

        var clock = Stopwatch.StartNew();
        database.Match(filter, [document], "");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"Took {clock.Elapsed}.");
    }

    [Theory]
    [InlineData(@"(a)\1", "backreference")]
    [InlineData("a(?=b)", "positive lookahead")]
    [InlineData("(?<!a)b", "negative lookbehind")]
    [InlineData("(?>a+)b", "atomic")]
    [InlineData("((a{1000}){1000}){1000}", "too large")]
    [InlineData("(", "not valid at position 1")]
    [InlineData("[z-a]", "not valid")]
    public void Pattern_that_cannot_be_matched_in_linear_time_is_refused_and_named(string pattern, string named)
    {
        var exception = Assert.Throws<QueryException>(
            () => Filter.Parse("description.regex=" + Uri.EscapeDataString(pattern), TicketTable.Schema));

        var error = Assert.Single(exception.Errors);
        Assert.Equal((QueryErrorKind.BadValue, "description.regex"), (error.Kind, error.Parameter));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, bool> FlatLimits => new()
    {
        { Clauses(QueryLimits.Clauses), true },
        { Clauses(QueryLimits.Clauses + 1), false },
        { "rank=" + Values(QueryLimits.Values), true },
        { "rank=" + Values(QueryLimits.Values + 1), false },
        { $"rank={Values(60)}&rank={Values(60)}", false },
        { "id=" + new string('x', QueryLimits.TextBytes - 3), true },
        { "id=" + new string('x', QueryLimits.TextBytes - 2), false },
        { "id=" + new string('é', QueryLimits.TextBytes / 2), false },
        { Deep(QueryLimits.Depth) + "=1", true },
        { Deep(QueryLimits.Depth + 1) + "=1", false },
        { "id.regex=" + new string('x', QueryLimits.PatternLength), true },
    };

    public static TheoryData<string, bool> PathLimits => new()
    {
        { $"$[?({string.Join("||", Enumerable.Repeat("@.rank==1", QueryLimits.Clauses))})]", true },
        { $"$[?({string.Join("||", Enumerable.Repeat("@.rank==1", QueryLimits.Clauses + 1))})]", false },
        { $"$[?{new string('(', 15)}@.rank==1{new string(')', 15)}]", true },
        { $"$[?{new string('(', 16)}@.rank==1{new string(')', 16)}]", false },
        { $"$[?{new string('!', 15)}@.id]", true },
        { $"$[?{new string('!', 2000)}@.rank==1]", false },
        { $"$[?(@.{Deep(QueryLimits.Depth)})]", true },
        { $"$[?(@.{Deep(QueryLimits.Depth + 1)})]", false },
        { $"$.{Deep(8)}[?(@.{Deep(8)}==1)]", true },
        { $"$.{Deep(8)}[?(@.{Deep(9)}==1)]", false },
        { string.Concat(Enumerable.Repeat("$.x[?@.x", 1).Concat(Enumerable.Repeat("[?@.x", 14))) + new string(']', 15), true },
        { string.Concat(Enumerable.Repeat("$.x[?@.x", 1).Concat(Enumerable.Repeat("[?@.x", 900))) + new string(']', 901), false },
        { new string('$', QueryLimits.TextBytes + 1), false },
    };

    [Theory]
    [MemberData(nameof(FlatLimits))]
    public void Flat_query_at_the_limit_runs_and_above_it_is_too_large(string query, bool fits) =>
        AtLimit(() => Filter.Parse(query, TicketTable.Schema), fits);

    [Theory]
    [MemberData(nameof(PathLimits))]
    public void Path_at_the_limit_runs_and_above_it_is_too_large(string path, bool fits) =>
        AtLimit(() => Filter.ParseJsonPath(path, TicketTable.Schema), fits);

    [Fact]
    public void Largest_filter_of_both_grammars_still_runs_in_the_database()
    {
        var values = string.Join(',', Enumerable.Range(0, 13));
        var flat = string.Join('&', Enumerable.Range(0, QueryLimits.Clauses).Select(i => $"x{i}.a.a.a.a.a.a.a.ne={values}"));
        var path = $"$.{Deep(8)}[?({string.Join("||", Enumerable.Repeat("!@.a.a.a.a.a.a.a.a", QueryLimits.Clauses))})]";

        database.Match(Filter.And(Filter.Parse(flat, TicketTable.Schema), Filter.ParseJsonPath(path, TicketTable.Schema)), Documents, "");
    }

    private void AtLimit(Func<Filter> parse, bool fits)
    {
        if (fits)
        {
            database.Match(parse(), Documents, "");
        }
        else
        {
            var exception = Assert.Throws<QueryException>(() => parse());
            Assert.Contains(exception.Errors, error => error.Kind == QueryErrorKind.TooLarge);
        }
    }

    private static string Clauses(int count) => string.Join('&', Enumerable.Range(0, count).Select(i => $"x{i}=1"));

    private static string Values(int count) => string.Join(',', Enumerable.Range(1, count));

    private static string Deep(int names) => string.Join('.', Enumerable.Repeat("a", names));
}

public class HostileInputOnSqliteTests() : HostileInputTests(TicketDatabase.Sqlite);

public class HostileInputOnPostgresTests() : HostileInputTests(TicketDatabase.Postgres);
