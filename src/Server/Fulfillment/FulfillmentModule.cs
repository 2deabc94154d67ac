using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

internal static class FulfillmentModule
{
    public static IServiceCollection AddFulfillment(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FulfillmentOptions>().Bind(configuration.GetSection("Fulfillment"));
        return services
            .AddSingleton<Follower<ServiceOrder>>(WorkTable.FollowAsync)
            .AddResource(FalloutItemKind.Create())
            .AddSingleton<FalloutTable>()
            .AddSingleton<Follower<ServiceOrder>>(provider => provider.GetRequiredService<FalloutTable>().FollowAsync)
            .AddSingleton<OrderTurns>()
            .AddSingleton<Delivery>()
            .AddSingleton<WorkStore>()
            .AddSingleton<FalloutStore>()
            .AddSingleton<WorkOverview>()
            .AddSingleton<FalloutGrpcService>()
            .AddSingleton<WorkDispatcher>()
            .AddWritingService<WorkDispatcher>()
            .AddSingleton<CancellationNotices>()
            .AddWritingService<CancellationNotices>()
            .AddSingleton<IGaugeReader, WorkGauges>()
            .AddSingleton<IDue, DueOrders>()
            .AddSingleton<IDue, DueItems>()
            .AddSingleton<FulfillmentGrpcService>()
            .AddSingleton<IIntegrityCheck, WorkCheck>()
            .AddSingleton(new Derived<ServiceOrder>("work", "select order_id, item_id from work", order => WorkItems.Of(order).Keys))
            .AddSingleton(new Reference("service_order_dependency", "order_id", "service_order"))
            .AddSingleton(new Reference("fallout_item", "service_order_id", "service_order"));
    }

    // Answers as Microsoft's transcoding does: it is none of the standards'. Refusals are told as everywhere.
    public static IEndpointRouteBuilder MapFulfillment(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<FulfillmentGrpcService>().WithTmfErrors();
        routes.MapGrpcService<FalloutGrpcService>().WithTmfErrors();
        return routes;
    }
}
