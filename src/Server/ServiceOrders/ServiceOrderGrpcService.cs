using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal sealed class ServiceOrderGrpcService(ServiceOrderStore store, ResourceView<ServiceOrder> view, TimeProvider time)
    : ServiceOrderService.ServiceOrderServiceBase
{
    public override async Task<CreateServiceOrderResponse> CreateServiceOrder(CreateServiceOrderRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var (order, requestId) = ServiceOrderRequests.Check(request, time);
        var stored = await store.CreateAsync(order, requestId, CorrelationId.Of(context), context.CancellationToken);
        return new CreateServiceOrderResponse
        {
            ServiceOrder = show(stored.Resource),
            Etag = stored.ETag,
            Replayed = stored.Replayed,
        };
    }

    public override Task<GetServiceOrderResponse> GetServiceOrder(GetServiceOrderRequest request, ServerCallContext context)
    {
        if (request.Fields.Length == 0 && JsonBody.Of(context) is { } body)
            return Task.FromResult(new GetServiceOrderResponse { Etag = store.CopyTo(body, request.Id, view.HrefOf(request.Id, context)) });
        var show = view.Form(request.Fields, context);
        var stored = store.Get(request.Id);
        return Task.FromResult(new GetServiceOrderResponse { ServiceOrder = show(stored.Resource), Etag = stored.ETag });
    }

    public override Task<ListServiceOrdersResponse> ListServiceOrders(ListServiceOrdersRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var query = ServiceOrderRequests.Check(request);
        var page = store.List(query, context.CancellationToken);
        var response = new ListServiceOrdersResponse
        {
            ServiceOrders = { page.Resources.Select(show) },
            AppliedLimit = query.Limit,
            NextPageToken = page.NextPageToken,
        };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return Task.FromResult(response);
    }

    public override async Task<UpdateServiceOrderResponse> UpdateServiceOrder(UpdateServiceOrderRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var change = ServiceOrderRequests.Check(request);
        var stored = await store.UpdateAsync(request.ServiceOrder.Id, request.Etag, change, view.Href(context), CorrelationId.Of(context), context.CancellationToken);
        return new UpdateServiceOrderResponse { ServiceOrder = show(stored.Resource), Etag = stored.ETag };
    }

    public override async Task<PatchServiceOrderResponse> PatchServiceOrder(PatchServiceOrderRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var change = ServiceOrderRequests.Check(request);
        var stored = await store.UpdateAsync(request.Id, request.Etag, change, view.Href(context), CorrelationId.Of(context), context.CancellationToken);
        return new PatchServiceOrderResponse { ServiceOrder = show(stored.Resource), Etag = stored.ETag };
    }

    public override async Task<DeleteServiceOrderResponse> DeleteServiceOrder(DeleteServiceOrderRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(request.Id, request.Etag, CorrelationId.Of(context), context.CancellationToken);
        return new DeleteServiceOrderResponse();
    }
}
