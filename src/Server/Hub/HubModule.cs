using System.Net;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Transcoding;

namespace ServiceOrdering.Server.Hub;

internal static class HubModule
{
    public static IServiceCollection AddHub(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection("Webhooks"));
        return services
            .AddSingleton<ResolveHost>(_ => Dns.GetHostAddressesAsync)
            .AddSingleton<CallbackRules>()
            .AddSingleton<TmfEventDialect>()
            .AddSingleton<EventApis>()
            .AddSingleton<EventSubscriptionStore>()
            .AddSingleton<PlainSecrets>()
            .AddWritingService<PlainSecrets>()
            .AddSingleton<WebhookSender>()
            .AddSingleton<DeliveryLanes>()
            .AddSingleton<DeliveryServices>()
            .AddSingleton<WebhookDispatcher>()
            .AddWritingService<WebhookDispatcher>()
            .AddSingleton<IGaugeReader, HubGauges>()
            .AddSingleton<IIntegrityCheck, EventSubscriptionCheck>()
            .AddSingleton(new Reference("delivery_attempt", "subscription_id", "event_subscription"))
            .AddSingleton<EventSubscriptionGrpcService>()
            .AddSingleton<EventDeliveryGrpcService>();
    }

    /// <summary>Gives an API a hub.</summary>
    public static IServiceCollection AddEventApi(this IServiceCollection services, EventApi api) => services.AddSingleton(api);

    /// <summary>Gives an API a hub that speaks another dialect than TM Forum's.</summary>
    public static IServiceCollection AddEventApi<T>(this IServiceCollection services, EventApi api)
        where T : class, IEventDialect => services
            .AddSingleton<T>()
            .AddSingleton(provider => api with { Dialect = provider.GetRequiredService<T>() });

    public static IEndpointRouteBuilder MapHub(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<EventSubscriptionGrpcService>().WithTmfJson();
        routes.MapGrpcService<EventDeliveryGrpcService>().WithTmfJson();
        return routes;
    }
}
