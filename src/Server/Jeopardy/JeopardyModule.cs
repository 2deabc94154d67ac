using Microsoft.Extensions.Options;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Jeopardy;

internal static class JeopardyModule
{
    public static IServiceCollection AddJeopardy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JeopardyOptions>().Bind(configuration.GetSection("Jeopardy"));
        return services
            .AddSingleton<JeopardyDue>()
            .AddSingleton<Follower<ServiceOrder>>(provider => provider.GetRequiredService<JeopardyDue>().FollowAsync)
            .AddSingleton<IDue, DueDates>()
            .AddSingleton<IDue, UnservedItems>()
            .AddSingleton<Follower<FalloutItem>>(provider => AgedFallout.Follow(provider.GetRequiredService<IOptions<JeopardyOptions>>()))
            .AddSingleton<IDue, AgedFallout>()
            .AddSingleton<IGaugeReader, UnservedGauge>()
            .AddSingleton<ServedKinds>()
            .AddWritingService<ServedKinds>();
    }
}
