using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Hub;

/// <summary>The query of a subscription: which events, and what of them.</summary>
internal sealed record EventQuery(Filter Filter, FieldSelection Fields)
{
    private const string FieldsParameter = "fields";

    // A listener needs these to know what it got.
    private const string AlwaysSent = ",eventId,eventTime,eventType";

    /// <summary>
    /// Parses <c>eventType=A&amp;event.serviceOrder.state=completed&amp;fields=eventType</c>; a <c>filter</c> is JSONPath over the event.
    /// </summary>
    /// <exception cref="QueryException">Lists every problem of the text.</exception>
    public static EventQuery Parse(string query, ResourceSchema schema, UnknownAttributes unknown)
    {
        QueryLimits.CheckText(query, "query");
        var clauses = query.TrimStart('?').Split('&');
        var fields = clauses.Where(IsFields)
            .Select(clause => Uri.UnescapeDataString(clause[(clause.IndexOf('=', StringComparison.Ordinal) + 1)..].Replace('+', ' ')))
            .ToList();
        return new EventQuery(
            FilterQuery.Parse(string.Join('&', clauses.Where(clause => !IsFields(clause))), schema, unknown),
            fields.TrueForAll(string.IsNullOrWhiteSpace) ? FieldSelection.All : FieldSelection.Parse(string.Join(',', fields) + AlwaysSent, schema, unknown));
    }

    /// <summary>
    /// The query of a subscription that was registered. One that would be refused today was let through when what it asks for was
    /// taken for the name of an attribute, which no event has.
    /// </summary>
    public static EventQuery Stored(string query, ResourceSchema schema)
    {
        try
        {
            return Parse(query, schema, UnknownAttributes.MatchNothing);
        }
        catch (QueryException)
        {
            return new EventQuery(Filter.None, FieldSelection.All);
        }
    }

    private static bool IsFields(string clause) => clause.Split('=') is [var name, _, ..] && name.AsSpan().Trim().SequenceEqual(FieldsParameter);
}
