using System.Collections.Immutable;

namespace ServiceOrdering.Query;

internal sealed record SortKey(AttributePath Path, bool Descending);

/// <summary>
/// The order of a list: <c>-orderDate,+priority</c>. Absent values come last in both directions, ties are ordered by id.
/// An attribute with several values sorts by the first one.
/// </summary>
public sealed class SortOrder
{
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
    /// Parses a sort text that is already percent-decoded. A blank, or nothing, in place of <c>+</c> is ascending. An
    /// attribute that does not exist, or is an object, orders nothing. A null or empty text is <see cref="ById"/>.
    /// </summary>
    /// <exception cref="QueryException">A name is missing, or a limit exceeded.</exception>
    public static SortOrder Parse(string? sort, ResourceSchema schema)
    {
        if (string.IsNullOrWhiteSpace(sort))
        {
            return ById;
        }

        QueryLimits.CheckText(sort, "sort");
        var errors = new List<QueryError>();
        var keys = ImmutableArray.CreateBuilder<SortKey>();
        foreach (var part in sort.Split(','))
        {
            var text = part.Trim();
            var names = text.TrimStart('+', '-').Trim().Split('.');
            if (names.Any(name => name.Length == 0) || text.Contains('\0'))
            {
                errors.Add(new QueryError(QueryErrorKind.BadSyntax, "sort", $"'{text}' is not [+|-]attribute."));
            }
            else if (names.Length > QueryLimits.Depth)
            {
                errors.Add(new QueryError(QueryErrorKind.TooLarge, "sort", $"A path is more than {QueryLimits.Depth} names deep."));
            }
            else
            {
                keys.Add(new SortKey(schema.Scope.Resolve(names), text.StartsWith('-')));
            }
        }

        if (keys.Count > QueryLimits.SortKeys)
        {
            errors.Add(new QueryError(QueryErrorKind.TooLarge, "sort", $"More than {QueryLimits.SortKeys} attributes to sort by."));
        }

        return errors.Count > 0 ? throw new QueryException(errors) : new SortOrder(keys.ToImmutable());
    }
}
