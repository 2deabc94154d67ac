using Google.Rpc;
using Grpc.AspNetCore.HealthChecks;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.HealthCheck;
using Grpc.Reflection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hosting;

/// <summary>For generic tools: which services there are (gRPC reflection), and whether they take calls (gRPC health, HTTP probes).</summary>
internal static class Discovery
{
    private const string Start = "start";

    public static void AddDiscovery(this IServiceCollection services)
    {
        services.AddSingleton<Draining>().AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<Draining>());
        services.AddOptions<ShutdownOptions>().BindConfiguration("Shutdown");
        services.AddGrpcHealthChecks().AddCheck<DrainCheck>("drain").AddCheck<StartCheck>(Start);
        // In place of those that the package would make: a client that looks into a refusal asks for the types of its details.
        services.AddSingleton(provider => new ReflectionServiceImpl(ServiceNames(provider), Symbols(provider)));
        services.AddSingleton(provider => new ReflectionV1ServiceImpl(ServiceNames(provider), Symbols(provider)));
        services.AddGrpcReflection();
    }

    /// <summary>To be called when every other service is mapped.</summary>
    public static void MapDiscovery(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = HealthAnswer.WriteAsync }).Open();
        app.MapHealthChecks("/health/startup", new HealthCheckOptions { Predicate = check => check.Name == Start, ResponseWriter = HealthAnswer.WriteAsync }).Open();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync }).Open();
        // What there is to call is told in the contract anyway; who may ask the server is said like for any method.
        app.MapGrpcReflectionService().WithMetadata(Scopes.Documentation);
        app.MapGrpcHealthChecksService().AllowAnonymous();
        var health = app.Services.GetRequiredService<IOptions<GrpcHealthChecksOptions>>().Value;
        foreach (var service in Services(((IEndpointRouteBuilder)app).DataSources).Select(service => service.FullName))
            health.Services.Map(service, _ => true);
        // Who watches hears of it at once, and not when the checks are run next.
        var watched = app.Services.GetRequiredService<HealthServiceImpl>();
        app.Services.GetRequiredService<Draining>().Begun.Register(() =>
        {
            foreach (var service in health.Services.Select(service => service.Name))
                watched.SetStatus(service, Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus.NotServing);
        });
    }

    // Probes have no credentials, and are no traffic.
    private static void Open(this IEndpointConventionBuilder probe) => probe.DisableHttpMetrics().AllowAnonymous();

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
