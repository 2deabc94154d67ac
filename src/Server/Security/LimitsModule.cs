using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Security;

internal static class LimitsModule
{
    /// <summary>Limits what callers may ask for, and tells of what they ask for in vain.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LimitsOptions>().Bind(configuration.GetSection("Limits"));
        services.AddRateLimiter(_ => { }).AddSingleton<IConfigureOptions<RateLimiterOptions>, RequestLimits>();
        return services.AddSingleton<AuditInterceptor>()
            .Configure<GrpcServiceOptions>(options => options.Interceptors.Add<AuditInterceptor>());
    }
}
