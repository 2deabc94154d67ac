using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

internal static class CancelServiceOrdersModule
{
    public static IServiceCollection AddCancelServiceOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CancellationOptions>().Bind(configuration.GetSection("Cancellation"));
        return services
            .AddResource(CancelServiceOrderKind.Create())
            .AddWatchedResource<CancelServiceOrder>()
            .AddSingleton<Follower<ServiceOrder>>(Cancellation.FollowAsync)
            .AddSingleton<CancelServiceOrderStore>()
            .AddSingleton<IDue, DueCancellations>()
            .AddSingleton<CancelServiceOrderGrpcService>()
            .AddSingleton(new Reference("cancellation", "task_id", "cancel_service_order"));
    }

    public static IEndpointRouteBuilder MapCancelServiceOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<CancelServiceOrderGrpcService>().WithTmfJson();
        return routes;
    }
}
