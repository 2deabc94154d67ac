using System.CommandLine;
using ServiceOrdering.Client;
using Spectre.Console;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders jeopardy</summary>
internal sealed class OrdersJeopardyCommand : ClientCommand
{
    private const string Open = "state=acknowledged,pending,held,inProgress,assessingCancellation,pendingCancellation";
    private static readonly string[] Raised = ["completionDateMissed", "completionDateAtRisk", "noWorker", "falloutAge"];

    private readonly Option<string[]> _types = new("--type")
    {
        Description = $"Types of alerts; may be given several times. Default: those that the server raises, {string.Join(", ", Raised)}. Workers may report others.",
        HelpName = "TYPE",
    };

    private readonly ListOptions _options = new("orders", "priority=0,1", "requestedCompletionDate");

    public OrdersJeopardyCommand()
        : base("jeopardy", "List orders that are not final and in danger, newest first, with a row for each alert.")
    {
        Add(_types);
        _options.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders jeopardy",
        "service-ordering orders jeopardy --type completionDateMissed --type completionDateAtRisk --sort requestedCompletionDate --all",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var types = arguments.GetValue(_types) is { Length: > 0 } chosen ? chosen : Raised;
        var request = new ListServiceOrdersRequest
        {
            Filter = string.Join('&', new[] { $"jeopardyAlert.jeopardyType={string.Join(',', types.Select(Uri.EscapeDataString))}", Open, _options.Filter(arguments) }.Where(part => part.Length > 0)),
            Sort = _options.Sort(arguments),
            Fields = _options.Fields(arguments),
            Offset = _options.Offset(arguments),
        };
        if (_options.All(arguments))
        {
            await WriteAsync(screen, client.ServiceOrders.ReadAllServiceOrdersAsync(request, cancellationToken), types);
            return ExitCode.Done;
        }

        if (_options.Limit(arguments) is { } limit)
        {
            request.Limit = limit;
        }

        var page = await client.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: cancellationToken);
        await WriteAsync(screen, page.ServiceOrders.ToAsyncEnumerable(), types);
        if (screen.IsTable && page.ServiceOrders.Count < page.TotalCount)
        {
            screen.WriteLine($"{page.ServiceOrders.Count} of {page.TotalCount} orders; --offset shows others, --all shows all.");
        }

        return ExitCode.Done;
    }

    private static async Task WriteAsync(Screen screen, IAsyncEnumerable<ServiceOrder> orders, IReadOnlyCollection<string> types)
    {
        if (!screen.IsTable)
        {
            await screen.WriteDataAsync(orders);
            return;
        }

        var table = Create("ID", "STATE", "REQUESTED FOR", "ALERT", "RAISED", "ITEMS", "MESSAGE");
        await foreach (var order in orders)
        {
            foreach (var alert in order.JeopardyAlert.Where(alert => types.Contains(alert.JeopardyType)))
            {
                table.AddRow(
                    Id(order.Id),
                    State(Word(order.State)),
                    When(order.RequestedCompletionDate),
                    Cell(alert.JeopardyType),
                    When(alert.AlertDate),
                    Cell(string.Join(' ', alert.ServiceOrderItem.Select(item => item.ItemId))),
                    Cell(alert.HasMessage ? alert.Message : alert.Name));
            }
        }

        screen.Write(table);
    }
}
