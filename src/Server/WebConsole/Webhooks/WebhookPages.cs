using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;

namespace ServiceOrdering.Server.WebConsole.Webhooks;

/// <summary>What the list of subscriptions shows.</summary>
/// <param name="Page">The subscriptions, the oldest first.</param>
/// <param name="Offset">How many come before them.</param>
/// <param name="Time">The clock.</param>
internal sealed record SubscriptionList(ListEventSubscriptionsResponse Page, int Offset, TimeProvider Time);

/// <summary>What the page of a subscription shows.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Attempts">The latest attempts to deliver, the newest first.</param>
/// <param name="Time">The clock.</param>
internal sealed record SubscriptionDetail(EventSubscription Subscription, IReadOnlyList<DeliveryAttempt> Attempts, TimeProvider Time);

/// <summary>A secret that is shown once.</summary>
/// <param name="Id">Id of its subscription.</param>
/// <param name="Secret">The secret.</param>
/// <param name="PreviousFor">For how long the one before signs as well.</param>
internal sealed record NewSecret(string Id, string Secret, TimeSpan PreviousFor);

/// <summary>The pages of webhooks: subscriptions, how their delivery goes, and what people do about it.</summary>
internal static class WebhookPages
{
    public const int PageSize = 100;

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/webhooks", Methods.ListSubscriptions, ListAsync);
        console.MapPage("/webhooks/{id}", Methods.GetSubscription, ShowAsync);
        console.MapAction("/webhooks/{id}/resume", Methods.ResumeSubscription, ResumeAsync);
        console.MapAction("/webhooks/{id}/replay", Methods.ReplayEvents, ReplayAsync);
        console.MapAction("/webhooks/{id}/secret", Methods.RotateSecret, RotateAsync);
        console.MapAction("/webhooks/{id}/delete", Methods.DeleteSubscription, DeleteAsync);
    }

    private static string PathOf(string id) => "/webhooks/" + Uri.EscapeDataString(id);

    private static async Task<IResult> ListAsync(Visit visit)
    {
        var page = await visit.Subscriptions.ListEventSubscriptionsAsync(new ListEventSubscriptionsRequest { Offset = visit.Offset, Limit = PageSize });
        return visit.Show<WebhooksPage>(new SubscriptionList(page, visit.Offset, visit.Time));
    }

    private static async Task<IResult> ShowAsync(Visit visit)
    {
        var subscription = (await visit.Subscriptions.GetEventSubscriptionAsync(new GetEventSubscriptionRequest { Id = visit.Id })).EventSubscription;
        var attempts = visit.May(Methods.ListAttempts) ? (await visit.Deliveries.ListDeliveryAttemptsAsync(new ListDeliveryAttemptsRequest { Id = visit.Id })).DeliveryAttempts : [];
        return visit.Show<WebhookPage>(new SubscriptionDetail(subscription, attempts, visit.Time));
    }

    private static async Task<IResult> ResumeAsync(Visit visit, IFormCollection form)
    {
        await visit.Deliveries.ResumeEventSubscriptionAsync(new ResumeEventSubscriptionRequest { Id = visit.Id });
        return visit.Done(PathOf(visit.Id), Notices.Resumed);
    }

    private static async Task<IResult> ReplayAsync(Visit visit, IFormCollection form)
    {
        var token = form["token"].ToString().Trim();
        if (token.Length == 0)
        {
            if (WebConsole.Events.EventPages.Time(form["from"].ToString()) is not { } time)
                throw ApiErrors.RequestInvalid([RequestFields.Violation("from", ErrorReason.FieldInvalid, "Give a time such as 2026-01-31T12:00, or a token.")]);
            var services = visit.Http.RequestServices;
            token = services.GetRequiredService<ResumeTokens>().Write(await services.GetRequiredService<EventPages>().LastBeforeAsync(time, visit.Http.RequestAborted));
        }
        await visit.Deliveries.ReplayEventsAsync(new ReplayEventsRequest { Id = visit.Id, ResumeToken = token });
        return visit.Done(PathOf(visit.Id), Notices.Replayed);
    }

    private static async Task<IResult> RotateAsync(Visit visit, IFormCollection form)
    {
        var hours = int.TryParse(form["hours"].ToString(), out var number) && number is >= 0 and <= 720 ? number : 24;
        var request = new RotateEventSubscriptionSecretRequest { Id = visit.Id, PreviousValidFor = Duration.FromTimeSpan(TimeSpan.FromHours(hours)) };
        var secret = (await visit.Deliveries.RotateEventSubscriptionSecretAsync(request)).Secret;
        // In the answer itself: in no address, and nowhere in the server.
        return visit.Show<SecretPage>(new NewSecret(visit.Id, secret, TimeSpan.FromHours(hours)));
    }

    private static async Task<IResult> DeleteAsync(Visit visit, IFormCollection form)
    {
        await visit.Subscriptions.DeleteEventSubscriptionAsync(new DeleteEventSubscriptionRequest { Id = visit.Id });
        return visit.Done("/webhooks", Notices.SubscriptionDeleted);
    }
}
