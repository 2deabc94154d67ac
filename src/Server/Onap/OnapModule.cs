namespace ServiceOrdering.Server.Onap;

internal static class OnapModule
{
    public static IServiceCollection AddOnap(this IServiceCollection services, IConfiguration configuration)
    {
        _ = configuration;
        return services;
    }

    public static IEndpointRouteBuilder MapOnap(this IEndpointRouteBuilder routes) => routes;
}
