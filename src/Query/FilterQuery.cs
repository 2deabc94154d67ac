using System.Net;

namespace ServiceOrdering.Query;

/// <summary>
/// The part of a query string that says which resources are meant: conditions of the flat grammar and, as the parameter
/// <c>filter</c>, JSONPath filters. All of them have to hold.
/// </summary>
public static class FilterQuery
{
    private const string FilterParameter = "filter=";

    /// <summary>Parses <c>state=held&amp;filter=$[?(@.priority=='1')]</c>; percent-encoded or not. Null or empty is <see cref="Filter.All"/>.</summary>
    /// <exception cref="QueryException">Lists every problem of the text; one that exceeds a limit as a whole is not looked at further.</exception>
    public static Filter Parse(string? query, ResourceSchema schema)
    {
        QueryLimits.CheckText(query ?? "", "query");
        var (paths, conditions) = Split(query ?? "");
        if (paths.Count > QueryLimits.Clauses)
            throw TooManyConditions();

        var errors = new List<QueryError>();
        var filter = Filter.All;
        foreach (var path in paths)
            Add(() => Filter.ParseJsonPath(path, schema));
        Add(() => Filter.Parse(conditions, schema));
        return errors.Count > 0 ? throw new QueryException(errors)
            : filter.Conditions > QueryLimits.Clauses ? throw TooManyConditions()
            : filter;

        void Add(Func<Filter> parse)
        {
            try
            {
                filter = Filter.And(filter, parse());
            }
            catch (QueryException e)
            {
                errors.AddRange(e.Errors);
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
            var isFilter = query.AsSpan(start).StartsWith(FilterParameter, StringComparison.Ordinal);
            end = isFilter ? EndOfFilter(query, start) : query.IndexOf('&', start) is var next and >= 0 ? next : query.Length;
            if (isFilter)
                paths.Add(WebUtility.UrlDecode(query[(start + FilterParameter.Length)..end]));
            else
                conditions.Add(query[start..end]);
        }
        return (paths, string.Join('&', conditions));
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
