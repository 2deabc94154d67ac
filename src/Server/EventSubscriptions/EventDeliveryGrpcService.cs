using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Webhooks;

namespace ServiceOrdering.Server.EventSubscriptions;

internal sealed class EventDeliveryGrpcService(EventSubscriptionStore store, WebhookDispatcher dispatcher, ResumeTokens tokens, TimeProvider time)
    : EventDeliveryService.EventDeliveryServiceBase
{
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
        EventSubscriptionRequests.Check(request);
        var stored = await store.ReplayAsync(request.Id, tokens.Read(request.ResumeToken), context.CancellationToken);
        dispatcher.Restart(request.Id);
        return new ReplayEventsResponse { EventSubscription = Shown(stored) };
    }

    public override Task<ListDeliveryAttemptsResponse> ListDeliveryAttempts(ListDeliveryAttemptsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListDeliveryAttemptsResponse { DeliveryAttempts = { store.ListAttempts(request.Id, tokens) } });

    private EventSubscription Shown(StoredEventSubscription stored) => stored.Shown(dispatcher.PositionOf(stored.Id), tokens);
}
