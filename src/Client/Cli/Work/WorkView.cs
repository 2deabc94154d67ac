using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Fulfillment.V1;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Work;

/// <summary>Shows items of the queue and workers: as JSON, or as a table.</summary>
internal static class WorkView
{
    public static Columns<WorkItem> Columns { get; } = new(
        item => $"{item.ServiceOrderId} {item.ItemId}",
        ["ORDER", "ITEM", "STATE", "AGE", "ACTION", "SPECIFICATION", "TYPE", "PRIO", "CUSTOMER", "ATTEMPT", "WORKER", "DONE"],
        item =>
        [
            Id(item.ServiceOrderId),
            Short(item.ItemId),
            State(Word(item.State) + (item.HasNoWorker ? ", no worker" : "")),
            Short(Age(item.Since)),
            Short(Word(item.Action)),
            Cell(item.SpecificationId),
            Cell(item.ServiceType),
            Short($"{item.Priority}"),
            Cell(item.Customer),
            Short(item.Attempt > 0 ? $"{item.Attempt}" : ""),
            Cell(item.Worker),
            Short(item.HasPercentage ? $"{item.Percentage} %" : ""),
        ]);

    public static Columns<Worker> WorkerColumns { get; } = new(
        worker => worker.Name,
        ["NAME", "CONNECTED FOR", "TAKES", "WAS GIVEN", "CAN DO"],
        worker =>
        [
            Cell(worker.Name),
            Short(Age(worker.Connected)),
            Short($"{worker.Credit}"),
            Short($"{worker.Assignments}"),
            Cell(string.Join("; ", worker.Capabilities.Select(Text).DefaultIfEmpty("everything"))),
        ]);

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
