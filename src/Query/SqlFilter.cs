namespace ServiceOrdering.Query;

/// <summary>A parameter of translated SQL.</summary>
/// <param name="Name">With its marker: <c>@p0</c>.</param>
/// <param name="Value">A string or a double.</param>
public readonly record struct SqlParameter(string Name, object Value);

/// <summary>A condition for a WHERE clause. It may be NULL where it does not hold: do not negate it with NOT.</summary>
public sealed record SqlFilter(string Where, IReadOnlyList<SqlParameter> Parameters);

/// <summary>The terms of an ORDER BY clause.</summary>
public sealed record SqlOrder(string OrderBy, IReadOnlyList<SqlParameter> Parameters);

/// <summary>Where the attributes are. These are the caller's constants: they become part of the SQL text.</summary>
/// <param name="Document">The expression of the JSON text, such as <c>body</c>.</param>
/// <param name="Attributes">
/// Columns by attribute path, such as <c>orderDate</c> → <c>order_date</c>, for attributes with at most one value. A text,
/// enum or date column holds the JSON text, a number column an INTEGER or REAL, a boolean column 1 or 0 or, in PostgreSQL,
/// a boolean. Conditions use the bare column, so that its index serves them. Must map <c>id</c> for sorting.
/// </param>
public sealed record SqlColumns(string Document, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Rows by attribute path, for text attributes of which a document may have many. Default: none, they are looked for in the document.</summary>
    public IReadOnlyDictionary<string, SqlValues> Lists { get; init; } = new Dictionary<string, SqlValues>();
}

/// <summary>A table with the values of an attribute, so that an index finds the documents that have one.</summary>
/// <param name="Table">The table.</param>
/// <param name="Where">What its rows of this attribute have in common.</param>
/// <param name="Id">The column with the id of the document.</param>
/// <param name="Value">The column with the value.</param>
public sealed record SqlValues(string Table, string Where, string Id, string Value);
