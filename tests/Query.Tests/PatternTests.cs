using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ServiceOrdering.Query.Tests;

/// <summary>Regular expressions mean the same in memory and in every database.</summary>
public abstract class PatternTests(TicketDatabase database)
{
    private static readonly string[] Texts =
        ["", "a", "ab", "aab", "b", "A", "K", "\u212A", "k", "_", "1", "\u0663", "\u00e9", "\u00c9", "e\u0301", "\u01c5", "\u03c3\u03c2", "\u0130", "\u0131",
         "\u00df", "\u1e9e", "\ufb01", "\u2160", "\u24d0", "\u0345", "\u200d", "a\u200cb", "\u200c", "\u00a0", "\u0085", "\u2028", " ", "\t", "\n", "a\n", "a\n\n",
         "\na", "a\nb", "\r\n", "a b", "a-b", "a.b", "[a]", "]", "^", "$", "\\", "{1}", "a{1}", "#", "\u0001", "\u007f", "\uffff", "\ufffe", "\uf8ff", "\u4e2d\u6587",
         "\U0001F600", "\U0001F600\U0001F600", "a\U0001F600b", "\U0001D49C", "\U0010FFFF", "aaaa", "abab", "\u0e01\u0e33", "\u0903", "x\u0903y"];

    [Theory]
    [InlineData("^.$", "a|a\n|😀", "|\n|ab|😀😀|a\n\n")]
    [InlineData("(?s)^.\\z", "a|\n|😀", "a\n|ab")]
    [InlineData("^😀{2}\\z", "😀😀", "😀|😀😀😀")]
    [InlineData("^[^a]$", "b|😀|\n", "a|😀😀")]
    [InlineData("^\\W\\z", " |😀|-", "a|1|é|_|😀😀")]
    [InlineData("^\\w+$", "aé1_|٣|中文", "a b|-|😀")]
    [InlineData("^\\d+$", "1|٣", "a|½")]
    [InlineData("a\\s\u00a0b|^\\s$", "\u2028|\u0085|\t|a \u00a0b", "a|\u200b")]
    [InlineData("(?i)^k$", "k|K|\u212A", "x")]
    [InlineData("(?i)ß|σ", "ß|ẞ|Σ", "ss|ς")]
    [InlineData("(?i:A)b", "ab|Ab", "aB|AB")]
    [InlineData("a(?i)b|c", "aB|C|ab", "AB")]
    [InlineData("(a(?i)b)c", "aBc", "aBC")]
    [InlineData("(?m)^b$", "a\nb|b\na|b", "ab|a b")]
    [InlineData("^b$", "b|b\n", "a\nb|b\nb|b\n\n")]
    [InlineData("a\\Z", "a|a\n", "a\n\n")]
    [InlineData("a\\z", "a", "a\n")]
    [InlineData("\\Aa", "a|ab", "\na|ba")]
    [InlineData("\\bé\\b", "é|a é b|é-", "éa|aé")]
    [InlineData("a\\b.b", "a-b|a b", "acb|a\u200db")]
    [InlineData("^[a-z-[aeiou]]+$", "bcd", "abc|😀")]
    [InlineData("^[^a-z-[aeiou]]+$", "ABC😀", "abc")]
    [InlineData("^[]a-]+$", "]a-", "b")]
    [InlineData("^[\\]\\-[^]$", "[|]|-|^", "a")]
    [InlineData("^[\\w-.]+$", "a-b.c", "a b")]
    [InlineData("^\\p{Lu}\\P{Lu}$", "Aa|Éa|A😀", "aa|AA")]
    [InlineData("^\\p{IsGreek}$", "σ", "s")]
    [InlineData("^\\x41\\u0042\\t\\cA$", "AB\t\u0001", "AB\t\u0002")]
    [InlineData("^a{2,3}?b{0}c{1,}$", "aac|aaacc", "ac|aabc")]
    [InlineData("^a{300}b{2,290}$", "", "a")]
    [InlineData("^a{2,}b{254,}$|^(?:x{1,290}){0}$", "", "aab")]
    [InlineData("^(?:(?:x+)?)+$|y", "|x|y", "a")]
    [InlineData("^a{,3}{1}$", "a{,3}", "aaa")]
    [InlineData("(?x) a b # comment\n [ ] c + ?", "ab c", "ab|abc")]
    [InlineData("a(?# comment)b", "ab", "a")]
    [InlineData("(?<name>a)(?'other'b)(?n:(c))", "abc", "ab")]
    [InlineData("(?:^)*a(?:$)?|()", "a|b|", null)]
    [InlineData("", "|a", null)]
    [InlineData("a||b", "|c", null)]
    [InlineData("***:a|(?:b)", "", "a", true)]
    [InlineData("[[:alpha:]]", "", "a", true)]
    [InlineData("[😀]", "", "a", true)]
    [InlineData("a\\Bb", "", "a", true)]
    [InlineData("[^\\uD83D]", "", "a", true)]
    [InlineData("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\\11", "", "a", true)]
    [InlineData("(?:(?:a*b?){0,30}){0,30}c", "", "a", true)]
    [InlineData("(?:(?:a{255}){255}){255}c", "", "a", true)]
    [InlineData("(?:^|a)?(?:$|b)*(?:^|a)?(?:$|b)*(?:^|a)?(?:$|b)*(?:^|a)?(?:$|b)*(?:^|a)?(?:$|b)*(?:^|a)?(?:$|b)*", "", "a", true)]
    public void Construct_matches_the_same_everywhere_or_is_refused_everywhere(string pattern, string matching, string? others, bool refused = false)
    {
        var query = "description.regex=" + Uri.EscapeDataString($"\"{pattern}\"");
        if (refused)
        {
            var error = Assert.Single(Assert.Throws<QueryException>(() => Filter.Parse(query, TicketTable.Schema)).Errors);
            Assert.Equal(QueryErrorKind.BadValue, error.Kind);
            return;
        }

        string[] expected = matching.Length == 0 && others is not null ? [] : matching.Split('|');
        string[] documents = [.. expected.Concat(others?.Split('|') ?? []).Select(Document)];

        using var table = database.Table(documents);
        var filter = Filter.Parse(query, TicketTable.Schema);
        Assert.Equal(Enumerable.Range(0, expected.Length), InMemory(filter, documents));
        Assert.Equal(Enumerable.Range(0, expected.Length), table.Matching(filter));
    }

