namespace ServiceOrdering.Server.Errors;

/// <summary>The header, or metadata, with the id of a request.</summary>
internal static class RequestIdHeader
{
    public const string Name = "X-Request-Id";

    /// <summary>The same as metadata has it.</summary>
    public const string Key = "x-request-id";

    private const int Longest = 128;

    /// <summary>An id as a caller has sent it; null for none, and for what is too long or has other characters than ids have.</summary>
    public static string? Read(string? sent) =>
        sent is { Length: > 0 and <= Longest } && sent.All(c => char.IsAsciiLetterOrDigit(c) || "-._~:/+=@".Contains(c, StringComparison.Ordinal)) ? sent : null;
}
