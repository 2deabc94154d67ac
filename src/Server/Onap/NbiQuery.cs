using System.Net;

namespace ServiceOrdering.Server.Onap;

/// <summary>The parameters of a query string, percent-encoded or not.</summary>
internal static class NbiQuery
{
    /// <summary>Each parameter; one without a value has an empty one.</summary>
    public static IEnumerable<(string Name, string Value)> Read(string query) =>
        query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Parameter);

    private static (string Name, string Value) Parameter(string pair) =>
        pair.IndexOf('=') is var end and >= 0 ? (WebUtility.UrlDecode(pair[..end]), WebUtility.UrlDecode(pair[(end + 1)..])) : (WebUtility.UrlDecode(pair), "");
}
