namespace ServiceOrdering.Server.Security;

/// <summary>The header <c>Authorization: Bearer</c> (RFC 6750), in which tokens and keys come.</summary>
internal static class BearerToken
{
    public const string Challenge = "Bearer";

    private const string Scheme = Challenge + " ";

    /// <summary>What a request has in the header; null where it has none.</summary>
    public static string? Of(HttpContext http) =>
        http.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
}
