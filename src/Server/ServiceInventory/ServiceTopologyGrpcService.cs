using Grpc.Core;
using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

internal sealed class ServiceTopologyGrpcService(ServiceStore store, ResourceView<Service> view) : ServiceTopologyService.ServiceTopologyServiceBase
{
    public override Task<GetServiceTopologyResponse> GetServiceTopology(GetServiceTopologyRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var (direction, depth) = ServiceRequests.Check(request);
        var topology = store.GetTopology(request.Id, direction, depth, context.CancellationToken);
        foreach (var service in topology.Services)
            show(service);
        return Task.FromResult(new GetServiceTopologyResponse { Topology = topology });
    }
}
