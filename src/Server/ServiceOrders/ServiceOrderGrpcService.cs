using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

internal sealed class ServiceOrderGrpcService(
    ServiceOrderStore store, ResourceTable<ServiceOrder> orders, ResourceList<ServiceOrder> list, ResourceView<ServiceOrder> view, TimeProvider time)
    : ServiceOrderService.ServiceOrderServiceBase
{
    public override async Task<CreateServiceOrderResponse> CreateServiceOrder(CreateServiceOrderRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var (order, requestId) = ServiceOrderRequests.Check(request, time);
        var stored = await store.CreateAsync(context.Caller(), order, requestId, checksFirst: true, answer.MakeRoom, context.CancellationToken);
        return new CreateServiceOrderResponse { ServiceOrder = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed, Replayed = stored.Replayed };
    }

    public override async Task<GetServiceOrderResponse> GetServiceOrder(GetServiceOrderRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var stored = await orders.GetAsync(request.Id, context.Identity().Sight);
        return new GetServiceOrderResponse { ServiceOrder = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<ListServiceOrdersResponse> ListServiceOrders(ListServiceOrdersRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var query = ServiceOrderRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
        return Page(query, await list.ReadAsync(query, show, context), shown => shown);
    }

    public override async Task<UpdateServiceOrderResponse> UpdateServiceOrder(UpdateServiceOrderRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var change = ServiceOrderRequests.Check(request, view.HrefOf(request.ServiceOrder?.Id ?? "", context));
        var stored = await store.UpdateAsync(context.Caller(), request.ServiceOrder!.Id, request.Etag, change, answer.MakeRoom, context.CancellationToken);
        return new UpdateServiceOrderResponse { ServiceOrder = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<PatchServiceOrderResponse> PatchServiceOrder(PatchServiceOrderRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var change = ServiceOrderRequests.Check(request, view.HrefOf(request.Id, context), context.IsStrict());
        var stored = await store.UpdateAsync(context.Caller(), request.Id, request.Etag, change, answer.MakeRoom, context.CancellationToken);
        return new PatchServiceOrderResponse { ServiceOrder = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<DeleteServiceOrderResponse> DeleteServiceOrder(DeleteServiceOrderRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(context.Caller(), request.Id, request.Etag, ServiceOrderLifecycle.IsDeletable, context.CancellationToken);
        return new DeleteServiceOrderResponse();
    }

    /// <summary>The answer for a page, whose orders it may have by another way.</summary>
    public static ListServiceOrdersResponse Page<TRow>(ResourceQuery query, ResourcePage<TRow> page, Func<TRow, ServiceOrder>? show)
    {
        var response = new ListServiceOrdersResponse { AppliedLimit = query.Limit, NextPageToken = page.NextPageToken };
        if (show is not null)
            response.ServiceOrders.AddRange(page.Resources.Select(show));
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }
}
