using Grpc.Core;
using Onap.Nbi.V4;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Hub;

namespace ServiceOrdering.Server.Onap;

internal sealed class NbiHubGrpcService(
    EventSubscriptionStore store, EventApis apis, WebhookDispatcher dispatcher, CallbackRules rules, Targets targets, PublicAddress address, TimeProvider time)
    : HubService.HubServiceBase
{
    public override async Task<CreateHubResponse> CreateHub(CreateHubRequest request, ServerCallContext context)
    {
        targets.Check(request.Target, context);
        var subscription = await NbiHubRequests.CheckAsync(request, apis, rules, time, context.CancellationToken);
        var stored = await store.CreateAsync(context.Caller(), subscription, NbiHubRequests.Exists, context.CancellationToken);
        dispatcher.LookAgain();
        return new CreateHubResponse { Hub = Shown(stored), Location = $"{address.For(context)}{Targets.BaseOf(request.Version)}/hub/{stored.Id}" };
    }

    public override async Task<GetHubResponse> GetHub(GetHubRequest request, ServerCallContext context) =>
        new() { Hub = Shown(await store.GetAsync(NbiHubRequests.Api, request.HubId, context.Identity().Sight)) };

    public override async Task<ListHubsResponse> ListHubs(ListHubsRequest request, ServerCallContext context)
    {
        var (isWanted, offset, limit) = NbiHubRequests.Check(request);
        var page = await store.ListAsync(NbiHubRequests.Api, context.Identity().Sight, isWanted, offset, limit, context.CancellationToken);
        return new ListHubsResponse { Hubs = { page.Subscriptions.Select(Shown) }, TotalCount = page.TotalCount, ResultCount = page.Subscriptions.Count };
    }

    public override async Task<DeleteHubResponse> DeleteHub(DeleteHubRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(context.Caller(), NbiHubRequests.Api, request.HubId, context.CancellationToken);
        dispatcher.LookAgain();
        return new DeleteHubResponse();
    }

    private static global::Onap.Nbi.V4.Hub Shown(StoredEventSubscription stored) =>
        new() { Id = stored.Id, Callback = stored.Subscription.Callback, Query = stored.Subscription.Query };
}
