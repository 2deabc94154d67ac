using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Webhooks;

namespace ServiceOrdering.Server.EventSubscriptions;

internal sealed class EventSubscriptionGrpcService(
    EventSubscriptionStore store, WebhookDispatcher dispatcher, CallbackRules rules, ResumeTokens tokens, PublicAddress address, TimeProvider time)
    : EventSubscriptionService.EventSubscriptionServiceBase
{
    public override async Task<CreateEventSubscriptionResponse> CreateEventSubscription(CreateEventSubscriptionRequest request, ServerCallContext context)
    {
        var (api, subscription) = await EventSubscriptionRequests.CheckAsync(request, rules, time, context.CancellationToken);
        var stored = await store.CreateAsync(subscription, context.CancellationToken);
        dispatcher.Restart(stored.Id);
        var shown = Shown(stored);
        if (request.GenerateSecret)
            shown.Secret = subscription.Secret;
        return new CreateEventSubscriptionResponse { EventSubscription = shown, Location = $"{address.For(context)}{api.Path}/hub/{stored.Id}" };
    }

    public override Task<GetEventSubscriptionResponse> GetEventSubscription(GetEventSubscriptionRequest request, ServerCallContext context)
    {
        var stored = store.Get(EventSubscriptionRequests.Check(request.Api), request.Id);
        return Task.FromResult(new GetEventSubscriptionResponse { EventSubscription = Shown(stored) });
    }

    public override Task<ListEventSubscriptionsResponse> ListEventSubscriptions(ListEventSubscriptionsRequest request, ServerCallContext context)
    {
        var (api, offset, limit) = EventSubscriptionRequests.Check(request);
        var page = store.List(api, offset, limit);
        return Task.FromResult(new ListEventSubscriptionsResponse
        {
            EventSubscriptions = { page.Subscriptions.Select(Shown) },
            TotalCount = page.TotalCount,
            AppliedLimit = limit,
        });
    }

    public override async Task<DeleteEventSubscriptionResponse> DeleteEventSubscription(DeleteEventSubscriptionRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(EventSubscriptionRequests.Check(request.Api), request.Id, context.CancellationToken);
        dispatcher.Restart(request.Id);
        return new DeleteEventSubscriptionResponse();
    }

    private EventSubscription Shown(StoredEventSubscription stored) => stored.Shown(dispatcher.PositionOf(stored.Id), tokens);
}
