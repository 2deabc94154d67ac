using Google.Protobuf;
using Grpc.AspNetCore.Server;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Transcoding;
namespace ServiceOrdering.Server.Events;

internal static class EventsModule
{
    public static IServiceCollection AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EventsOptions>().Bind(configuration.GetSection("Events"));
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<ConsistencyInterceptor>());
        return services
            .AddSingleton<ConsistencyInterceptor>()
            .AddSingleton<EventTypes>()
            .AddSingleton<EventLog>()
            .AddSingleton<EventPages>()
            .AddSingleton<ResourceHistory>()
            .AddSingleton<IIntegrityCheck, EventLogCheck>()
            .AddSingleton<UnreadableEvents>()
            .AddSingleton<ResumeTokens>()
            .AddSingleton<EventTail>().AddHostedService(provider => provider.GetRequiredService<EventTail>())
            .AddSingleton<EventRetention>().AddWritingService<EventRetention>()
            .AddSingleton<EventGrpcService>();
    }

    /// <summary>Lets a kind of resource be watched, and told of in snapshots.</summary>
    public static IServiceCollection AddWatchedResource<T>(this IServiceCollection services)
        where T : class, IMessage<T>, new() => services.AddSingleton(provider =>
        {
            var kind = provider.GetRequiredService<ResourceKind<T>>();
            return new WatchedResource(kind.Name, kind.Table, kind.Route, kind.Seen);
        });

    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<EventGrpcService>().WithTmfJson();
        return routes;
    }
}
