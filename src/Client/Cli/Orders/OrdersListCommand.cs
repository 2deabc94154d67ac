using Google.Protobuf.Reflection;
using ServiceOrdering.Cli.Events;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders list</summary>
internal sealed class OrdersListCommand()
    : ListCommand<ServiceOrder>("List orders, newest first.", "orders", new ListOptions("orders", "state=held,pending&orderDate.gt=2026-01-01", "-priority,orderDate", states: ServiceOrderReflection.Descriptor.FindTypeByName<EnumDescriptor>("ServiceOrderState")), OrderView.Columns, [.. EventKinds.Orders])
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders list --filter state=held --watch",
        "service-ordering orders list --limit 20",
        "service-ordering orders list --filter 'state=held,pending&relatedParty.id=CUST-6490' --sort -priority",
        "service-ordering orders list --all -o json --fields state | jq -r '.[].state' | sort | uniq -c",
    ];

    protected override IAsyncEnumerable<ServiceOrder> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken) =>
        client.ServiceOrders.ReadAllServiceOrdersAsync(Request(query), cancellationToken);

    protected override async Task<(IReadOnlyCollection<ServiceOrder> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken)
    {
        var request = Request(query);
        if (limit is { } most)
        {
            request.Limit = most;
        }

        var page = await client.ServiceOrders.ListServiceOrdersAsync(request, cancellationToken: cancellationToken);
        return (page.ServiceOrders, page.TotalCount);
    }

    private static ListServiceOrdersRequest Request(ListQuery query) => new()
    {
        Filter = query.Filter,
        Sort = query.Sort,
        Fields = query.Fields,
        Offset = query.Offset,
    };
}
