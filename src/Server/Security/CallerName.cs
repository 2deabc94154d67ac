using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>What callers may be called: the name stands in the log of events and in the log of the server.</summary>
internal static class CallerName
{
    public const int Longest = 255;

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Problem(string? name) =>
        string.IsNullOrWhiteSpace(name) ? "A caller has a name."
        : name.Length > Longest ? $"A caller's name has at most {Longest} characters."
        : name.Any(char.IsControl) ? "A caller's name has no control characters."
        : name == Identity.Server.Name ? $"'{name}' is what the server's own changes are told under."
        : null;
}
