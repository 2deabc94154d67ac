using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal static class ServiceOrdersModule
{
    public static IServiceCollection AddServiceOrders(this IServiceCollection services) => services
        .AddSingleton(ServiceOrderStore.Kind)
        .AddSingleton<ResourceView<ServiceOrder>>()
        .AddSingleton<ServiceOrderStore>()
        .AddSingleton<ServiceOrderGrpcService>();

    public static IEndpointRouteBuilder MapServiceOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ServiceOrderGrpcService>().WithTmfJson();
        return routes;
    }
}
