using Google.Protobuf.Reflection;
using ServiceOrdering.Cli.Events;
using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services list</summary>
internal sealed class ServicesListCommand()
    : ListCommand<Service>("List services, newest first.", "services", new ListOptions("services", "state=active&relatedParty.partyOrPartyRole.id=456", "-startDate,name", states: ServiceReflection.Descriptor.FindTypeByName<EnumDescriptor>("ServiceState")), ServiceView.Columns, [.. EventKinds.Services])
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services list --filter state=active --watch",
        "service-ordering services list --filter 'serviceType=Cloud&state=active' --limit 20",
        "service-ordering services list --filter supportingService.id=gpon-access-6490 --sort name",
        "service-ordering services list --all -o json --fields state | jq -r '.[].state' | sort | uniq -c",
    ];

    protected override IAsyncEnumerable<Service> ReadAll(ServiceOrderingClient client, ListQuery query, CancellationToken cancellationToken) =>
        client.Services.ReadAllServicesAsync(Request(query), cancellationToken);

    protected override async Task<(IReadOnlyCollection<Service> Items, long Total)> ReadAsync(
        ServiceOrderingClient client, ListQuery query, int? limit, CancellationToken cancellationToken)
    {
        var request = Request(query);
        if (limit is { } most)
        {
            request.Limit = most;
        }

        var page = await client.Services.ListServicesAsync(request, cancellationToken: cancellationToken);
        return (page.Services, page.TotalCount);
    }

    private static ListServicesRequest Request(ListQuery query) => new()
    {
        Filter = query.Filter,
        Sort = query.Sort,
        Fields = query.Fields,
        Offset = query.Offset,
    };
}
