using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Hub;

/// <summary>What a request about event subscriptions must be, and what the server adds to it.</summary>
internal static class EventSubscriptionRequests
{
    private const int DefaultLimit = 100;
    private const int LargestLimit = 1000;
    private const string DefaultApi = "serviceOrdering";
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestLookup = TimeSpan.FromSeconds(5);

    /// <summary>Refuses a subscription that cannot be delivered to, and makes it a new one. Its secret stays in it.</summary>
    public static async Task<(EventApi Api, EventSubscription Subscription)> CheckAsync(
        CreateEventSubscriptionRequest request, EventApis apis, CallbackRules rules, UnknownAttributes unknown, TimeProvider time, CancellationToken cancellationToken)
    {
        var violations = RequestFields.Check(request);
        var api = CheckApi(request.Api.Length == 0 ? DefaultApi : request.Api, apis, violations);
        if (request.EventSubscription is { } sent)
        {
            const string Field = "event_subscription.query";
            var query = QueryErrors.Catch(Field, violations, null, () => EventQuery.Parse(sent.Query, apis.Schema, unknown));
            if (query is not null && api is not null)
                EventRequests.CheckTypes(Field, query.Filter, apis.EventTypesOf(api), violations);
            CheckSecret(sent, request.GenerateSecret, violations);
            if (sent.HasCallback)
                await CheckCallbackAsync(sent.Callback, rules, violations, cancellationToken);
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);

        var subscription = request.EventSubscription!;
        subscription.Id = ResourceId.New();
        subscription.Api = api!.Name;
        subscription.Created = time.Now();
        if (!subscription.HasType && api.SubscriptionType is { } type)
            subscription.Type = type;
        if (request.GenerateSecret)
            subscription.Secret = WebhookSecret.Generate();
        return (api, subscription);
    }

    /// <summary>The API's own name; empty where any is meant.</summary>
    public static string Check(string api, EventApis apis)
    {
        var violations = new List<FieldViolation>();
        var name = api.Length == 0 ? "" : CheckApi(api, apis, violations)?.Name;
        return name ?? throw ApiErrors.RequestInvalid(violations);
    }

    public static (string Api, int Offset, int Limit) Check(ListEventSubscriptionsRequest request, EventApis apis)
    {
        var violations = new List<FieldViolation>();
        if (request.Offset < 0)
            violations.Add(Violation("offset", ErrorReason.QueryInvalid, $"'offset' is {request.Offset}; allowed is 0 or more."));
        if (request is { HasLimit: true, Limit: < 0 })
            violations.Add(Violation("limit", ErrorReason.QueryInvalid, $"'limit' is {request.Limit}; allowed is 0 to {LargestLimit}."));
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
        return (Check(request.Api, apis), request.Offset, request.HasLimit ? Math.Min(request.Limit, LargestLimit) : DefaultLimit);
    }

    /// <summary>The new secret, and until when the one before signs as well.</summary>
    public static (string Secret, DateTimeOffset PreviousUntil) Check(RotateEventSubscriptionSecretRequest request, TimeProvider time)
    {
        var violations = RequestFields.Check(request);
        if (request.Secret.Length > 0 && WebhookSecret.Problem(request.Secret) is { } problem)
            violations.Add(Violation("secret", ErrorReason.FieldInvalid, problem));
        var overlap = request.PreviousValidFor ?? Duration.FromTimeSpan(DefaultOverlap);
        if (overlap.Nanos > 999_999_999 || overlap.Seconds < 0 || overlap.Nanos < 0 || overlap.Seconds > LongestOverlap.TotalSeconds)
            violations.Add(Violation("previous_valid_for", ErrorReason.FieldInvalid, $"The secret before signs for 0 to {LongestOverlap.TotalDays:0} days."));
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
        return (request.Secret.Length > 0 ? request.Secret : WebhookSecret.Generate(), time.GetUtcNow() + overlap.ToTimeSpan());
    }

    public static void Check(ReplayEventsRequest request)
    {
        var violations = RequestFields.Check(request);
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
    }

    private static EventApi? CheckApi(string name, EventApis apis, List<FieldViolation> violations)
    {
        var api = apis.Find(name);
        if (api is null)
            violations.Add(Violation("api", ErrorReason.FieldInvalid, $"There is no API '{name}'; allowed: {string.Join(", ", apis.Names)}."));
        return api;
    }

    private static void CheckSecret(EventSubscription sent, bool generate, List<FieldViolation> violations)
    {
        const string Field = "event_subscription.secret";
        if (sent.HasSecret && generate)
            violations.Add(Violation(Field, ErrorReason.FieldInvalid, "A secret is either given or made by the server."));
        else if (sent.HasSecret && WebhookSecret.Problem(sent.Secret) is { } problem)
            violations.Add(Violation(Field, ErrorReason.FieldInvalid, problem));
    }

    private static async Task CheckCallbackAsync(
        string callback, CallbackRules rules, List<FieldViolation> violations, CancellationToken cancellationToken)
    {
        const string Field = "event_subscription.callback";
        if (CallbackRules.Problem(callback) is { } problem)
        {
            violations.Add(Violation(Field, ErrorReason.FieldInvalid, problem));
            return;
        }
        using var lookup = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lookup.CancelAfter(LongestLookup);
        try
        {
            await rules.ResolveAsync(new Uri(callback).IdnHost, lookup.Token);
        }
        catch (CallbackRefusedException e)
        {
            violations.Add(Violation(Field, ErrorReason.EventCallbackRefused, e.Message));
        }
    }
}
