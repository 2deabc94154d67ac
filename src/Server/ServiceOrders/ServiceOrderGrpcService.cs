using Grpc.Core;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal sealed class ServiceOrderGrpcService(ServiceOrderStore store, PublicAddress address, TimeProvider time)
    : ServiceOrderService.ServiceOrderServiceBase
{
    public override async Task<CreateServiceOrderResponse> CreateServiceOrder(CreateServiceOrderRequest request, ServerCallContext context)
    {
        var (order, requestId) = ServiceOrderRequests.Check(request, time);
        var stored = await store.CreateAsync(order, requestId, CorrelationId.Of(context), context.CancellationToken);
        return new CreateServiceOrderResponse
        {
            ServiceOrder = Show(stored.Resource, request.Fields, context),
            Etag = stored.ETag,
            Replayed = stored.Replayed,
        };
    }

    public override Task<GetServiceOrderResponse> GetServiceOrder(GetServiceOrderRequest request, ServerCallContext context)
    {
        if (request.Fields.Length == 0 && JsonBody.Of(context) is { } body)
            return Task.FromResult(new GetServiceOrderResponse { Etag = store.CopyTo(body, request.Id, HrefOf(request.Id, context)) });
        var stored = store.Get(request.Id);
        return Task.FromResult(new GetServiceOrderResponse { ServiceOrder = Show(stored.Resource, request.Fields, context), Etag = stored.ETag });
    }

    public override Task<ListServiceOrdersResponse> ListServiceOrders(ListServiceOrdersRequest request, ServerCallContext context)
    {
        var query = ServiceOrderRequests.Check(request);
        var page = store.List(query, context.CancellationToken);
        return Task.FromResult(new ListServiceOrdersResponse
        {
            ServiceOrders = { page.Resources.Select(order => Show(order, request.Fields, context)) },
            TotalCount = page.TotalCount,
            AppliedLimit = query.Limit,
            NextPageToken = page.NextPageToken,
        });
    }

    public override async Task<UpdateServiceOrderResponse> UpdateServiceOrder(UpdateServiceOrderRequest request, ServerCallContext context)
    {
        var change = ServiceOrderRequests.Check(request);
        var stored = await store.UpdateAsync(request.ServiceOrder.Id, request.Etag, change, Href(context), CorrelationId.Of(context), context.CancellationToken);
        return new UpdateServiceOrderResponse { ServiceOrder = Show(stored.Resource, request.Fields, context), Etag = stored.ETag };
    }

    public override async Task<PatchServiceOrderResponse> PatchServiceOrder(PatchServiceOrderRequest request, ServerCallContext context)
    {
        var change = ServiceOrderRequests.Check(request);
        var stored = await store.UpdateAsync(request.Id, request.Etag, change, Href(context), CorrelationId.Of(context), context.CancellationToken);
        return new PatchServiceOrderResponse { ServiceOrder = Show(stored.Resource, request.Fields, context), Etag = stored.ETag };
    }

    public override async Task<DeleteServiceOrderResponse> DeleteServiceOrder(DeleteServiceOrderRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(request.Id, request.Etag, CorrelationId.Of(context), context.CancellationToken);
        return new DeleteServiceOrderResponse();
    }

    private ServiceOrder Show(ServiceOrder order, string fields, ServerCallContext context)
    {
        FieldSelection.Parse(fields).Apply(Href(context)(order));
        return order;
    }

    private Func<ServiceOrder, ServiceOrder> Href(ServerCallContext context) => order =>
    {
        order.Href = HrefOf(order.Id, context);
        return order;
    };

    private string HrefOf(string id, ServerCallContext context) => $"{address.For(context)}/tmf-api/serviceOrdering/v4/serviceOrder/{id}";
}
