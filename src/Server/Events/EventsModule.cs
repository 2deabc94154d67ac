using Google.Protobuf;
using Grpc.AspNetCore.Server;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Transcoding;
namespace ServiceOrdering.Server.Events;

internal static class EventsModule
{
    public static IServiceCollection AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EventsOptions>().Bind(configuration.GetSection("Events"))
            .Validate(options => options.Retention >= TimeSpan.FromMinutes(1), "Events:Retention must be at least 00:01:00, such as 30.00:00:00 (30 days).")
            .Validate(options => options.CheckpointInterval > TimeSpan.Zero, "Events:CheckpointInterval must be positive, such as 00:00:30.")
            .ValidateOnStart();
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<ConsistencyInterceptor>());
        return services
            .AddSingleton<ConsistencyInterceptor>()
            .AddSingleton<EventTypes>()
            .AddSingleton<EventLog>()
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
