using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Jobs;

internal sealed class JobGrpcService(JobStore store, ResourceList<Job> list) : JobService.JobServiceBase
{
    public override async Task<CreateJobResponse> CreateJob(CreateJobRequest request, ServerCallContext context)
    {
        var (job, requestId) = JobRequests.Check(request, context.UnknownAttributes());
        var caller = context.Caller();
        job.Actor = Decision.Of(request.Actor, caller, request.Note).Author;
        return await store.CreateAsync(caller, job, requestId, request.DryRun, context.CancellationToken);
    }

    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) => new() { Job = await store.GetAsync(request.Id, context.Identity().Sight) };

    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var query = JobRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
        var page = await list.ReadAsync(query, shown => shown, context);
        await store.CountRecoveredAsync(page.Resources);
        var response = new ListJobsResponse { Jobs = { page.Resources }, NextPageToken = page.NextPageToken };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }

    public override async Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context) =>
        new() { Job = await store.CancelAsync(context.Caller(), request.Id, context.CancellationToken) };
}
