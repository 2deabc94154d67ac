using ServiceOrdering.Fulfillment.V1;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>Shows items that could not be worked: as JSON, one as a card with its notes, several as a table.</summary>
internal static class FalloutView
{
    public static Columns<FalloutItem> Columns { get; } = new(
        item => item.Id,
        ["ID", "STATE", "AGE", "TYPE", "ORDER", "ITEM", "WHAT", "CAUSE", "PRIO", "ATTEMPTS", "ASSIGNEE"],
        item =>
        [
            Id(item.Id),
            State(Word(item.State)),
            Short(item.Since is null ? "" : Duration(DateTimeOffset.UtcNow - item.Since.ToDateTimeOffset())),
            Short(Word(item.FalloutType)),
            Reference(item.ServiceOrderId),
            Short(item.ItemId),
            Cell($"{Word(item.Action)} {What(item)}".Trim()),
            Cell(item.Cause.Length > 0 ? item.Cause : item.CauseCode),
            Short($"{item.Priority}"),
            Short($"{item.Attempts}"),
            Cell(item.Assignee),
        ]);

    public static void Write(Screen screen, FalloutItem item)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(item);
            return;
        }

        WriteLine(screen, "id", item.Id);
        WriteLine(screen, "state", Word(item.State));
        WriteLine(screen, "order", item.ServiceOrderId);
        WriteLine(screen, "item", $"{item.ItemId} {Word(item.Action)} {What(item)}".TrimEnd());
        WriteLine(screen, "type", Word(item.FalloutType));
        WriteLine(screen, "cause", item.CauseCode.Length > 0 ? $"{item.CauseCode}: {item.Cause}" : item.Cause);
        WriteLine(screen, "since", Time(item.Since));
        WriteLine(screen, "attempts", $"{item.Attempts}");
        WriteLine(screen, "retries", item.Retries > 0 ? $"{item.Retries}" : "");
        WriteLine(screen, "worker", item.Worker);
        WriteLine(screen, "assignee", item.Assignee);
        WriteLine(screen, "customer", item.Customer);
        WriteLine(screen, "external id", item.ExternalId);
        WriteLine(screen, "resolved", Time(item.ResolvedDate));
        if (item.Notes.Count == 0)
        {
            return;
        }

        var notes = Create("TIME", "AUTHOR", "NOTE");
        foreach (var note in item.Notes)
        {
            notes.AddRow(Cell(Time(note.Date)), Cell(note.Author), Cell(note.Text));
        }

        screen.WriteLine("");
        screen.Write(notes);
    }

    private static string What(FalloutItem item) => item.SpecificationId.Length > 0 ? item.SpecificationId : item.ServiceType;
}
