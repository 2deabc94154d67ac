using ServiceOrdering.Transcoding;
namespace ServiceOrdering.Server.EventSubscriptions;

internal static class EventSubscriptionsModule
{
    public static IServiceCollection AddEventSubscriptions(this IServiceCollection services) => services
        .AddSingleton<EventSubscriptionStore>()
        .AddSingleton<EventSubscriptionGrpcService>()
        .AddSingleton<EventDeliveryGrpcService>();

    public static IEndpointRouteBuilder MapEventSubscriptions(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<EventSubscriptionGrpcService>().WithTmfJson();
        routes.MapGrpcService<EventDeliveryGrpcService>().WithTmfJson();
        return routes;
    }
}
