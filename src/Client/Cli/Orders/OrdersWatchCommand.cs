using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using Spectre.Console;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders watch ID</summary>
internal sealed class OrdersWatchCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the order." };

    public OrdersWatchCommand()
        : base("watch", "Show an order and its items as they are, until the order has come to its end. Where the output is no terminal, a line for each change.") => Add(_id);

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders watch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering orders create -f examples/create-fiber-order.json -o json | jq -r .id | xargs service-ordering orders watch",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var id = arguments.GetRequiredValue(_id);
        // One that is not there is refused; a watch would wait for it.
        await client.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id, Fields = "state" }, cancellationToken: cancellationToken);
        var options = new EventWatcherOptions
        {
            Interrupted = failure => screen.Errors.WriteLine($"interrupted, coming back: {failure.Status.Detail}"),
        };
        var watcher = new EventWatcher(client.Events, new WatchEventsRequest { ResourceIds = { id }, IncludeSnapshot = true }, options);
        var exitCode = ExitCode.Done;
        if (screen.IsTerminal && screen.IsTable)
        {
            await screen.LiveAsync(async draw => exitCode = await WatchAsync(watcher, (_, _, progress) => draw(Draw(screen, id, progress)), cancellationToken));
            return exitCode;
        }

        var isData = screen.IsChosen && !screen.IsTable;
        return await WatchAsync(watcher, (message, differences, _) => Tell(screen, message, differences, isData), cancellationToken);
    }

    private static async Task<int> WatchAsync(
        EventWatcher watcher, Action<WatchEventsResponse, IReadOnlyList<string>, OrderProgress> tell, CancellationToken cancellationToken)
    {
        var progress = new OrderProgress();
        await foreach (var message in watcher.WithCancellation(cancellationToken))
        {
            var order = message.Resource?.ServiceOrder;
            tell(message, order is null ? [] : progress.Apply(order), progress);
            if (message.Event?.ServiceOrderDeleteEvent is not null)
            {
                return ExitCode.Refused;
            }

            if (progress.IsFinal)
            {
                break;
            }
        }

        return ExitCode.Done;
    }

    private static void Tell(Screen screen, WatchEventsResponse message, IReadOnlyList<string> differences, bool isData)
    {
        if (isData)
        {
            screen.WriteMessage(message);
            return;
        }

        var time = message.Event?.EventTime;
        var what = message.Event?.ServiceOrderDeleteEvent is null ? string.Join(", ", differences) : "deleted";
        if (what.Length > 0)
        {
            screen.WriteLine($"{(time is null ? "now" : time.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'")),-26}{what}");
        }
    }

    private static Rows Draw(Screen screen, string id, OrderProgress progress)
    {
        var items = Create("ITEM", "ACTION", "STATE", "SERVICE");
        foreach (var item in progress.Items)
        {
            items.AddRow(Short(item.Id), Short(Word(item.Action)), State(Word(item.State)), Cell(item.Service.HasName ? item.Service.Name : item.Service.Id));
        }

        var state = State(Word(progress.State));
        return new Rows(new Paragraph($"{id} ").Append(state.Text, state.Style), items.Fit(screen.Width).Content);
    }
}
