namespace ServiceOrdering.Query;

/// <summary>A place in a document, as SQL.</summary>
/// <param name="Json">The nearest enclosing JSON text that the database can open: a column or a row's value.</param>
/// <param name="Path">Known names from there to the place.</param>
/// <param name="Value">The SQL value at the place.</param>
/// <param name="Kind">An expression of the JSON type found at the place; empty where the schema says it.</param>
/// <param name="Present">A condition: there is something other than null.</param>
internal sealed record SqlPlace(string Json, IReadOnlyList<string> Path, string Value, string Kind, string Present)
{
    /// <summary>Whether it is one of the caller's columns, with a value of the attribute's own type.</summary>
    public bool IsColumn { get; init; }
}

/// <summary>A source of rows, one per value.</summary>
/// <param name="From">For the FROM clause.</param>
/// <param name="Where">A condition that picks the rows.</param>
/// <param name="Place">The value in a row.</param>
internal sealed record SqlRows(string From, string Where, SqlPlace Place);

/// <summary>
/// Translates filters and sort orders. Texts of a client only ever become parameters; the SQL text holds names of the
/// schema, names of the caller's columns and our own words. A dialect says how its database opens JSON.
/// </summary>
public abstract class SqlDialect
{
    /// <summary>Translates a filter; <see cref="Filter.All"/> becomes <c>TRUE</c>.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="columns">Where the attributes are.</param>
    /// <param name="parameterPrefix">Parameters are this and a number; choose another when two texts go into one statement.</param>
    public SqlFilter Translate(Filter filter, SqlColumns columns, string parameterPrefix = "p")
    {
        var translation = new SqlTranslation(this, columns, parameterPrefix);
        return new SqlFilter(translation.Condition(filter.Root), translation.Parameters);
    }

    /// <summary>Translates a sort order; it always ends with the id, in the direction that the order begins with.</summary>
    /// <param name="order">The order.</param>
    /// <param name="columns">Where the attributes are; <c>id</c> must be among them.</param>
    /// <param name="parameterPrefix">As for a filter.</param>
    public SqlOrder Translate(SortOrder order, SqlColumns columns, string parameterPrefix = "s")
    {
        var translation = new SqlTranslation(this, columns, parameterPrefix);
        var terms = order.Keys
            .Select(key => $"{translation.SortValue(key.Path)} {(key.Descending ? "DESC" : "ASC")} NULLS LAST")
            .Append(columns.Attributes["id"] + (order.Keys is [{ Descending: true }, ..] ? " DESC" : ""));
        return new SqlOrder(string.Join(", ", terms), translation.Parameters);
    }

    /// <summary>
    /// A source of one row with the document opened, and the opened document, where opening it again for each condition is
    /// dear; otherwise null.
    /// </summary>
    internal virtual (string From, string Json)? Open(string document) => null;

    /// <summary>Whether a text occurs in a document's text; asked beside conditions on an opened document.</summary>
    internal virtual string Occurs(string text, string document) => "TRUE";

    /// <summary>The place under known names.</summary>
    internal abstract SqlPlace At(string json, IReadOnlyList<string> path);

    /// <summary>The elements of the array under known names.</summary>
    internal abstract SqlRows Elements(string json, IReadOnlyList<string> path, string alias);

    /// <summary>
    /// What an object has under a name whose content only the document knows: the elements if it is an array, otherwise
    /// itself. The object may turn out to be anything; then there are no rows.
    /// </summary>
    internal abstract SqlRows Members(string json, IReadOnlyList<string> path, string nameParameter, string alias);

    /// <summary>A text, or NULL or any text where something else is.</summary>
    internal abstract string Text(SqlPlace place);

    /// <summary>A number, compared as a double.</summary>
    internal abstract string Number(SqlPlace place);

    /// <summary>A value that equals one of <see cref="Boolean(SqlPlace, bool)"/>.</summary>
    internal abstract string Boolean(SqlPlace place);

    /// <summary>A boolean as a constant.</summary>
    internal abstract string Boolean(SqlPlace place, bool value);

    /// <summary>A pattern as <see cref="IsMatch"/> takes it.</summary>
    internal virtual string Pattern(string pattern) => pattern;

    /// <summary>Whether a pattern occurs in a text.</summary>
    internal abstract string IsMatch(string pattern, string text);

    /// <summary>Free JSON to sort by: numbers and booleans before texts; anything else as if absent.</summary>
    internal abstract string SortFound(SqlPlace place);

    /// <summary>Whether free JSON is a text.</summary>
    internal abstract string IsText(SqlPlace place);

    /// <summary>Whether free JSON is a number.</summary>
    internal abstract string IsNumber(SqlPlace place);

    /// <summary>Whether free JSON is this boolean.</summary>
    internal abstract string IsBoolean(SqlPlace place, bool value);
}
