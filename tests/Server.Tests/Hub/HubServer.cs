using System.Net;
using System.Text.Json;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Events;

namespace ServiceOrdering.Server.Tests.Hub;

/// <summary>What tests of the hub do with a server.</summary>
internal static class HubServer
{
    public const string Path = "/tmf-api/serviceOrdering/v4/hub";
    public const string InventoryPath = "/tmf-api/serviceInventory/v5/hub";

    public static EventSubscriptionService.EventSubscriptionServiceClient Subscriptions(this RunningServer server) => server.Client.EventSubscriptions;

    public static EventDeliveryService.EventDeliveryServiceClient Deliveries(this RunningServer server) => server.Client.EventDeliveries;

    /// <summary>The token that stands for a position of the log.</summary>
    public static string Token(this RunningServer server, long position) => server.Service<ResumeTokens>().Write(position);

    public static Task<RestAnswer> RegisterAsync(this RunningServer server, object subscription, string path = Path) =>
        server.SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(subscription));

    /// <summary>Registers a listener and gives the subscription's id.</summary>
    public static async Task<string> SubscribeAsync(this RunningServer server, Listener listener, string query = "", string? secret = null)
    {
        var subscription = new EventSubscription { Callback = listener.Callback, Query = query };
        if (secret is not null)
            subscription.Secret = secret;
        var answer = await server.Subscriptions().CreateEventSubscriptionAsync(
            new CreateEventSubscriptionRequest { EventSubscription = subscription }, cancellationToken: Cancel);
        return answer.EventSubscription.Id;
    }

    public static async Task<EventDelivery> DeliveryAsync(this RunningServer server, string id) =>
        (await server.Subscriptions().GetEventSubscriptionAsync(new GetEventSubscriptionRequest { Id = id }, cancellationToken: Cancel))
        .EventSubscription.Delivery;

    /// <summary>Waits until a subscription's delivery is as it should be.</summary>
    public static async Task<EventDelivery> WaitForAsync(this RunningServer server, string id, Predicate<EventDelivery> isReached)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var delivery = await server.DeliveryAsync(id);
            if (isReached(delivery))
                return delivery;
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(30), $"The delivery stays at {delivery}.");
        }
    }

    public static RestAnswer Is(this RestAnswer answer, HttpStatusCode status)
    {
        Assert.True(answer.Status == status, $"Expected {status}, got {answer.Status}: {answer.Body}");
        return answer;
    }
}
