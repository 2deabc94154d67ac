using System.Text;

namespace ServiceOrdering.Query;

/// <summary>What a single query may cost. Exceeding one is a <see cref="QueryErrorKind.TooLarge"/>.</summary>
public static class QueryLimits
{
    /// <summary>Conditions in one filter: those of all its parameters together.</summary>
    public const int Clauses = 50;

    /// <summary>Values of one condition, repetitions of it included.</summary>
    public const int Values = 100;

    /// <summary>UTF-8 bytes of one filter, sort or fields text as sent.</summary>
    public const int TextBytes = 8 * 1024;

    /// <summary>Names in one path, counted from the resource; also levels of parentheses, <c>!</c> and element filters.</summary>
    public const int Depth = 16;

    /// <summary>Attributes in one sort.</summary>
    public const int SortKeys = 10;

    /// <summary>Characters in one regular expression.</summary>
    public const int PatternLength = 500;

    /// <summary>To be asked before a text is taken apart in any way.</summary>
    /// <exception cref="QueryException">The text is longer than allowed.</exception>
    public static void CheckText(string text, string parameter)
    {
        ArgumentNullException.ThrowIfNull(text);

        // The first comparison spares counting the bytes of a text that cannot fit.
        if (text.Length > TextBytes || Encoding.UTF8.GetByteCount(text) > TextBytes)
        {
            throw new QueryException(QueryErrorKind.TooLarge, parameter, $"The query is longer than {TextBytes} bytes.");
        }
    }
}
