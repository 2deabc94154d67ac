namespace ServiceOrdering.Query;

/// <summary>
/// PostgreSQL 15 or newer. The document is a text that <c>jsonb</c> takes: without U+0000 and halves of surrogate pairs, and
/// with numbers within the range of a double, and ASCII letters, digits, blanks and <c>-_.:</c> are never escaped: as
/// <c>ServiceOrdering.Json</c> writes it. Text columns are <c>collate "C"</c>. Absent values come last: an index that serves
/// a descending order is <c>desc nulls last</c>. JIT must be off: compiling these conditions takes longer than running them.
/// </summary>
public sealed class PostgresDialect : SqlDialect
{
    /// <summary>The dialect; it has no state.</summary>
    public static PostgresDialect Instance { get; } = new();

    /// <inheritdoc/>
    // OFFSET 0 keeps the planner from writing the cast into each use. 2 KB take 14 µs to parse.
    internal override (string From, string Json)? Open(string document) =>
        ($"(SELECT {document}::jsonb AS opened OFFSET 0) AS document", "document.opened");

    /// <inheritdoc/>
    internal override string Occurs(string text, string document) => $"strpos({document}, {text}) > 0";

    /// <inheritdoc/>
    internal override SqlPlace At(string json, IReadOnlyList<string> path) => Place(json, path);

    /// <inheritdoc/>
    internal override SqlRows Elements(string json, IReadOnlyList<string> path, string alias) => Rows(Value(json, path), alias);

    /// <inheritdoc/>
    internal override SqlRows Members(string json, IReadOnlyList<string> path, string nameParameter, string alias) =>
        Rows($"{Value(json, path)} -> {nameParameter}", alias);

    /// <inheritdoc/>
    internal override string Text(SqlPlace place) => place switch
    {
        { IsColumn: true } => place.Value,
        { Path: [] } => $"({place.Json} #>> '{{}}') COLLATE \"C\"",
        _ => $"({Value(place.Json, [.. place.Path.SkipLast(1)])} ->> {Literal(place.Path[^1])}) COLLATE \"C\"",
    };

    /// <inheritdoc/>
    // A number that is no double must not fail the list: it is the nearest one, as in memory.
    internal override string Number(SqlPlace place) => place.IsColumn
        ? place.Value
        : $"(SELECT CASE WHEN abs(number) < 2.4703282292062328e-324 THEN 0 WHEN abs(number) < 1.79769313486231580793e308 THEN number::float8 "
            + $"ELSE sign(number) * float8 'Infinity' END FROM (SELECT CASE WHEN {IsNumber(place)} THEN ({place.Value})::numeric END AS number OFFSET 0) AS n)";

    /// <inheritdoc/>
    internal override string Boolean(SqlPlace place) => place.Value;

    /// <inheritdoc/>
    internal override string Boolean(SqlPlace place, bool value) => place.IsColumn ? value ? "TRUE" : "FALSE" : $"'{(value ? "true" : "false")}'::jsonb";

    /// <inheritdoc/>
    internal override string Pattern(string pattern) => QueryRegex.ForPostgres(pattern);

    /// <inheritdoc/>
    internal override string IsMatch(string pattern, string text) => $"{text} ~ {pattern}";

    /// <inheritdoc/>
    internal override string SortFound(SqlPlace place) =>
        $"CASE {place.Kind} WHEN 'string' THEN ROW(1, 0::float8, {Text(place)}) WHEN 'number' THEN ROW(0, {Number(place)}, ''::text COLLATE \"C\") "
            + $"WHEN 'boolean' THEN ROW(0, ({place.Value} = 'true'::jsonb)::int::float8, ''::text COLLATE \"C\") END";

    /// <inheritdoc/>
    internal override string IsText(SqlPlace place) => $"{place.Kind} = 'string'";

    /// <inheritdoc/>
    internal override string IsNumber(SqlPlace place) => $"{place.Kind} = 'number'";

    /// <inheritdoc/>
    internal override string IsBoolean(SqlPlace place, bool value) => $"{place.Value} = {Boolean(place, value)}";

    // In its lax mode $[*] is the elements of an array, and anything else itself.
    private static SqlRows Rows(string value, string alias) =>
        new($"jsonb_path_query({value}, '$[*]') AS {alias}(value)", "TRUE", Place($"{alias}.value", []));

    private static SqlPlace Place(string json, IReadOnlyList<string> path)
    {
        var value = Value(json, path);
        return new SqlPlace(json, path, value, $"jsonb_typeof({value})", $"jsonb_typeof({value}) <> 'null'");
    }

    private static string Value(string json, IReadOnlyList<string> path) => json + string.Concat(path.Select(name => $" -> {Literal(name)}"));

    private static string Literal(string name) => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";
}
