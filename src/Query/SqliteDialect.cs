namespace ServiceOrdering.Query;

/// <summary>
/// SQLite 3.38 or newer. Connections must have <see cref="QueryRegex.FunctionName"/> registered, see <see cref="QueryRegex"/>.
/// SQLite may read a number of 16 or more digits with an extreme exponent (such as 1.2345678901234567e-250) one unit in the
/// last place off; there it can differ from in-memory evaluation.
/// </summary>
public sealed class SqliteDialect : SqlDialect
{
    /// <summary>The dialect; it has no state.</summary>
    public static SqliteDialect Instance { get; } = new();

    /// <inheritdoc/>
    internal override SqlPlace At(string json, IReadOnlyList<string> path)
    {
        var value = $"{json} ->> {Literal(path)}";
        return new SqlPlace(json, path, value, "", $"{value} IS NOT NULL");
    }

    /// <inheritdoc/>
    internal override SqlRows Elements(string json, IReadOnlyList<string> path, string alias)
    {
        var value = $"{alias}.value";
        return new SqlRows($"json_each({json}, {Literal(path)}) AS {alias}", "TRUE", new SqlPlace(value, [], value, "", "TRUE"));
    }

    /// <inheritdoc/>
    internal override SqlRows Members(string json, IReadOnlyList<string> path, string nameParameter, string alias)
    {
        // m is the member, e its elements. Only arrays and objects may be given to json_each as text; for a scalar one
        // dummy row is made and m itself is read, since its value would lose its type on the way through JSON text.
        var (m, e) = (alias + "m", alias + "e");
        var from = $"json_each({json}, {Literal(path)}) AS {m}, json_each(CASE {m}.type "
            + $"WHEN 'array' THEN {m}.value WHEN 'object' THEN '[' || {m}.value || ']' ELSE '[0]' END) AS {e}";
        var isScalar = $"{m}.type NOT IN ('array', 'object')";
        var kind = $"iif({isScalar}, {m}.type, {e}.type)";
        var place = new SqlPlace(
            Json: $"CASE {e}.type WHEN 'object' THEN {e}.value END",
            Path: [],
            Value: $"iif({isScalar}, {m}.value, {e}.value)",
            Kind: kind,
            Present: $"{kind} <> 'null'");
        // The keys of an array are integers, which equal no text.
        return new SqlRows(from, $"{m}.key = {nameParameter}", place);
    }

    /// <inheritdoc/>
    internal override string Text(SqlPlace place) => place.Value;

    /// <inheritdoc/>
    internal override string Number(SqlPlace place) => $"CAST({place.Value} AS REAL)";

    /// <inheritdoc/>
    internal override string Boolean(SqlPlace place) => place.Value;

    /// <inheritdoc/>
    internal override string Boolean(SqlPlace place, bool value) => value ? "1" : "0";

    /// <inheritdoc/>
    internal override string IsMatch(string pattern, string text) => $"{QueryRegex.FunctionName}({pattern}, {text})";

    /// <inheritdoc/>
    internal override string SortFound(SqlPlace place) => $"CASE WHEN {place.Kind} NOT IN ('array', 'object') THEN {place.Value} END";

    /// <inheritdoc/>
    internal override string IsText(SqlPlace place) => $"{place.Kind} = 'text'";

    /// <inheritdoc/>
    internal override string IsNumber(SqlPlace place) => $"{place.Kind} IN ('integer', 'real')";

    /// <inheritdoc/>
    internal override string IsBoolean(SqlPlace place, bool value) => $"{place.Kind} = '{(value ? "true" : "false")}'";

    private static string Literal(IReadOnlyList<string> path) =>
        "'$" + string.Concat(path.Select(name => "." + Quote(name))).Replace("'", "''", StringComparison.Ordinal) + "'";

    private static string Quote(string name) => name.All(char.IsAsciiLetterOrDigit) ? name : $"\"{name}\"";
}
