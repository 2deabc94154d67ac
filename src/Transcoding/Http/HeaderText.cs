using System.Text;

namespace ServiceOrdering.Transcoding.Http;

/// <summary>What can stand in a header: visible ASCII and blanks.</summary>
internal static class HeaderText
{
    /// <summary>The text with everything else percent-encoded.</summary>
    public static string Escape(string text, string beside = "")
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.AsSpan().ContainsAny(beside))
        {
            return text;
        }

        var escaped = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            escaped.Append(c is >= ' ' and <= '~' && !beside.Contains(c) ? c.ToString() : $"%{b:X2}");
        }

        return escaped.ToString();
    }
}
