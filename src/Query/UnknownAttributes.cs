namespace ServiceOrdering.Query;

/// <summary>
/// What becomes of a query that names an attribute which the resource's message does not have. It may be an extension member,
/// which is known only where it is found, or a slip of the fingers.
/// </summary>
public enum UnknownAttributes
{
    /// <summary>Conditions on it hold only where such a member is, and <c>fields</c> shows it only there.</summary>
    MatchNothing,

    /// <summary>The query is refused.</summary>
    Refuse,
}

/// <summary>A name of a path that is no attribute at its place.</summary>
/// <param name="Name">The name.</param>
/// <param name="Owner">What has no such attribute: a message, or an attribute that has none at all; null where one of several is meant.</param>
/// <param name="Hint">The end of a sentence, with the attribute that is near.</param>
internal sealed record UnknownAttribute(string Name, string? Owner, string Hint)
{
    // What other APIs ask for pages by.
    private static readonly HashSet<string> PagingWords = new(StringComparer.OrdinalIgnoreCase) { "page", "size", "pageSize", "page_size", "perPage", "per_page", "pageNumber" };

    public QueryError ToError(string parameter, int? position) => new(QueryErrorKind.UnknownAttribute, parameter,
        PagingWords.Contains(Name) ? $"'{Name}' means nothing here: a page is asked for by offset and limit." : $"'{Name}' is no attribute{(Owner is null ? "" : $" of {Owner}")}{Hint}", position);
}
