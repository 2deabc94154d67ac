using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace ServiceOrdering.Query.Tests;

/// <summary>The database and the in-memory evaluation give the same answer, whatever the documents and the filter.</summary>
public abstract class AgreementTests(TicketDatabase database)
{
    private static readonly string[] Texts =
        ["", "x", "X", "5", "5.0", "1e3", "-0", "true", "null", "a,b", "it's", "q\"q", "back\\slash", "%41", "a b", "a+b", "\u00e9",
         "\ufffd", "\U0001F600", "line\nbreak", "cut\0here", "2026-01-15T08:00:00.000Z", "{\"a\":1}", "[1]", "held", "; DROP TABLE ticket"];

    private static readonly string[] Numbers =
        ["0", "-0.0", "5", "5.0", "1e3", "1000", "1E-2", "0.1", "-7", "9007199254740993", "9007199254740992", "12345678901234567890", "1.7e300"];

    private static readonly string[] Names = ["a", "x", "5", "@meta", "q\"q", "b\\s", "it's", "\u00e9", "id", "author", "note", "0", "$"];

    private static readonly string[] Dates =
        ["2026-01-15T08:00:00.000Z", "2026-01-15T08:00:00.001Z", "2025-12-31T23:59:59.999Z", "2026-01-16T00:00:00.000Z"];

    private static readonly string[] QueryDates =
        ["2026-01-15T08:00:00Z", "2026-01-15T09:00:00+01:00", "2026-01-15T08:00:00.0005Z", "2026-01-16", "2026-01-15T08:00", "2025-12-31 23:59:59.999"];

    private static readonly string[] States = ["held", "inProgress", "done"];

    private static readonly string[] Patterns = ["^x", "5", "[a-z]+$", "(?i)X", "é|😀", "\\d{1,3}", "here", "."];

    private static readonly string[] Paths =
        ["id", "@type", "description", "state", "rank", "weight", "urgent", "orderDate", "note", "note.author", "note.text", "note.date",
         "note.a", "note.a.x", "tag", "score", "pastState", "site", "site.name", "site.parent.name", "site.nosuch", "site.note.author",
         "value", "value.a", "value.a.x", "ticketItem.id", "ticketItem.state", "ticketItem.characteristic.name", "ticketItem.characteristic.value",
         "ticketItem.characteristic.value.a", "ticketItem.ticketItem.state", "owner", "a", "a.a", "x.a.5", "a.b\\s", "q\"q", "it's.@meta",
         "\u00e9", "0", "a.0", "extensions", "$", "state.a.b"];

    private static readonly Gen<string> Json = Gen.Sized(size => JsonOf(Math.Min(size, 3)));

    private static readonly Gen<string> Document = Object(
        ("id", Text), ("@type", Text), ("description", Text), ("state", State), ("rank", Integer), ("weight", Number), ("urgent", Bool),
        ("orderDate", Date), ("note", Array(Note)), ("tag", Array(Text)), ("score", Array(Integer)), ("pastState", Array(State)),
        ("site", Site), ("value", Json), ("ticketItem", Array(Item)), ("owner", Text),
        ("a", Json), ("x", Json), ("5", Json), ("it's", Json), ("q\"q", Json), ("\u00e9", Json), ("0", Json), ("extensions", Json), ("$", Json));

    private static readonly Gen<string> Query = Gen.OneOf(
        Flat(),
        JsonPath().Select(Parameter),
        Gen.Zip(JsonPath(), JsonPath()).Select(either => $"{Parameter(either.Item1)}&{Parameter(either.Item2)}"));

    private static Gen<string> Text => Gen.Elements(Texts).Select(Quoted);

    private static Gen<string> Number => Gen.Elements(Numbers);

    private static Gen<string> Integer => Gen.Elements("-7", "0", "5", "1000");

    private static Gen<string> Bool => Gen.Elements("true", "false");

    private static Gen<string> State => Gen.Elements(States).Select(Quoted);

    private static Gen<string> Date => Gen.Elements(Dates).Select(Quoted);

    private static Gen<string> Note => Object(("author", Text), ("text", Text), ("date", Date), ("a", Json));

