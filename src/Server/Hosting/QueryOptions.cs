namespace ServiceOrdering.Server.Hosting;

/// <summary>The section <c>Query</c> of the configuration: how queries are understood.</summary>
internal sealed record QueryOptions : ISettings
{
    private const string Refuse = "refuse";
    private const string MatchNothing = "match-nothing";

    /// <summary>
    /// What becomes of a query that names an attribute which its resource does not have: <c>match-nothing</c> (default), or
    /// <c>refuse</c> with 400. A caller asks for the second with <c>Prefer: handling=strict</c>.
    /// </summary>
    public string UnknownAttributes { get; init; } = MatchNothing;

    public bool RefusesUnknownAttributes => UnknownAttributes == Refuse;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (UnknownAttributes is not (Refuse or MatchNothing))
            yield return $"Query:UnknownAttributes is '{UnknownAttributes}'. Allowed: {Refuse}, {MatchNothing}.";
    }
}
