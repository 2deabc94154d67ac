using Grpc.Core;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Hub;

internal sealed class EventDeliveryGrpcService(EventSubscriptionStore store, WebhookDispatcher dispatcher, ResumeTokens tokens, TimeProvider time)
    : EventDeliveryService.EventDeliveryServiceBase
{
    public override async Task<RotateEventSubscriptionSecretResponse> RotateEventSubscriptionSecret(
        RotateEventSubscriptionSecretRequest request, ServerCallContext context)
    {
        var (secret, previousUntil) = EventSubscriptionRequests.Check(request, time);
        await store.RotateSecretAsync(context.Caller(), request.Id, secret, previousUntil, context.CancellationToken);
        return new RotateEventSubscriptionSecretResponse { Secret = request.Secret.Length == 0 ? secret : "" };
    }

    public override async Task<ResumeEventSubscriptionResponse> ResumeEventSubscription(ResumeEventSubscriptionRequest request, ServerCallContext context)
    {
        var stored = await store.ResumeAsync(context.Caller(), request.Id, context.CancellationToken);
        dispatcher.LookAgain();
        return new ResumeEventSubscriptionResponse { EventSubscription = Shown(stored, context) };
    }

    public override async Task<ReplayEventsResponse> ReplayEvents(ReplayEventsRequest request, ServerCallContext context)
    {
        EventSubscriptionRequests.Check(request);
        var stored = await store.ReplayAsync(context.Caller(), request.Id, await tokens.ReadAsync(request.ResumeToken), context.CancellationToken);
        dispatcher.LookAgain();
        return new ReplayEventsResponse { EventSubscription = Shown(stored, context) };
    }

    public override async Task<ListDeliveryAttemptsResponse> ListDeliveryAttempts(ListDeliveryAttemptsRequest request, ServerCallContext context) =>
        new() { DeliveryAttempts = { await store.ListAttemptsAsync(request.Id, context.Identity().Sight, tokens, context.CancellationToken) } };

    private EventSubscription Shown(StoredEventSubscription stored, ServerCallContext context) => stored.Shown(context.Identity().Sight, dispatcher.PositionOf(stored), tokens);
}
