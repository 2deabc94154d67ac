using System.Globalization;
using Spectre.Console;

namespace ServiceOrdering.Cli;

/// <summary>How a text is made narrower where a table does not fit.</summary>
internal enum CellFit
{
    /// <summary>Not at all: what is cut off could not be used.</summary>
    Whole,

    /// <summary>Its end is left out.</summary>
    Beginning,

    /// <summary>Its beginning is left out: ids begin alike, and differ in the end.</summary>
    End,
}

/// <summary>A text in a table.</summary>
/// <param name="Text">The text.</param>
/// <param name="Fit">How it is made narrower.</param>
/// <param name="Short">What stands for it where there is little room. Default: nothing does.</param>
/// <param name="Style">How it looks.</param>
internal sealed record TableCell(string Text, CellFit Fit = CellFit.Beginning, string? Short = null, Style? Style = null)
{
    private const string Left = "…";

    // What others wrote must not move the cursor of this terminal.
    public string Text { get; } = string.Concat(Text.Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>How many columns of a terminal a text takes.</summary>
    public static int WidthOf(string text) => text.GetCellWidth();

    /// <summary>The text in so many columns at most.</summary>
    public static string Narrow(string text, int width, CellFit fit)
    {
        if (fit == CellFit.Whole || WidthOf(text) <= width)
        {
            return text;
        }

        // By what people see as one character, so that none is cut in two.
        var elements = Elements(text);
        if (fit == CellFit.End)
        {
            elements = elements.Reverse();
        }

        var kept = new List<string>();
        var room = width - 1;
        foreach (var element in elements)
        {
            room -= WidthOf(element);
            if (room < 0)
            {
                break;
            }

            kept.Add(element);
        }

        kept.Add(Left);
        if (fit == CellFit.End)
        {
            kept.Reverse();
        }

        return string.Concat(kept);
    }

    private static IEnumerable<string> Elements(string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            yield return elements.GetTextElement();
        }
    }
}
