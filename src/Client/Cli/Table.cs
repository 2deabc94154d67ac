using Spectre.Console;
using Spectre.Console.Rendering;

namespace ServiceOrdering.Cli;

/// <summary>Rows under names. The first columns are the most important ones: where not all fit, the last ones are left out.</summary>
internal sealed class Table(params string[] names)
{
    private const int Gap = 2;
    private const int WidestCell = 60;
    private const int NarrowestText = 8;
    // … and the last group of an id.
    private const int NarrowestId = 13;

    private static readonly Style Heading = new(decoration: Decoration.Bold);

    private readonly List<TableCell[]> _rows = [];

    public int Count => _rows.Count;

    public void AddRow(params TableCell[] cells) => _rows.Add(cells);

    /// <summary>
    /// The table in so many columns of a terminal. Columns that have nothing are left out; then times become shorter, then texts, down to
    /// some characters, and then the last columns are left out.
    /// </summary>
    /// <param name="width">How many there are.</param>
    /// <param name="isWide">Whether long texts are shown whole.</param>
    /// <returns>What is shown, and whether that is all.</returns>
    public (IRenderable Content, bool IsWhole) Fit(int width, bool isWide = false)
    {
        List<int> columns = [.. Enumerable.Range(0, names.Length).Where(column => column == 0 || _rows.Count == 0 || _rows.Exists(row => row[column].Text.Length > 0))];
        var widths = columns.ConvertAll(column => Natural(column, isWide, isShort: false));
        var isShort = false;
        if (Total(widths) > width)
        {
            isShort = true;
            widths = columns.ConvertAll(column => Natural(column, isWide, isShort));
        }

        var least = columns.Zip(widths, (column, natural) => Math.Min(natural, Least(column))).ToList();
        var shown = columns.Count;
        while (shown > 1 && Total(least.Take(shown)) > width)
        {
            shown--;
        }

        var isWhole = shown == columns.Count;
        widths = widths[..shown];
        while (Total(widths) > width && Widest(widths, least) is >= 0 and var widest)
        {
            widths[widest]--;
            isWhole = false;
        }

        var lines = new List<IRenderable> { Line(columns.Take(shown).Select(column => new TableCell(names[column], Style: Heading)), widths, isShort) };
        lines.AddRange(_rows.Select(row => Line(columns.Take(shown).Select(column => row[column]), widths, isShort)));
        return (new Rows(lines), isWhole || _rows.Count == 0);
    }

    private int Natural(int column, bool isWide, bool isShort)
    {
        var widest = _rows.Select(row => TableCell.WidthOf(Shown(row[column], isShort))).Append(0).Max();
        var most = isWide || FitOf(column) != CellFit.Beginning ? int.MaxValue : WidestCell;
        return Math.Max(TableCell.WidthOf(names[column]), Math.Min(most, widest));
    }

    private int Least(int column) => FitOf(column) switch
    {
        CellFit.Whole => int.MaxValue,
        CellFit.End => NarrowestId,
        _ => Math.Max(NarrowestText, TableCell.WidthOf(names[column])),
    };

    private CellFit FitOf(int column) => _rows.Count == 0 ? CellFit.Beginning : _rows[0][column].Fit;

    private static int Total(IEnumerable<int> widths) => widths.Sum(width => width + Gap) - Gap;

    /// <summary>The widest of those that can be narrower; -1 for none.</summary>
    private static int Widest(List<int> widths, List<int> least)
    {
        var widest = -1;
        for (var i = 0; i < widths.Count; i++)
        {
            if (widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]))
            {
                widest = i;
            }
        }

        return widest;
    }

    private static Paragraph Line(IEnumerable<TableCell> cells, List<int> widths, bool isShort)
    {
        var line = new Paragraph { Overflow = Overflow.Crop };
        var gap = 0;
        foreach (var (cell, width) in cells.Zip(widths))
        {
            var text = TableCell.Narrow(Shown(cell, isShort), width, cell.Fit);
            if (text.Length > 0)
            {
                line.Append(new string(' ', gap));
                line.Append(text, cell.Style);
                gap = 0;
            }

            gap += width - TableCell.WidthOf(text) + Gap;
        }

        return line;
    }

    private static string Shown(TableCell cell, bool isShort) => isShort && cell.Short is not null ? cell.Short : cell.Text;
}

/// <summary>How resources of a kind are shown in a table.</summary>
/// <param name="Key">What tells them apart.</param>
/// <param name="Names">The names of the columns.</param>
/// <param name="Row">The row of one.</param>
internal sealed record Columns<T>(Func<T, string> Key, string[] Names, Func<T, TableCell[]> Row)
{
    public Table Table() => new(Names);
}
