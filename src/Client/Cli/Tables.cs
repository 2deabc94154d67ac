using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ServiceOrdering.Cli;

/// <summary>Resources for people: lines with a name and a value, and tables.</summary>
internal static class Tables
{
    private const int WidestCell = 60;

    public static Table Create(params string[] columns)
    {
        var table = new Table().NoBorder();
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).PadRight(2));
        }

        return table;
    }

    public static void WriteLine(Screen screen, string name, string value)
    {
        if (value.Length > 0)
        {
            var line = new Paragraph(name.PadRight(15), new Style(decoration: Decoration.Dim));
            screen.Write(line.Append(Plain(value), name == "state" ? StateStyle(value) : Style.Plain));
            screen.WriteLine("");
        }
    }

    public static Text Cell(string text) => new(Plain(text.Length > WidestCell ? $"{text[..(WidestCell - 1)]}…" : text));

    // What others wrote must not move the cursor of this terminal.
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    public static Text State(string state) => new(state, StateStyle(state));

    private static Style StateStyle(string state) => new(state switch
    {
        "completed" or "active" or "done" or "recovered" => Color.Green,
        "failed" or "rejected" or "terminatedWithError" or "stopped" => Color.Red,
        "partial" or "pending" or "held" or "suspended" or "retrying" or "delayed" or "waiting, no worker" or "open" => Color.Yellow,
        "inProgress" or "leased" or "running" or "retried" => Color.Blue,
        "cancelled" or "terminated" => Color.Grey,
        _ => Color.Default,
    });

    /// <summary>The value of an enum as it stands in JSON; none for what is not set.</summary>
    public static string Word<T>(T value)
        where T : struct, System.Enum =>
        Convert.ToInt32(value) == 0 ? "" : JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Time(Timestamp? time) => time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'") ?? "";

    /// <summary>How long something lasts, in its largest unit.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0.000} s"),
        { TotalMinutes: < 2 } => $"{time.TotalSeconds:0} s",
        { TotalHours: < 2 } => $"{time.TotalMinutes:0} min",
        { TotalDays: < 2 } => $"{time.TotalHours:0} h",
        _ => $"{time.TotalDays:0} d",
    };
}
