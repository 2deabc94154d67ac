using System.Collections.Immutable;
using System.Globalization;

namespace ServiceOrdering.Patch;

/// <summary>A place in a JSON tree: RFC 6901.</summary>
internal sealed record JsonPointer(ImmutableArray<string> Segments)
{
    /// <summary>The element after the last one of an array.</summary>
    public const string End = "-";

    public static JsonPointer Root { get; } = new([]);

    public string Last => Segments[^1];

    public JsonPointer Parent => new(Segments[..^1]);

    /// <summary>Reads a pointer. The standard's own examples leave out the leading slash, so it may be missing.</summary>
    /// <exception cref="FormatException">A tilde starts no escape.</exception>
    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return Root;
        }

        var segments = text.StartsWith('/') ? text[1..].Split('/') : text.Split('/');
        return new([.. segments.Select(Unescape)]);
    }

    /// <summary>Writes one segment with its slash.</summary>
    public static string Escape(string segment) =>
        "/" + segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Tells whether a segment names an element of an array: digits without a leading zero.</summary>
    public static bool IsIndex(string segment, out int index)
    {
        index = -1;
        return (segment.Length == 1 || !segment.StartsWith('0'))
            && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    public JsonPointer Append(string segment) => new(Segments.Add(segment));

    /// <summary>Tells whether the other pointer leads into what this one leads to.</summary>
    public bool IsAbove(JsonPointer other) =>
        other.Segments.Length > Segments.Length && other.Segments.AsSpan(0, Segments.Length).SequenceEqual(Segments.AsSpan());

    public bool Equals(JsonPointer? other) => other is not null && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => string.Concat(Segments.Select(Escape));

    private static string Unescape(string segment)
    {
        for (var i = segment.IndexOf('~', StringComparison.Ordinal); i >= 0; i = segment.IndexOf('~', i + 1))
        {
            if (i + 1 == segment.Length || segment[i + 1] is not ('0' or '1'))
            {
                throw new FormatException("\"~\" must be followed by 0 (for \"~\") or 1 (for \"/\").");
            }
        }

        return segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }
}
