namespace ServiceOrdering.Json;

/// <summary>Tells which known name was probably meant by one that is not known.</summary>
public static class NearName
{
    // What is longer is no slip of the fingers, and comparing costs the product of the lengths.
    private const int LongestName = 64;
    private const int MostDifferences = 2;

    /// <summary>
    /// The known name that is nearest to the given one: letters of another case, or up to two that are wrong, missing, too many
    /// or exchanged with their neighbour; one in three at most. Null where none is near.
    /// </summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        if (name.Length is 0 or > LongestName)
            return null;
        string? nearest = null;
        var least = Math.Min(MostDifferences, name.Length / 3) + 1;
        foreach (var candidate in known)
        {
            if (candidate.Length <= LongestName && Math.Abs(candidate.Length - name.Length) < least && Distance(name, candidate) is var distance && distance < least)
                (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>The nearest name as an end of a sentence: <c>; did you mean 'orderDate'?</c> Else a full stop.</summary>
    public static string Hint(string name, IEnumerable<string> known) => Find(name, known) is { } near ? $"; did you mean '{near}'?" : ".";

    // Optimal string alignment.
    private static int Distance(string left, string right)
    {
        int[] beforeLast = new int[right.Length + 1], last = new int[right.Length + 1], current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var isSame = Same(left[i - 1], right[j - 1]);
                current[j] = Math.Min(Math.Min(last[j], current[j - 1]) + 1, last[j - 1] + (isSame ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
