using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>
/// The page that a header <c>Range: items=0-9</c> asks for (TMF630, part 1, 4.5), in place of offset and limit. Where the query
/// has one of those, it counts and the header does not; ranges of another unit are nobody's here, as RFC 9110 has it.
/// </summary>
/// <param name="First">How many items are skipped.</param>
/// <param name="Count">How many are asked for; null for the rest.</param>
internal sealed partial record ItemRange(long First, long? Count)
{
    public const string Unit = "items";
    private const string Allowed = "Allowed is one range such as items=0-9 or items=10-.";

    /// <summary>The range that counts, or null, and what is wrong with it, or null.</summary>
    public static (ItemRange? Range, string? Problem) Of(HttpRequest request, PageFields page)
    {
        var header = request.Headers.Range.ToString();
        if (!header.TrimStart().StartsWith(Unit + "=", StringComparison.OrdinalIgnoreCase) || page.AskedFor(request))
            return (null, null);
        if (Form().Match(header) is not { Success: true } match || !TryRead(match.Groups[1].Value, out var first))
            return (null, Allowed);
        if (match.Groups[2].Length == 0)
            return (new ItemRange(first, null), null);
        return TryRead(match.Groups[2].Value, out var last) && last >= first ? (new ItemRange(first, last - first + 1), null) : (null, Allowed);
    }

    // What is beyond a page's numbers is beyond every collection too.
    private static bool TryRead(string digits, out int number) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < int.MaxValue;

    [GeneratedRegex(@"\A\s*items=\s*([0-9]+)\s*-\s*([0-9]*)\s*\z", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
