using Grpc.Core;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

internal sealed class ServiceTopologyGrpcService(ServiceStore store, ResourceView<Service> view) : ServiceTopologyService.ServiceTopologyServiceBase
{
    public override async Task<GetServiceTopologyResponse> GetServiceTopology(GetServiceTopologyRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var (direction, depth) = ServiceRequests.Check(request);
        var topology = await store.GetTopologyAsync(request.Id, context.Identity().Sight, direction, depth, context.CancellationToken);
        foreach (var service in topology.Services)
            show(service);
        return new GetServiceTopologyResponse { Topology = topology };
    }
}
