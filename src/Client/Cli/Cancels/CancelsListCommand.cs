using Google.Protobuf.Reflection;
using ServiceOrdering.Cli.Events;
using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Cancels;

/// <summary>service-ordering cancels list</summary>
internal sealed class CancelsListCommand()
    : ListCommand<CancelServiceOrder>("List requests to cancel orders, newest first.", "requests", new ListOptions("requests", "state=inProgress&serviceOrder.id=1", "-requestedCancellationDate", states: CancelServiceOrderReflection.Descriptor.FindTypeByName<EnumDescriptor>("TaskState")), CancelView.Columns, [.. EventKinds.Cancels])
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering cancels list --watch",
        "service-ordering cancels list --filter state=accepted,inProgress",
        "service-ordering cancels list --filter serviceOrder.id=019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -o table",
    ];

    protected override IAsyncEnumerable<CancelServiceOrder> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken) =>
        client.CancelServiceOrders.ReadAllCancelServiceOrdersAsync(Request(query), cancellationToken);

    protected override async Task<(IReadOnlyCollection<CancelServiceOrder> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken)
    {
        var request = Request(query);
        if (limit is { } most)
        {
            request.Limit = most;
        }

        var page = await client.CancelServiceOrders.ListCancelServiceOrdersAsync(request, cancellationToken: cancellationToken);
        return (page.CancelServiceOrders, page.TotalCount);
    }

    private static ListCancelServiceOrdersRequest Request(ListQuery query) => new()
    {
        Filter = query.Filter,
        Sort = query.Sort,
        Fields = query.Fields,
        Offset = query.Offset,
    };
}
