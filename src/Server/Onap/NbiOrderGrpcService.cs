using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

internal sealed class NbiOrderGrpcService(
    ServiceOrderStore store, ResourceTable<ServiceOrder> orders, ResourceList<ServiceOrder> list, NbiOrderView view, Targets targets, TimeProvider time)
    : Nbi.ServiceOrderService.ServiceOrderServiceBase
{
    public override async Task<Nbi.CreateServiceOrderResponse> CreateServiceOrder(Nbi.CreateServiceOrderRequest request, ServerCallContext context)
    {
        targets.Check(request.Target, context);
        var sent = NbiOrderRequests.Check(request);
        var version = NbiOrderRequests.VersionOf(request);
        var order = OrderFromNbi.Order(sent, version, await store.FindKnownAsync([.. sent.OrderRelationship.Select(relationship => relationship.Id)], context.Identity().Sight));
        ServiceOrderRequests.Accept(order, time);
        var stored = await store.CreateAsync(
            context.Caller(), order, requestId: null, checksFirst: false, draft => view.MakeRoom(draft.Body.Length, context), context.CancellationToken);
        return new Nbi.CreateServiceOrderResponse { ServiceOrder = await view.ShowAsync(stored.Resource), Location = view.LocationOf(order.Id, version, context) };
    }

    public override async Task<Nbi.GetServiceOrderResponse> GetServiceOrder(Nbi.GetServiceOrderRequest request, ServerCallContext context)
    {
        targets.Check(request.Target, context);
        var stored = await orders.GetAsync(request.Id, context.Identity().Sight);
        view.MakeRoom(stored.Size, context);
        return new Nbi.GetServiceOrderResponse { ServiceOrder = await view.ShowAsync(stored.Resource) };
    }

    public override async Task<Nbi.ListServiceOrdersResponse> ListServiceOrders(Nbi.ListServiceOrdersRequest request, ServerCallContext context)
    {
        if (NbiOrderQuery.Check(request, context.Identity().Sight) is not { } query)
            return new Nbi.ListServiceOrdersResponse { TotalCount = 0, ResultCount = 0 };
        var page = await list.ReadAsync(query, order => OrderToNbi.Order(order), context);
        await view.FillPercentagesAsync(page.Resources);
        var response = new Nbi.ListServiceOrdersResponse { ServiceOrders = { page.Resources }, ResultCount = page.Resources.Count, NextPageToken = page.NextPageToken };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }

    public override async Task<Nbi.DeleteServiceOrderResponse> DeleteServiceOrder(Nbi.DeleteServiceOrderRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(context.Caller(), request.Id, etag: "", isDeletable: _ => true, context.CancellationToken);
        return new Nbi.DeleteServiceOrderResponse();
    }
}
