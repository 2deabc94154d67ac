namespace ServiceOrdering.Server.EventSubscriptions;

internal static class EventSubscriptionsModule
{
    public static IServiceCollection AddEventSubscriptions(this IServiceCollection services) => services
        .AddSingleton<EventSubscriptionStore>()
        .AddSingleton<EventSubscriptionGrpcService>();

    public static IEndpointRouteBuilder MapEventSubscriptions(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<EventSubscriptionGrpcService>();
        return routes;
    }
}
