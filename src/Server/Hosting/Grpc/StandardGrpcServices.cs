using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServiceOrdering.Server.Hosting.Grpc;

/// <summary>Wires the health and reflection services that gRPC tools expect of every server.</summary>
internal static class StandardGrpcServices
{
    /// <summary>Adds <see cref="HealthStatuses"/>, through which the application says which services take calls.</summary>
    public static IServiceCollection AddGrpcHealth(this IServiceCollection services)
    {
        services.TryAddSingleton<HealthStatuses>();
        return services;
    }

    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        services.TryAddSingleton<DescriptorCatalog>();
        services.TryAddSingleton<ReflectionAnswers>();
        return services;
    }

    public static IEndpointConventionBuilder MapGrpcHealth(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGrpcService<HealthGrpcService>();

    /// <summary>Maps both versions of the protocol. All services that are mapped, before or after, can be seen.</summary>
    public static IEndpointConventionBuilder MapGrpcReflection(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("");
        group.MapGrpcService<ReflectionGrpcService>();
        group.MapGrpcService<ReflectionV1AlphaGrpcService>();
        return group;
    }
}
