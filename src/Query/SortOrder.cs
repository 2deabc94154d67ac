using System.Collections.Immutable;

namespace ServiceOrdering.Query;

internal sealed record SortKey(AttributePath Path, bool Descending);

/// <summary>
/// The order of a list: <c>-orderDate,+priority</c>. Absent values come last in both directions. Ties are ordered
/// by id, downwards where the first attribute is: the newest first.
/// An attribute with several values sorts by the first one.
/// </summary>
public sealed class SortOrder
{
    private const string Parameter = "sort";

    private SortOrder(ImmutableArray<SortKey> keys)
    {
        Keys = keys;
    }

    /// <summary>By id only.</summary>
    public static SortOrder ById { get; } = new([]);

    internal ImmutableArray<SortKey> Keys { get; }

    /// <summary>The paths of the attributes that are sorted by.</summary>
    public IReadOnlyList<string> Paths => [.. Keys.Select(key => key.Path.Text)];

    /// <summary>
    /// Parses a sort text that is already percent-decoded. A blank, or nothing, in place of <c>+</c> is ascending; a path may be
    /// JSONPath that is nothing but names (<c>-$.orderDate</c>). A null or empty text is <see cref="ById"/>.
    /// </summary>
    /// <exception cref="QueryException">
    /// A name is missing or is no attribute, an attribute is an object and so has no order, a limit is exceeded, or JSONPath asks
    /// for more than a path.
    /// </exception>
    public static SortOrder Parse(string? sort, ResourceSchema schema)
    {
        if (string.IsNullOrWhiteSpace(sort))
        {
            return ById;
        }

        QueryLimits.CheckText(sort, Parameter);
        var errors = new List<QueryError>();
        var keys = ImmutableArray.CreateBuilder<SortKey>();
        foreach (var part in PlainPath.Split(sort))
        {
            try
            {
                keys.Add(ReadKey(part.Trim(), schema));
            }
            catch (QueryException e)
            {
                errors.AddRange(e.Errors);
            }
        }

        if (keys.Count > QueryLimits.SortKeys)
        {
            errors.Add(new QueryError(QueryErrorKind.TooLarge, Parameter, $"More than {QueryLimits.SortKeys} attributes to sort by."));
        }

        return errors.Count > 0 ? throw new QueryException(errors) : new SortOrder(keys.ToImmutable());
    }

    private static SortKey ReadKey(string text, ResourceSchema schema)
    {
        var path = text.TrimStart('+', '-').Trim();
        List<string> names = PlainPath.IsJsonPath(path) ? PlainPath.Names(path, Parameter, schema) : [.. path.Split('.')];
        if (names.Count == 0 || names.Any(name => name.Length == 0) || text.Contains('\0'))
        {
            throw new QueryException(QueryErrorKind.BadSyntax, Parameter, $"'{text}' is not [+|-]attribute.");
        }

        if (names.Count > QueryLimits.Depth)
        {
            throw new QueryException(QueryErrorKind.TooLarge, Parameter, $"A path is more than {QueryLimits.Depth} names deep.");
        }

        // Where nothing can be in order, there must be no order that looks like one.
        var resolved = schema.Scope.Resolve(names);
        return resolved.Unknown is { } unknown ? throw new QueryException([unknown.ToError(Parameter, position: null)])
            : resolved.Type == AttributeType.Object ? throw new QueryException(QueryErrorKind.BadOperator, Parameter, $"{resolved.Text} has attributes of its own, and no order: sort by one of them.")
            : new SortKey(resolved, text.StartsWith('-'));
    }
}
