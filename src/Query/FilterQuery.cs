using System.Net;

namespace ServiceOrdering.Query;

/// <summary>
/// The part of a query string that says which resources are meant: conditions of the flat grammar and, as the parameter
/// <c>filter</c>, JSONPath filters. The conditions have to hold, and one of the JSONPath filters: a parameter that is repeated
/// is an "either", as an attribute is.
/// </summary>
public static class FilterQuery
{
    private const string FilterParameter = "filter";
    private const string Blanks = " +";

    /// <summary>Parses <c>state=held&amp;filter=$[?(@.priority=='1')]</c>; percent-encoded or not. Null or empty is <see cref="Filter.All"/>.</summary>
    /// <exception cref="QueryException">Lists every problem of the text; one that exceeds a limit as a whole is not looked at further.</exception>
    public static Filter Parse(string? query, ResourceSchema schema, UnknownAttributes unknown = UnknownAttributes.MatchNothing)
    {
        QueryLimits.CheckText(query ?? "", "query");
        var (paths, conditions) = Split(query ?? "");
        if (paths.Count > QueryLimits.Clauses)
            throw TooManyConditions();

        var errors = new List<QueryError>();
        Filter? either = null;
        foreach (var path in paths.Where(path => !string.IsNullOrWhiteSpace(path)))
        {
            var parsed = Read(() => Filter.ParseJsonPath(path, schema, unknown));
            either = either is null ? parsed : Filter.Or(either, parsed);
        }
        var filter = Filter.And(either ?? Filter.All, Read(() => Filter.Parse(conditions, schema, unknown)));
        return errors.Count > 0 ? throw new QueryException(errors)
            : filter.Conditions > QueryLimits.Clauses ? throw TooManyConditions()
            : filter;

        Filter Read(Func<Filter> parse)
        {
            try
            {
                return parse();
            }
            catch (QueryException e)
            {
                errors.AddRange(e.Errors);
                return Filter.All;
            }
        }
    }

    private static QueryException TooManyConditions() =>
        new(QueryErrorKind.TooLarge, "query", $"The query has more than {QueryLimits.Clauses} conditions.");

    /// <summary>The JSONPath filters, decoded, and what else there is.</summary>
    private static (List<string> Paths, string Conditions) Split(string query)
    {
        var paths = new List<string>();
        var conditions = new List<string>();
        for (int start = 0, end; start <= query.Length; start = end + 1)
        {
            var value = StartOfFilter(query, start);
            end = value is not null ? EndOfFilter(query, start) : query.IndexOf('&', start) is var next and >= 0 ? next : query.Length;
            if (value is { } from)
                paths.Add(WebUtility.UrlDecode(query[from..end]));
            else
                conditions.Add(query[start..end]);
        }
        return (paths, string.Join('&', conditions));
    }

    /// <summary>Where the value of a filter begins that begins at the start, blanks or not; null for another parameter.</summary>
    private static int? StartOfFilter(string query, int start)
    {
        var rest = query.AsSpan(start).TrimStart(Blanks);
        if (!rest.StartsWith(FilterParameter, StringComparison.Ordinal))
            return null;
        rest = rest[FilterParameter.Length..].TrimStart(Blanks);
        return rest.StartsWith('=') ? query.Length - rest.Length + 1 : null;
    }

    /// <summary>An ampersand inside a filter's brackets is its own: nobody has to encode it in gRPC.</summary>
    private static int EndOfFilter(string query, int start)
    {
        var depth = 0;
        var quote = '\0';
        for (var i = start; i < query.Length; i++)
        {
            var c = query[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (depth > 0 && c is '\'' or '"')
                quote = c;
            else if (c is '[' or '(')
                depth++;
            else if (c is ']' or ')')
                depth--;
            else if (c == '&' && depth <= 0)
                return i;
        }
        return query.Length;
    }
}
