using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Cli.Events;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders timeline ID</summary>
internal sealed class OrdersTimelineCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the order." };

    public OrdersTimelineCommand()
        : base("timeline", "Show what has happened to an order, who did it, and how long each step took. The log of events is read for it; as JSON, a line for each event.") => Add(_id);

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders timeline 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering orders timeline 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -o json | jq -r .event.eventType",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var id = arguments.GetRequiredValue(_id);
        var events = await ReadAsync(client, id, cancellationToken);
        if (events.Count == 0)
        {
            screen.Errors.WriteLine($"error: the log has no events of order '{id}'");
            return ExitCode.Refused;
        }

        if (!screen.IsTable)
        {
            events.ForEach(screen.WriteMessage);
            return ExitCode.Done;
        }

        var table = Create("TIME", "AFTER", "WHAT", "STATES", "WHO");
        var progress = new OrderProgress();
        Timestamp? last = null;
        foreach (var message in events.Where(message => message.Event is not null))
        {
            var (time, order) = (message.Event.EventTime, message.Event.Resource.ServiceOrder);
            table.AddRow(
                new TableCell(EventView.Time(time), CellFit.Whole, time?.ToDateTimeOffset().ToString("HH:mm:ss.fff")),
                Short(last is null || time is null ? "" : $"+{Duration(time.ToDateTimeOffset() - last.ToDateTimeOffset())}"),
                Cell(EventView.What(message.Event)),
                Cell(order is null ? "" : string.Join(", ", progress.Apply(order))),
                Cell(message.Actor));
            last = time ?? last;
        }

        screen.Write(table);
        return ExitCode.Done;
    }

    /// <summary>The events that there are: the first checkpoint begins them, the next one says that these were all.</summary>
    private static async Task<List<WatchEventsResponse>> ReadAsync(ServiceOrderingClient client, string id, CancellationToken cancellationToken)
    {
        var events = new List<WatchEventsResponse>();
        var checkpoints = 0;
        using var call = client.Events.WatchEvents(new WatchEventsRequest { ResourceIds = { id }, FromStart = true }, cancellationToken: cancellationToken);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (message.ChangeCase != WatchEventsResponse.ChangeOneofCase.Checkpoint)
            {
                events.Add(message);
            }
            else if (++checkpoints == 2)
            {
                break;
            }
        }

        return events;
    }
}
