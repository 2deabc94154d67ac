using Grpc.Core;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

internal sealed class CancelServiceOrderGrpcService(
    CancelServiceOrderStore store, ResourceTable<CancelServiceOrder> tasks, ResourceList<CancelServiceOrder> list, ResourceView<CancelServiceOrder> view)
    : CancelServiceOrderService.CancelServiceOrderServiceBase
{
    public override async Task<CreateCancelServiceOrderResponse> CreateCancelServiceOrder(CreateCancelServiceOrderRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var (task, requestId) = CancelServiceOrderRequests.Check(request);
        var stored = await store.CreateAsync(context.Caller(), task, requestId, answer.MakeRoom, context.CancellationToken);
        return new CreateCancelServiceOrderResponse { CancelServiceOrder = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed, Replayed = stored.Replayed };
    }

    public override async Task<GetCancelServiceOrderResponse> GetCancelServiceOrder(GetCancelServiceOrderRequest request, ServerCallContext context)
    {
        var answer = view.Answer(request.Fields, context);
        var stored = await tasks.GetAsync(request.Id, context.Identity().Sight);
        return new GetCancelServiceOrderResponse { CancelServiceOrder = answer.Show(stored), Etag = stored.ETag, LastModified = stored.Changed };
    }

    public override async Task<ListCancelServiceOrdersResponse> ListCancelServiceOrders(ListCancelServiceOrdersRequest request, ServerCallContext context)
    {
        var show = view.Form(request.Fields, context);
        var query = CancelServiceOrderRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
        var page = await list.ReadAsync(query, show, context);
        var response = new ListCancelServiceOrdersResponse { AppliedLimit = query.Limit, NextPageToken = page.NextPageToken, CancelServiceOrders = { page.Resources } };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }
}
