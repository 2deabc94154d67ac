using Grpc.Core;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Hosting;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal sealed class ServiceOrderGrpcService(ServiceOrderStore store, PublicAddress address, TimeProvider time)
    : ServiceOrderService.ServiceOrderServiceBase
{
    public override async Task<CreateServiceOrderResponse> CreateServiceOrder(CreateServiceOrderRequest request, ServerCallContext context)
    {
        var order = ServiceOrderRequests.Check(request, time);
        var stored = await store.CreateAsync(order, CorrelationId.Of(context), context.CancellationToken);
        return new CreateServiceOrderResponse { ServiceOrder = Shown(stored.Order, request.Fields, context), Etag = stored.ETag };
    }

    public override Task<GetServiceOrderResponse> GetServiceOrder(GetServiceOrderRequest request, ServerCallContext context)
    {
        var stored = store.Get(request.Id);
        return Task.FromResult(new GetServiceOrderResponse { ServiceOrder = Shown(stored.Order, request.Fields, context), Etag = stored.ETag });
    }

    public override Task<ListServiceOrdersResponse> ListServiceOrders(ListServiceOrdersRequest request, ServerCallContext context)
    {
        var (offset, limit) = ServiceOrderRequests.Check(request);
        var page = store.List(offset, limit);
        return Task.FromResult(new ListServiceOrdersResponse
        {
            ServiceOrders = { page.Orders.Select(order => Shown(order, request.Fields, context)) },
            TotalCount = page.TotalCount,
            AppliedLimit = limit,
        });
    }

    public override async Task<DeleteServiceOrderResponse> DeleteServiceOrder(DeleteServiceOrderRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(request.Id, request.Etag, time, CorrelationId.Of(context), context.CancellationToken);
        return new DeleteServiceOrderResponse();
    }

    private ServiceOrder Shown(ServiceOrder order, string fields, ServerCallContext context)
    {
        order.Href = $"{address.For(context)}/tmf-api/serviceOrdering/v4/serviceOrder/{order.Id}";
        FieldSelection.Parse(fields).Apply(order);
        return order;
    }
}
