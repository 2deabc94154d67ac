using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

internal static class ServiceInventoryModule
{
    public static IServiceCollection AddServiceInventory(this IServiceCollection services) => services
        .AddSingleton(ServiceStore.Kind)
        .AddSingleton<ResourceView<Service>>()
        .AddSingleton<ServiceStore>()
        .AddSingleton<ServiceGrpcService>()
        .AddSingleton<ServiceTopologyGrpcService>();

    public static IEndpointRouteBuilder MapServiceInventory(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ServiceGrpcService>().WithTmfJson();
        routes.MapGrpcService<ServiceTopologyGrpcService>().WithTmfJson();
        return routes;
    }
}
