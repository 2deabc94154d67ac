using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

internal sealed class ServiceGrpcService(ServiceStore store, ResourceTable<Service> services, ResourceList<Service> list, ResourceView<Service> view, TimeProvider time) : ServiceService.ServiceServiceBase
{
    public override async Task<CreateServiceResponse> CreateService(CreateServiceRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var (service, requestId) = ServiceRequests.Check(request, time);
        var stored = await store.CreateAsync(context.Caller(), service, requestId, answer.MakeRoom, context.CancellationToken);
        return new CreateServiceResponse { Service = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed, Replayed = stored.Replayed };
    }

    public override async Task<GetServiceResponse> GetService(GetServiceRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var stored = await services.GetAsync(request.Id, context.Identity().Sight);
        return new GetServiceResponse { Service = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<ListServicesResponse> ListServices(ListServicesRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var query = ServiceRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
        return Page(query, await list.ReadAsync(query, show, context), shown => shown);
    }

    public override async Task<UpdateServiceResponse> UpdateService(UpdateServiceRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var change = ServiceRequests.Check(request, view.HrefOf(request.Service?.Id ?? "", context));
        var stored = await store.UpdateAsync(context.Caller(), request.Service!.Id, request.Etag, change, answer.MakeRoom, context.CancellationToken);
        return new UpdateServiceResponse { Service = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<PatchServiceResponse> PatchService(PatchServiceRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var change = ServiceRequests.Check(request, view.HrefOf(request.Id, context), context.IsStrict());
        var stored = await store.UpdateAsync(context.Caller(), request.Id, request.Etag, change, answer.MakeRoom, context.CancellationToken);
        return new PatchServiceResponse { Service = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<DeleteServiceResponse> DeleteService(DeleteServiceRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(context.Caller(), request.Id, request.Etag, context.CancellationToken);
        return new DeleteServiceResponse();
    }

    /// <summary>The answer for a page, whose services it may have by another way.</summary>
    public static ListServicesResponse Page<TRow>(ResourceQuery query, ResourcePage<TRow> page, Func<TRow, Service>? show)
    {
        var response = new ListServicesResponse { AppliedLimit = query.Limit, NextPageToken = page.NextPageToken };
        if (show is not null)
            response.Services.AddRange(page.Resources.Select(show));
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }
}
