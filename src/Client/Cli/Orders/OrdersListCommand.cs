using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders list</summary>
internal sealed class OrdersListCommand : ClientCommand
{
    private readonly ListOptions _options = new("orders", "state=held,pending&orderDate.gt=2026-01-01", "-priority,orderDate");

    public OrdersListCommand()
        : base("list", "List orders, newest first.")
    {
        _options.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders list --limit 20",
        "service-ordering orders list --filter 'state=held,pending&relatedParty.id=CUST-6490' --sort -priority",
        "service-ordering orders list --all -o json --fields state | jq -r '.[].state' | sort | uniq -c",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ListServiceOrdersRequest
        {
            Filter = _options.Filter(arguments),
            Sort = _options.Sort(arguments),
            Fields = _options.Fields(arguments),
            Offset = _options.Offset(arguments),
        };
        if (_options.All(arguments))
        {
            await OrderView.WriteAsync(screen, client.ServiceOrders.ReadAllServiceOrdersAsync(request, cancellationToken));
            return ExitCode.Done;
        }

        if (_options.Limit(arguments) is { } limit)
        {
            request.Limit = limit;
        }

        var page = await client.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: cancellationToken);
        await OrderView.WriteAsync(screen, page.ServiceOrders.ToAsyncEnumerable());
        if (!screen.IsJson && page.ServiceOrders.Count < page.TotalCount)
        {
            screen.WriteLine($"{page.ServiceOrders.Count} of {page.TotalCount} orders; --offset shows others, --all shows all.");
        }

        return ExitCode.Done;
    }
}
