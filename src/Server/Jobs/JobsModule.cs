using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using ServiceOrdering.Transcoding;

namespace ServiceOrdering.Server.Jobs;

internal static class JobsModule
{
    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddResource(JobKind.Create())
        .AddSingleton<JobTargets>()
        .AddSingleton<JobStore>()
        .AddSingleton<JobRunner>()
        .AddWritingService<JobRunner>()
        .AddSingleton<JobGrpcService>()
        .AddSingleton(new Reference("job_place", "job_id", "job"));

    public static IEndpointRouteBuilder MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<JobGrpcService>().WithTmfErrors();
        return routes;
    }
}
