using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Hub;

internal sealed class EventSubscriptionGrpcService(
    EventSubscriptionStore store, EventApis apis, WebhookDispatcher dispatcher, CallbackRules rules, ResumeTokens tokens, PublicAddress address, TimeProvider time)
    : EventSubscriptionService.EventSubscriptionServiceBase
{
    public override async Task<CreateEventSubscriptionResponse> CreateEventSubscription(CreateEventSubscriptionRequest request, ServerCallContext context)
    {
        var (api, subscription) = await EventSubscriptionRequests.CheckAsync(request, apis, rules, context.UnknownAttributes(), time, context.CancellationToken);
        var stored = await store.CreateAsync(context.Caller(), subscription, ApiErrors.EventSubscriptionExists, context.CancellationToken);
        dispatcher.LookAgain();
        var shown = Shown(stored, context);
        if (request.GenerateSecret)
            shown.Secret = subscription.Secret;
        return new CreateEventSubscriptionResponse { EventSubscription = shown, Location = $"{address.For(context)}{api.Path}/hub/{stored.Id}" };
    }

    public override async Task<GetEventSubscriptionResponse> GetEventSubscription(GetEventSubscriptionRequest request, ServerCallContext context)
    {
        var stored = await store.GetAsync(EventSubscriptionRequests.Check(request.Api, apis), request.Id, context.Identity().Sight);
        return new GetEventSubscriptionResponse { EventSubscription = Shown(stored, context) };
    }

    public override async Task<ListEventSubscriptionsResponse> ListEventSubscriptions(ListEventSubscriptionsRequest request, ServerCallContext context)
    {
        var (api, offset, limit) = EventSubscriptionRequests.Check(request, apis);
        var page = await store.ListAsync(api, context.Identity().Sight, offset, limit, context.CancellationToken);
        return new ListEventSubscriptionsResponse
        {
            EventSubscriptions = { page.Subscriptions.Select(stored => Shown(stored, context)) },
            TotalCount = page.TotalCount,
            AppliedLimit = limit,
        };
    }

    public override async Task<DeleteEventSubscriptionResponse> DeleteEventSubscription(DeleteEventSubscriptionRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(context.Caller(), EventSubscriptionRequests.Check(request.Api, apis), request.Id, context.CancellationToken);
        dispatcher.LookAgain();
        return new DeleteEventSubscriptionResponse();
    }

    private EventSubscription Shown(StoredEventSubscription stored, ServerCallContext context) => stored.Shown(context.Identity().Sight, dispatcher.PositionOf(stored), tokens);
}
