namespace ServiceOrdering.Server.Resources;

/// <summary>Preconditions on entity tags: RFC 9110, section 13.1.1.</summary>
internal static class EntityTag
{
    /// <summary>True where a list of tags names the current one, is "*", or is absent. Weak tags never match: changes need the strong comparison.</summary>
    public static bool Matches(string condition, string current)
    {
        if (condition is "" or "*")
            return true;
        foreach (var range in condition.AsSpan().Split(','))
        {
            if (condition.AsSpan(range).Trim().SequenceEqual(current))
                return true;
        }
        return false;
    }
}
