using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Webhooks;

namespace ServiceOrdering.Server.EventSubscriptions;

internal sealed class EventSubscriptionGrpcService(
    EventSubscriptionStore store, WebhookDispatcher dispatcher, CallbackRules rules, PublicAddress address, TimeProvider time)
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

    public override async Task<RotateEventSubscriptionSecretResponse> RotateEventSubscriptionSecret(
        RotateEventSubscriptionSecretRequest request, ServerCallContext context)
    {
        var (secret, previousUntil) = EventSubscriptionRequests.Check(request, time);
        await store.RotateSecretAsync(request.Id, secret, previousUntil, context.CancellationToken);
        return new RotateEventSubscriptionSecretResponse { Secret = request.Secret.Length == 0 ? secret : "" };
    }

    public override async Task<ResumeEventSubscriptionResponse> ResumeEventSubscription(ResumeEventSubscriptionRequest request, ServerCallContext context)
    {
        var stored = await store.ResumeAsync(request.Id, context.CancellationToken);
        dispatcher.Restart(request.Id);
        return new ResumeEventSubscriptionResponse { EventSubscription = Shown(stored) };
    }

    public override async Task<ReplayEventsResponse> ReplayEvents(ReplayEventsRequest request, ServerCallContext context)
    {
        var position = EventSubscriptionRequests.Check(request);
        var stored = await store.ReplayAsync(request.Id, position, context.CancellationToken);
        dispatcher.Restart(request.Id);
        return new ReplayEventsResponse { EventSubscription = Shown(stored) };
    }

    public override Task<ListDeliveryAttemptsResponse> ListDeliveryAttempts(ListDeliveryAttemptsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListDeliveryAttemptsResponse { DeliveryAttempts = { store.ListAttempts(request.Id) } });

    private EventSubscription Shown(StoredEventSubscription stored) => stored.Shown(dispatcher.PositionOf(stored.Id));
}