    private static Gen<string> Site => Object(("name", Text), ("parent", Object(("name", Text))), ("note", Array(Note)));

    private static Gen<string> Item => Object(
        ("id", Text), ("state", State), ("characteristic", Array(Object(("name", Text), ("value", Json)))),
        ("ticketItem", Array(Object(("state", State)))), ("a", Json));

    [Fact]
    public void Sql_and_memory_agree_on_random_filters_and_documents()
    {
        var cases = int.Parse(Environment.GetEnvironmentVariable("QUERY_AGREEMENT_CASES") ?? "300");
        var answered = 0;
        var matched = 0;
        using var table = database.Table();
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(cases).WithEndSize(30),
            Prop.ForAll(Gen.Zip(Document.ArrayOf(6), Gen.ArrayOf(Query, 8)).ToArbitrary(), sample =>
            {
                var documents = sample.Item1.Select(database.Storable).ToArray();
                table.Fill(documents);
                foreach (var text in sample.Item2)
                {
                    Filter filter;
                    try
                    {
                        filter = FilterQuery.Parse(text, TicketTable.Schema);
                    }
                    catch (QueryException)
                    {
                        continue;
                    }

                    var inMemory = Enumerable.Range(0, documents.Length).Where(i => Matches(filter, documents[i])).ToList();
                    var inSql = table.Matching(filter);
                    if (!inMemory.SequenceEqual(inSql))
                    {
                        Assert.Fail(Describe(filter, text, documents, inMemory, inSql));
                    }

                    answered++;
                    matched += inSql.Count;
                }
            }));
        Assert.True(answered > cases * 4, $"Only {answered} filters were valid.");
        Assert.True(matched > cases, $"Only {matched} documents matched.");
    }

    private static bool Matches(Filter filter, string document)
    {
        using var parsed = JsonDocument.Parse(document);
        return filter.Matches(parsed);
    }

    private string Describe(Filter filter, string text, string[] documents, List<int> inMemory, List<int> inSql)
    {
        var differing = inMemory.Except(inSql).Concat(inSql.Except(inMemory)).Select(i => documents[i]);
        return $"{text}\nin memory: {string.Join(',', inMemory)}, in SQL: {string.Join(',', inSql)}\n{string.Join('\n', differing)}\n"
            + database.Dialect.Translate(filter, TicketTable.Columns).Where;
    }

    private static Gen<string> Flat()
    {
        var op = Gen.Elements("=", "==", "=", " = ", ".ne=", ".gt=", ".gte=", ".lt=", ".lte=", ">", ">=", "<", "<=", "!=");
        var values = Gen.Zip(Gen.Elements(Paths), Gen.Choose(1, 3)).SelectMany(p => Value(p.Item1).ListOf(p.Item2).Select(v => (p.Item1, v)));
        var compared = Gen.Zip(values, op).Select(c => Escape(c.Item1.Item1) + c.Item2 + string.Join(',', c.Item1.v.Select(v => Escape($"\"{v}\""))));
        var pattern = Gen.Zip(Gen.Elements(Paths), Gen.Elements(Patterns)).Select(c => $"{Escape(c.Item1)}.regex={Escape(c.Item2)}");
        var clause = Gen.Frequency((5, compared), (1, pattern));
        return Gen.Zip(clause, Gen.Elements("&", ";")).NonEmptyListOf()
            .Select(list => string.Concat(list.Take(4).Select(c => c.Item1 + c.Item2)));
    }

    private static Gen<string> JsonPath() => Gen.OneOf(
        Gen.Zip(Gen.Elements("", ".ticket", "['ticket'][*]"), Expression(3, "")).Select(e => $"${e.Item1}[?({e.Item2})]"),
        Elements(2, "").Select(e => "$" + e));

    private static string Parameter(string path) => "filter=" + Escape(path);

    private static Gen<string> Expression(int depth, string scope)
    {
        var inside = Paths.Where(p => p.StartsWith(scope + ".", StringComparison.Ordinal)).Select(p => p[(scope.Length + 1)..]);
        var any = Gen.Elements(scope.Length == 0 ? Paths : [.. inside, "", "", "a", "x"]);
        var op = Gen.Elements("==", "==", "!=", "<", "<=", ">", ">=");
        var comparison = any.SelectMany(p => Gen.Zip(op, Literal(p.Length == 0 ? scope : scope.Length == 0 ? p : $"{scope}.{p}"))
            .Select(c => $"@{Bracket(p)} {c.Item1} {c.Item2}"));
        var match = Gen.Zip(any, Gen.Elements(Patterns)).Select(c => $"@{Bracket(c.Item1)} =~ /{c.Item2}/");
        var exists = any.Select(p => "@" + Bracket(p));
        var leaf = Gen.Frequency((5, comparison), (1, match), (1, exists));
        if (depth == 0)
        {
            return leaf;
        }

        var inner = Gen.Zip(Expression(depth - 1, scope), Expression(depth - 1, scope));
        return Gen.Frequency(
            (3, leaf),
            (1, inner.Select(p => $"{p.Item1} && {p.Item2}")),
            (1, inner.Select(p => $"({p.Item1} || {p.Item2})")),
            (1, inner.Select(p => $"!({p.Item1})")),
            (scope.Length == 0 ? 2 : 0, Elements(depth - 1, scope).Select(e => "@" + e)));
    }

    private static Gen<string> Elements(int depth, string scope) =>
        Gen.Elements("note", "ticketItem", "site", "a", "x", "value", "tag", "ticketItem.characteristic", "site.note")
            .SelectMany(p => Gen.Zip(Expression(depth, p), Gen.Elements("", "", ".a", ".author")).Select(e => $"{Bracket(p)}[?({e.Item1})]{e.Item2}"));

    private static Gen<string> Value(string path) => Gen.OneOf(Gen.Elements(Fitting(path)), Gen.Elements(Fitting(path)), Gen.Elements(Texts));

    private static Gen<string> Literal(string path) => Gen.OneOf(
        Gen.Elements(Fitting(path)).Select(Quoted),
        Gen.Elements(Texts).Select(Quoted),
        Number,
        Gen.Elements("true", "false", "null"));

    private static string[] Fitting(string path) => path switch
    {
        "state" or "pastState" or "ticketItem.state" or "ticketItem.ticketItem.state" => States,
        "orderDate" or "note.date" => QueryDates,
        "rank" or "weight" or "score" => Numbers,
        "urgent" => ["true", "false"],
        _ => [.. Texts, .. Numbers, "true", "false"],
    };

    private static string Bracket(string path) => path.Length == 0 ? "" : string.Concat(path.Split('.').Select(name => $"[{Quoted(name)}]"));

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static Gen<string> JsonOf(int depth)
    {
        var scalar = Gen.OneOf(Text, Number, Bool, Gen.Constant("null"));
        return depth == 0
            ? scalar
            : Gen.Frequency(
                (3, scalar),
                (2, Array(JsonOf(depth - 1))),
                (2, Gen.Zip(Gen.Elements(Names), JsonOf(depth - 1)).ArrayOf()
                    .Select(m => "{" + string.Join(',', m.DistinctBy(p => p.Item1).Select(p => $"{Quoted(p.Item1)}:{p.Item2}")) + "}")));
    }

    private static Gen<string> Array(Gen<string> element) =>
        Gen.Choose(0, 3).SelectMany(n => element.ArrayOf(n)).Select(e => "[" + string.Join(',', e) + "]");

    private static Gen<string> Object(params (string Name, Gen<string> Value)[] members) => members
        .Aggregate(Gen.Constant(Enumerable.Empty<string>()), (all, member) => Gen.Zip(all, Gen.Zip(Gen.Elements(true, false), member.Value))
            .Select(p => p.Item2.Item1 ? p.Item1.Append($"{Quoted(member.Name)}:{p.Item2.Item2}") : p.Item1))
        .Select(list => "{" + string.Join(',', list) + "}");
}

public class AgreementOnSqliteTests() : AgreementTests(TicketDatabase.Sqlite);

public class AgreementOnPostgresTests() : AgreementTests(TicketDatabase.Postgres);
