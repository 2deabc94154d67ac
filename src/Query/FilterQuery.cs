using System.Net;

namespace ServiceOrdering.Query;

/// <summary>
/// The part of a query string that says which resources are meant: conditions of the flat grammar and, as the parameter
/// <c>filter</c>, a JSONPath filter. All of them have to hold.
/// </summary>
public static class FilterQuery
{
    private const string FilterParameter = "filter=";

    /// <summary>Parses <c>state=held&amp;filter=$[?(@.priority=='1')]</c>; percent-encoded or not. Null or empty is <see cref="Filter.All"/>.</summary>
    /// <exception cref="QueryException">Lists every problem of the text.</exception>
    public static Filter Parse(string? query, ResourceSchema schema)
    {
        var errors = new List<QueryError>();
        var filter = Filter.All;
        var conditions = query ?? "";
        while (Find(conditions) is var (start, end) && end > 0)
        {
            var path = WebUtility.UrlDecode(conditions[(start + FilterParameter.Length)..end]);
            conditions = $"{conditions[..start].TrimEnd('&')}{conditions[end..]}".TrimStart('&');
            Add(() => Filter.ParseJsonPath(path, schema));
        }
        Add(() => Filter.Parse(conditions, schema));
        return errors.Count == 0 ? filter : throw new QueryException(errors);

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

    /// <summary>Where the next filter parameter is. An ampersand inside its brackets is its own: nobody has to encode it in gRPC.</summary>
    private static (int Start, int End) Find(string query)
    {
        var start = query.StartsWith(FilterParameter, StringComparison.Ordinal) ? 0 : query.IndexOf("&" + FilterParameter, StringComparison.Ordinal) + 1;
        if (start == 0 && !query.StartsWith(FilterParameter, StringComparison.Ordinal))
            return (0, 0);
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
                return (start, i);
        }
        return (start, query.Length);
    }
}
