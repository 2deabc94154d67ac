using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Fulfillment.V1;
using Spectre.Console;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Work;

/// <summary>Shows items of the queue and workers: as JSON, or as a table.</summary>
internal static class WorkView
{
    public static async Task WriteAsync(Screen screen, IReadOnlyList<WorkItem> items)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonAsync(items.ToAsyncEnumerable());
            return;
        }

        var table = Create("ORDER", "ITEM", "STATE", "AGE", "ACTION", "SPECIFICATION", "TYPE", "PRIORITY", "CUSTOMER", "ATTEMPT", "WORKER", "DONE");
        foreach (var item in items)
        {
            table.AddRow(
                Cell(item.ServiceOrderId),
                Cell(item.ItemId),
                State(Word(item.State) + (item.HasNoWorker ? ", no worker" : "")),
                Cell(Age(item.Since)),
                Cell(Word(item.Action)),
                Cell(item.SpecificationId),
                Cell(item.ServiceType),
                Cell($"{item.Priority}"),
                Cell(item.Customer),
                Cell(item.Attempt > 0 ? $"{item.Attempt}" : ""),
                Cell(item.Worker),
                Cell(item.HasPercentage ? $"{item.Percentage} %" : ""));
        }

        screen.Write(table);
    }

    public static async Task WriteAsync(Screen screen, IReadOnlyList<Worker> workers)
    {
        if (screen.IsJson)
        {
            await screen.WriteJsonAsync(workers.ToAsyncEnumerable());
            return;
        }

        var table = Create("NAME", "CONNECTED FOR", "TAKES", "WAS GIVEN", "CAN DO");
        foreach (var worker in workers)
        {
            var capabilities = worker.Capabilities.Select(Text).DefaultIfEmpty("everything");
            table.AddRow(
                Cell(worker.Name),
                Cell(Age(worker.Connected)),
                Cell($"{worker.Credit}"),
                Cell($"{worker.Assignments}"),
                Cell(string.Join("; ", capabilities)));
        }

        screen.Write(table);
    }

    private static string Age(Timestamp since) => Duration(DateTimeOffset.UtcNow - since.ToDateTimeOffset());

    private static string Text(Capability capability)
    {
        (string Name, string Value)[] parts =
        [
            ("action", Word(capability.Action)), ("type", capability.ServiceType), ("specification", capability.SpecificationId), ("category", capability.Category),
        ];
        var text = string.Join(",", parts.Where(part => part.Value.Length > 0).Select(part => $"{part.Name}={part.Value}"));
        return text.Length > 0 ? text : "everything";
    }
}
