using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

internal sealed class ServiceGrpcService(ServiceStore store, ResourceView<Service> view, TimeProvider time) : ServiceService.ServiceServiceBase
{
    public override async Task<CreateServiceResponse> CreateService(CreateServiceRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var (service, requestId) = ServiceRequests.Check(request, time);
        var stored = await store.CreateAsync(service, requestId, CorrelationId.Of(context), context.CancellationToken);
        return new CreateServiceResponse { Service = show(stored.Resource), Etag = stored.ETag, Replayed = stored.Replayed };
    }

    public override Task<GetServiceResponse> GetService(GetServiceRequest request, ServerCallContext context)
    {
        if (request.Fields.Length == 0 && JsonBody.Of(context) is { } body)
            return Task.FromResult(new GetServiceResponse { Etag = store.CopyTo(body, request.Id, view.HrefOf(request.Id, context)) });
        var show = view.Form(request.Fields, context);
        var stored = store.Get(request.Id);
        return Task.FromResult(new GetServiceResponse { Service = show(stored.Resource), Etag = stored.ETag });
    }

    public override Task<ListServicesResponse> ListServices(ListServicesRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var query = ServiceRequests.Check(request);
        var page = store.List(query, context.CancellationToken);
        var response = new ListServicesResponse
        {
            Services = { page.Resources.Select(show) },
            AppliedLimit = query.Limit,
            NextPageToken = page.NextPageToken,
        };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return Task.FromResult(response);
    }

    public override async Task<UpdateServiceResponse> UpdateService(UpdateServiceRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var change = ServiceRequests.Check(request);
        var stored = await store.UpdateAsync(request.Service.Id, request.Etag, change, view.Href(context), CorrelationId.Of(context), context.CancellationToken);
        return new UpdateServiceResponse { Service = show(stored.Resource), Etag = stored.ETag };
    }

    public override async Task<PatchServiceResponse> PatchService(PatchServiceRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var change = ServiceRequests.Check(request);
        var stored = await store.UpdateAsync(request.Id, request.Etag, change, view.Href(context), CorrelationId.Of(context), context.CancellationToken);
        return new PatchServiceResponse { Service = show(stored.Resource), Etag = stored.ETag };
    }

    public override async Task<DeleteServiceResponse> DeleteService(DeleteServiceRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(request.Id, request.Etag, CorrelationId.Of(context), context.CancellationToken);
        return new DeleteServiceResponse();
    }
}
