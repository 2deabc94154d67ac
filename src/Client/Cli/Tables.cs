using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;

namespace ServiceOrdering.Cli;

/// <summary>Resources for people: lines with a name and a value, and what stands in tables.</summary>
internal static class Tables
{
    public static Table Create(params string[] columns) => new(columns);

    public static void WriteLine(Screen screen, string name, string value)
    {
        if (value.Length > 0)
        {
            var line = new Paragraph(name.PadRight(15), new Style(decoration: Decoration.Dim));
            screen.Write(line.Append(new TableCell(value).Text, name == "state" ? StateStyle(value) : Style.Plain));
            screen.WriteLine("");
        }
    }

    public static TableCell Cell(string text) => new(text);

    /// <summary>An id by which others are told: to be pasted.</summary>
    public static TableCell Id(string id) => new(id, CellFit.Whole);

    /// <summary>An id of something else, whose beginning is left out where there is little room.</summary>
    public static TableCell Reference(string id) => new(id, CellFit.End);

    /// <summary>A word or a number.</summary>
    public static TableCell Short(string text) => new(text, CellFit.Whole);

    public static TableCell State(string state) => new(state, CellFit.Whole, Style: StateStyle(state));

    /// <summary>An instant; where there is little room, how long ago or ahead it is.</summary>
    public static TableCell When(Timestamp? time) => new(Time(time), CellFit.Whole, time is null ? "" : Ago(DateTimeOffset.UtcNow - time.ToDateTimeOffset()));

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

    // Whole seconds: how long ago something is does not stay as it is shown.
    private static string Ago(TimeSpan time) => time < TimeSpan.Zero ? $"in {Whole(-time)}" : $"{Whole(time)} ago";

    private static string Whole(TimeSpan time) => time < TimeSpan.FromSeconds(10) ? $"{time.TotalSeconds:0} s" : Duration(time);
}
