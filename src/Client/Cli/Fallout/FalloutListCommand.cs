using Google.Protobuf.Reflection;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout list</summary>
internal sealed class FalloutListCommand()
    : ListCommand<FalloutItem>("List items that could not be worked, those that fell out last first.", "items", new ListOptions("items", "state=open&falloutType=leaseLost&since.lt=2026-01-01", "priority,since", hasFields: false, states: FalloutItemReflection.Descriptor.FindTypeByName<EnumDescriptor>("FalloutState")), FalloutView.Columns)
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering fallout list --filter state=open --watch",
        "service-ordering fallout list --filter state=open --sort priority,since",
        "service-ordering fallout list --filter 'state=open&causeCode=PORT_BUSY' --all -o json | jq -r '.[].id'",
    ];

    protected override IAsyncEnumerable<FalloutItem> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken) =>
        client.Fallout.ReadAllFalloutItemsAsync(Request(query), cancellationToken);

    protected override async Task<(IReadOnlyCollection<FalloutItem> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken)
    {
        var request = Request(query);
        if (limit is { } most)
        {
            request.Limit = most;
        }

        var page = await client.Fallout.ListFalloutItemsAsync(request, cancellationToken: cancellationToken);
        return (page.FalloutItems, page.TotalCount);
    }

    private static ListFalloutItemsRequest Request(ListQuery query) => new()
    {
        Filter = query.Filter,
        Sort = query.Sort,
        Offset = query.Offset,
    };
}
