using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Hub;

/// <summary>The query of a subscription: which events, and what of them.</summary>
internal sealed record EventQuery(Filter Filter, FieldSelection Fields)
{
    private const string FieldsParameter = "fields=";

    // A listener needs these to know what it got.
    private const string AlwaysSent = ",eventId,eventTime,eventType";

    /// <summary>Parses <c>eventType=A&amp;event.serviceOrder.state=completed&amp;fields=eventType</c>.</summary>
    /// <exception cref="QueryException">Lists every problem of the text.</exception>
    public static EventQuery Parse(string query, ResourceSchema schema)
    {
        QueryLimits.CheckText(query, "query");
        var clauses = query.TrimStart('?').Split('&');
        var fields = clauses.Where(IsFields)
            .Select(clause => Uri.UnescapeDataString(clause.Trim()[FieldsParameter.Length..].Replace('+', ' ')))
            .ToList();
        return new EventQuery(
            Filter.Parse(string.Join('&', clauses.Where(clause => !IsFields(clause))), schema),
            fields.TrueForAll(string.IsNullOrWhiteSpace) ? FieldSelection.All : FieldSelection.Parse(string.Join(',', fields) + AlwaysSent));
    }

    private static bool IsFields(string clause) => clause.AsSpan().Trim().StartsWith(FieldsParameter, StringComparison.Ordinal);
}