    [Fact]
    public void Sql_and_memory_agree_on_random_patterns()
    {
        string[] documents = [.. Texts.Select(Document)];
        using var table = database.Table(documents);
        var answered = 0;
        var cases = int.Parse(Environment.GetEnvironmentVariable("QUERY_AGREEMENT_CASES") ?? "300");
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(cases).WithEndSize(30),
            Prop.ForAll(Pattern(3).ToArbitrary(), pattern =>
            {
                Filter filter;
                try
                {
                    filter = Filter.Parse("description.regex=" + Uri.EscapeDataString($"\"{pattern}\""), TicketTable.Schema);
                }
                catch (QueryException)
                {
                    return;
                }

                var (inMemory, inSql) = (InMemory(filter, documents), table.Matching(filter));
                Assert.True(
                    inMemory.SequenceEqual(inSql),
                    $"{JsonSerializer.Serialize(pattern)}\n{string.Join('\n', inMemory.Except(inSql).Concat(inSql.Except(inMemory)).Select(i => documents[i]))}");
                answered++;
            }));
        Assert.True(answered > cases / 3, $"Only {answered} patterns were valid.");
    }

    private static List<int> InMemory(Filter filter, string[] documents) =>
        [.. Enumerable.Range(0, documents.Length).Where(i => filter.Matches(JsonElement.Parse(documents[i])))];

    private static string Document(string text) => $$"""{"description":{{JsonSerializer.Serialize(text)}}}""";

    private static Gen<string> Pattern(int depth)
    {
        var member = Gen.Elements("a", "b", "k", "_", "-", "^", "[", "\\]", "\\\\", "\\d", "\\w", "\\W", "\\s", "\\S", "\\p{L}", "\\P{Ll}", "\\-", "a-z", "A-F", "\u00e9", "\u03c3", "\\x41",
            "\\u00df", "\\n", "\\b", " ", "#", "$", ".", "{", "\u4e00-\u9fff", "\U0001F600", "\\cA", ":");
        var set = Gen.Zip(Gen.Elements("[", "[", "[^"), Gen.Zip(member.NonEmptyListOf(), Gen.Elements("]", "]", "]", "-[a-z]]", "-[^a\\d]]", "-]")))
            .Select(p => p.Item1 + string.Concat(p.Item2.Item1.Take(4)) + p.Item2.Item2);
        var atom = Gen.Frequency(
            (6, Gen.Elements("a", "b", "k", "K", "A", "-", "\u00e9", "\u03c3", "\u01c6", "\u00df", "i", "\u0131", "\U0001F600", "\U0001D49C", " ", "#", "{", "}", "]", "\\.", "\\\\", "\\[", "\\#", "\u200d")),
            (3, Gen.Elements(".", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\p{L}", "\\P{L}", "\\p{Lu}", "\\p{Mn}", "\\P{So}", "\\n", "\\t", "\\e", "\\x6b", "\\u212a", "\\012", "\\cA")),
            (2, Gen.Elements("^", "$", "\\A", "\\z", "\\Z", "\\b", "(?m)", "(?i)", "(?-i)", "(?s)", "(?x)", "(?-x)", "(?#c)", "(?im-s)")),
            (2, set));
        var part = depth == 0
            ? atom
            : Gen.Frequency((4, atom), (1, Gen.Zip(Gen.Elements("(", "(?:", "(?i:", "(?<n>", "(?s-i:", "(?m:", "(?x: "), Pattern(depth - 1)).Select(p => p.Item1 + p.Item2 + ")")));
        var quantified = Gen.Zip(part, Gen.Elements("", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2,3}?", "{0}", " *", "{,2}")).Select(p => p.Item1 + p.Item2);
        return Gen.Zip(quantified, Gen.Elements("", "", "", "", "|")).NonEmptyListOf().Select(list => string.Concat(list.Take(5).Select(p => p.Item1 + p.Item2)));
    }
}

public class PatternOnSqliteTests() : PatternTests(TicketDatabase.Sqlite);

public class PatternOnPostgresTests() : PatternTests(TicketDatabase.Postgres);
