using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Json;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.WebConsole.Inventory;

/// <summary>What the list of services shows.</summary>
/// <param name="Page">The services.</param>
/// <param name="Offset">How many come before them.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="Problem">Why the conditions are none; null where they are some.</param>
internal sealed record ServiceList(IReadOnlyList<Service> Page, int Offset, long Total, string? Problem);

/// <summary>What the page of a service shows.</summary>
internal sealed record ServiceDetail
{
    public required Service Service { get; init; }

    /// <summary>What it is built on, and what is built on it, with itself.</summary>
    public required IReadOnlyList<GraphNode> Nodes { get; init; }

    public required IReadOnlyList<GraphEdge> Edges { get; init; }

    /// <summary>How many links are followed each way.</summary>
    public required int Depth { get; init; }

    /// <summary>Whether there is more than what is drawn.</summary>
    public required bool IsCut { get; init; }
}

/// <summary>The pages of the inventory.</summary>
internal static class ServicePages
{
    public const int PageSize = 50;
    public const string Route = "/tmf-api/serviceInventory/v5/service";

    private const int DefaultDepth = 3;
    private const int LargestDepth = 12;

    // Of more nobody sees anything.
    private const int MostNodes = 120;

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/services", Methods.ListServices, ListAsync);
        console.MapPage("/services/{id}", Methods.GetService, ShowAsync);
    }

    private static async Task<IResult> ListAsync(Visit visit)
    {
        var filter = Conditions.Of(
            visit.Query("filter"),
            ("state", visit.Query("state")), ("operatingStatus", visit.Query("status")), ("serviceType", visit.Query("type")), ("name", visit.Query("name")), ("serviceSpecification.id", visit.Query("specification")),
            ("serviceOrderItem.serviceOrderId", visit.Query("order")), ("relatedParty.partyOrPartyRole.id", visit.Query("party")), ("serviceCharacteristic.name", visit.Query("characteristic")));
        var request = new ListServicesRequest
        {
            Filter = filter,
            Sort = visit.Query("sort"),
            Offset = visit.Offset,
            Limit = PageSize,
            Fields = "name,description,serviceType,category,state,operatingStatus,serviceDate,serviceSpecification",
        };
        var (page, problem) = await Visit.TryAsync(async () => await visit.Services.ListServicesAsync(request));
        return visit.Show<ServicesPage>(new ServiceList(page?.Services ?? [], visit.Offset, page?.TotalCount ?? 0, problem));
    }

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var id = visit.Id;
        var depth = int.TryParse(visit.Query("depth"), out var number) && number is > 0 and <= LargestDepth ? number : DefaultDepth;
        var service = (await visit.Services.GetServiceAsync(new GetServiceRequest { Id = id })).Service;
        var (nodes, edges, isCut) = visit.May(Methods.GetTopology) ? await SurroundingsAsync(visit, id, depth) : ([], [], false);
        return visit.Show<ServicePage>(new ServiceDetail { Service = service, Nodes = nodes, Edges = edges, Depth = depth, IsCut = isCut });
    }

    /// <summary>A service's surroundings both ways. An arrow leads from a service to what it is built on.</summary>
    private static async Task<(List<GraphNode> Nodes, List<GraphEdge> Edges, bool IsCut)> SurroundingsAsync(Visit visit, string id, int depth)
    {
        var nodes = new Dictionary<string, GraphNode>();
        var edges = new Dictionary<(string, string, string), GraphEdge>();
        var isCut = false;
        foreach (var direction in new[] { ServiceTopologyDirection.Supporting, ServiceTopologyDirection.Supported })
        {
            var topology = (await visit.Topology.GetServiceTopologyAsync(new GetServiceTopologyRequest { Id = id, Direction = direction, Depth = depth, Fields = "name,state,operatingStatus,serviceType" })).Topology;
            isCut |= topology.Truncated || topology.Services.Count > MostNodes / 2;
            // The nearest come first.
            foreach (var service in topology.Services.Take(MostNodes / 2))
                nodes.TryAdd(service.Id, Node(visit, service, service.Id == id));
            foreach (var link in topology.Links.Where(link => nodes.ContainsKey(link.ServiceId)))
            {
                // What the inventory does not have is drawn as what it is called.
                if (!nodes.ContainsKey(link.TargetId) && topology.Services.All(service => service.Id != link.TargetId) && nodes.Count < MostNodes)
                    nodes.Add(link.TargetId, new GraphNode(link.TargetId, link.TargetId, "not in the inventory", null));
                if (nodes.ContainsKey(link.TargetId))
                    edges.TryAdd((link.ServiceId, link.TargetId, link.LinkType), new GraphEdge(link.ServiceId, link.TargetId, link.LinkType));
            }
        }
        return ([.. nodes.Values], [.. edges.Values], isCut);
    }

    private static GraphNode Node(Visit visit, Service service, bool isMain) =>
        new(service.Id, service.HasName ? service.Name : service.Id, EnumNames.Json(service.State), visit.Link("/services/" + Uri.EscapeDataString(service.Id)))
        {
            Detail = service.ServiceType,
            IsMain = isMain,
        };
}
