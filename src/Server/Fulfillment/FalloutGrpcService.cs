using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;

namespace ServiceOrdering.Server.Fulfillment;

internal sealed class FalloutGrpcService(FalloutStore store, ResourceTable<FalloutItem> items, ResourceList<FalloutItem> list) : FalloutService.FalloutServiceBase
{
    public override async Task<ListFalloutItemsResponse> ListFalloutItems(ListFalloutItemsRequest request, ServerCallContext context)
    {
        var query = FalloutRequests.Check(request, context.Identity().Sight, context.UnknownAttributes());
        var page = await list.ReadAsync(query, shown => shown, context);
        var response = new ListFalloutItemsResponse { FalloutItems = { page.Resources }, NextPageToken = page.NextPageToken };
        if (page.TotalCount is { } total)
            response.TotalCount = total;
        return response;
    }

    public override async Task<GetFalloutItemResponse> GetFalloutItem(GetFalloutItemRequest request, ServerCallContext context) =>
        new() { FalloutItem = (await items.GetAsync(request.Id, context.Identity().Sight)).Resource };

    public override async Task<RetryFalloutItemResponse> RetryFalloutItem(RetryFalloutItemRequest request, ServerCallContext context)
    {
        FalloutRequests.Check(request);
        var caller = context.Caller();
        var decision = Decision.Of(request.Actor, caller, request.Note);
        return new RetryFalloutItemResponse { FalloutItem = await store.RetryAsync(caller, request.Id, decision, request.ServiceCharacteristic, context.CancellationToken) };
    }

    public override async Task<CompleteFalloutItemResponse> CompleteFalloutItem(CompleteFalloutItemRequest request, ServerCallContext context)
    {
        FalloutRequests.Check(request);
        var caller = context.Caller();
        var decision = Decision.Of(request.Actor, caller, request.Note);
        return new CompleteFalloutItemResponse { FalloutItem = await store.CompleteAsync(caller, request.Id, decision, request.Completion ?? new Completion(), context.CancellationToken) };
    }

    public override async Task<FailFalloutItemResponse> FailFalloutItem(FailFalloutItemRequest request, ServerCallContext context)
    {
        FalloutRequests.Check(request);
        var caller = context.Caller();
        var decision = Decision.Of(request.Actor, caller, request.Note);
        return new FailFalloutItemResponse { FalloutItem = await store.FailAsync(caller, request.Id, decision, request.ErrorMessages, context.CancellationToken) };
    }

    public override async Task<AssignFalloutItemResponse> AssignFalloutItem(AssignFalloutItemRequest request, ServerCallContext context)
    {
        FalloutRequests.Check(request);
        var caller = context.Caller();
        var decision = Decision.Of(request.Actor, caller, request.Note);
        return new AssignFalloutItemResponse
        {
            FalloutItem = await store.AssignAsync(caller, request.Id, decision, request.HasAssignee ? request.Assignee : null, context.CancellationToken),
        };
    }
}
