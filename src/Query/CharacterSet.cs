using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Query;

/// <summary>
/// What one token of a .NET pattern, such as <c>k</c> ignoring case or <c>[^\w-]</c>, matches: found by asking .NET, so that
/// Unicode's categories and cases are the same in every database. Above U+FFFF a set has all characters or none, since .NET
/// sees two halves there.
/// </summary>
internal sealed class CharacterSet
{
    private const int CacheSize = 256;

    private static readonly ConcurrentDictionary<(string, RegexOptions), CharacterSet?> Cache = new();
    private static readonly string AllUnits = string.Create(0x10000, 0, (units, _) =>
    {
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = (char)i;
        }
    });

    private readonly List<(int First, int Last)> _ranges;
    private readonly List<(int First, int Last)> _others;
    private readonly bool _above;

    private CharacterSet(bool[] matches)
    {
        _above = matches[0xD800];
        // U+0000 and lone halves are in no text: they go with their neighbours.
        matches[0] = matches[1];
        Array.Fill(matches, matches[0xD7FF], 0xD800, 0x800);
        _ranges = Ranges(matches, true);
        _others = Ranges(matches, false);
    }

    /// <summary>The set of a token, or null when it tells the halves of a character above U+FFFF apart.</summary>
    public static CharacterSet? Of(string token, RegexOptions options)
    {
        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd((token, options), static key => Find(key.Item1, key.Item2));
    }

    /// <summary>The token for .NET, or null where it already is one character wherever it matches.</summary>
    public string? ForDotNet()
    {
        if (!_above)
        {
            return null;
        }

        var others = string.Concat(_others.Select(range => $"\\u{range.First:X4}-\\u{range.Last:X4}"));
        return $"(?-i:[^{others}\\uD800-\\uDFFF]|[\\uD800-\\uDBFF][\\uDC00-\\uDFFF])";
    }

    /// <summary>A bracket expression, or something as good, for PostgreSQL.</summary>
    public string ForPostgres() => (_above, _ranges, _others) switch
    {
        (false, [], _) => "(?:(?!))",
        (true, _, []) => ".",
        (true, _, _) => $"[^{Brackets(_others)}]",
        _ => $"[{Brackets(_ranges)}]",
    };

    private static CharacterSet? Find(string token, RegexOptions options)
    {
        var matches = new bool[0x10000];
        foreach (var match in new Regex(token, options | RegexOptions.CultureInvariant).EnumerateMatches(AllUnits))
        {
            matches[match.Index] = match.Length == 1;
        }

        return matches.AsSpan(0xD800, 0x800).ContainsAnyExcept(matches[0xD800]) ? null : new CharacterSet(matches);
    }

    private static List<(int First, int Last)> Ranges(bool[] matches, bool wanted)
    {
        var ranges = new List<(int, int)>();
        for (var i = 0; i < matches.Length; i++)
        {
            var first = i;
            while (i < matches.Length && matches[i] == wanted)
            {
                i++;
            }

            if (i > first)
            {
                ranges.Add((first, i - 1));
            }
        }

        return ranges;
    }

    private static string Brackets(List<(int First, int Last)> ranges)
    {
        var text = new StringBuilder();
        foreach (var (first, last) in ranges)
        {
            // PostgreSQL's texts have neither of these.
            var start = first == 0 ? 1 : first is >= 0xD800 and <= 0xDFFF ? 0xE000 : first;
            var end = last is >= 0xD800 and <= 0xDFFF ? 0xD7FF : last;
            Append(start);
            if (end > start)
            {
                text.Append('-');
                Append(end);
            }
        }

        return text.ToString();

        void Append(int unit)
        {
            if (unit < 0x80 && !char.IsAsciiLetterOrDigit((char)unit))
            {
                text.Append($"\\u{unit:X4}");
            }
            else
            {
                text.Append((char)unit);
            }
        }
    }
}
