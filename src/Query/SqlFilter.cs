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
/// enum or date column holds the JSON text, a number column an INTEGER or REAL, a boolean column 1 or 0. Conditions use the
/// bare column, so that its index serves them. Must map <c>id</c> for sorting.
/// </param>
public sealed record SqlColumns(string Document, IReadOnlyDictionary<string, string> Attributes);
