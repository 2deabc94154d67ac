using System.CommandLine;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders list</summary>
internal sealed class OrdersListCommand : ClientCommand
{
    private readonly Option<int?> _offset = NumberOption.Create("--offset", "How many orders to skip.");
    private readonly Option<int?> _limit = NumberOption.Create("--limit", "How many orders to show at most, up to 1000. Default: 100.");
    private readonly Option<bool> _all = new("--all") { Description = "Show all orders, page after page." };
    private readonly Option<string> _fields = FieldsOption.Create();

    public OrdersListCommand()
        : base("list", "List orders, newest first.")
    {
        Add(_offset);
        Add(_limit);
        Add(_all);
        Add(_fields);
        Validators.Add(result =>
        {
            if (result.GetValue(_all) && result.GetValue(_limit) is not null)
            {
                result.AddError("--all and --limit exclude each other.");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders list --limit 20",
        "service-ordering orders list --all -o json --fields state | jq -r '.[].state' | sort | uniq -c",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ListServiceOrdersRequest
        {
            Offset = arguments.GetValue(_offset) ?? 0,
            Fields = arguments.GetValue(_fields) ?? "",
        };
        if (arguments.GetValue(_all))
        {
            await OrderView.WriteAsync(screen, client.ServiceOrders.ReadAllServiceOrdersAsync(request, cancellationToken));
            return ExitCode.Done;
        }

        if (arguments.GetValue(_limit) is { } limit)
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
