using Google.Rpc;
using Grpc.AspNetCore.HealthChecks;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Reflection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Server.Hosting;

/// <summary>For generic tools: which services there are (gRPC reflection), and whether they take calls (gRPC health, HTTP probes).</summary>
internal static class Discovery
{
    public static void AddDiscovery(this IServiceCollection services)
    {
        services.AddGrpcHealthChecks().AddCheck<DrainCheck>("drain");
        // In place of those that the package would make: a client that looks into a refusal asks for the types of its details.
        services.AddSingleton(provider => new ReflectionServiceImpl(ServiceNames(provider), Symbols(provider)));
        services.AddSingleton(provider => new ReflectionV1ServiceImpl(ServiceNames(provider), Symbols(provider)));
        services.AddGrpcReflection();
    }

    /// <summary>To be called when every other service is mapped.</summary>
    public static void MapDiscovery(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready").AllowAnonymous();
        // What there is to call is told in the contract anyway; who may ask the server is said like for any method.
        app.MapGrpcReflectionService().WithMetadata(new Access { Scope = "administration:documentation:read", Cost = Cost.Stream });
        app.MapGrpcHealthChecksService().AllowAnonymous();
        var health = app.Services.GetRequiredService<IOptions<GrpcHealthChecksOptions>>().Value;
        foreach (var service in Services(((IEndpointRouteBuilder)app).DataSources).Select(service => service.FullName))
            health.Services.Map(service, _ => true);
    }

    private static IEnumerable<string> ServiceNames(IServiceProvider provider) =>
        Services([provider.GetRequiredService<EndpointDataSource>()]).Select(service => service.FullName);

    private static SymbolRegistry Symbols(IServiceProvider provider) => SymbolRegistry.FromFiles(
        Services([provider.GetRequiredService<EndpointDataSource>()]).Select(service => service.File).Append(ErrorDetailsReflection.Descriptor));

    // Generated code has a service's descriptor beside its base class, in the class that also binds it.
    internal static IEnumerable<Google.Protobuf.Reflection.ServiceDescriptor> Services(IEnumerable<EndpointDataSource> sources) => sources
        .SelectMany(source => source.Endpoints)
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
        .OfType<Type>()
        .Distinct()
        .Select(type => type.GetCustomAttributes(typeof(BindServiceMethodAttribute), inherit: true).OfType<BindServiceMethodAttribute>().FirstOrDefault()
            ?.BindType.GetProperty("Descriptor")?.GetValue(null))
        .OfType<Google.Protobuf.Reflection.ServiceDescriptor>();
}
