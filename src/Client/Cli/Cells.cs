using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ServiceOrdering.Cli;

/// <summary>What tables and cards are made of.</summary>
internal static class Cells
{
    private const int WidestCell = 60;

    public static Table Table(params string[] columns)
    {
        var table = new Table().NoBorder();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).PadRight(2));
        }

        return table;
    }

    /// <summary>A line of a card; none where there is no value.</summary>
    public static void WriteLine(Screen screen, string name, string value, Style style)
    {
        if (value.Length > 0)
        {
            var line = new Paragraph(name.PadRight(15), new Style(decoration: Decoration.Dim));
            screen.Write(line.Append(Plain(value), style));
            screen.WriteLine("");
        }
    }

    public static Text Cell(string text) => new(Plain(text.Length > WidestCell ? $"{text[..(WidestCell - 1)]}…" : text));

    /// <summary>The value of an enum as it stands in JSON; none for what is not set.</summary>
    public static string Word<T>(T value)
        where T : struct, System.Enum =>
        Convert.ToInt32(value) == 0 ? "" : JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'") ?? "";

    // What others wrote must not move the cursor of this terminal.
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
