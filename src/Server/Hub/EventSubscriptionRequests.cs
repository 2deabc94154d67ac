using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Hub;

/// <summary>What a request about event subscriptions must be, and what the server adds to it.</summary>
internal static class EventSubscriptionRequests
{
    /// <summary>How many subscriptions a page has at most.</summary>
    public const int LargestLimit = 1000;

    private const int DefaultLimit = 100;
    private const string DefaultApi = "serviceOrdering";
    private const string Field = "event_subscription";
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
            CheckSecret(sent, request.GenerateSecret, violations);
            await CheckAsync(sent, Field, api, apis, rules, unknown, violations, cancellationToken);
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);

        var subscription = Complete(request.EventSubscription!, api!, time);
        if (request.GenerateSecret)
            subscription.Secret = WebhookSecret.Generate();
        return (api!, subscription);
    }

    /// <summary>Finds what a subscription cannot be sent, or sent to. Its query is brought to the form that it is kept in.</summary>
    /// <param name="sent">The subscription.</param>
    /// <param name="field">Path of the request's field that holds it.</param>
    /// <param name="api">Its API, where that is known.</param>
    /// <param name="apis">All APIs.</param>
    /// <param name="rules">Where callbacks may lead.</param>
    /// <param name="unknown">What a query may do with names that are no attributes.</param>
    /// <param name="violations">What is wrong is added here.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task CheckAsync(
        EventSubscription sent, string field, EventApi? api, EventApis apis, CallbackRules rules, UnknownAttributes unknown, List<FieldViolation> violations, CancellationToken cancellationToken)
    {
        if (api is not null)
            apis.DialectOf(api).Check(api, sent, unknown, field, violations);
        if (sent.HasCallback)
            await CheckCallbackAsync(sent.Callback, $"{field}.callback", rules, violations, cancellationToken);
    }

    /// <summary>Makes a subscription a new one.</summary>
    public static EventSubscription Complete(EventSubscription subscription, EventApi api, TimeProvider time)
    {
        subscription.Id = ResourceId.New();
        subscription.Api = api.Name;
        subscription.Created = time.Now();
        if (!subscription.HasType && api.SubscriptionType is { } type)
            subscription.Type = type;
        return subscription;
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
        var (offset, limit) = CheckPage(request.Offset, request.HasLimit ? request.Limit : null, DefaultLimit);
        return (Check(request.Api, apis), offset, limit);
    }

    /// <summary>Refuses a page that there cannot be, and cuts one that is too large.</summary>
    public static (int Offset, int Limit) CheckPage(int offset, int? limit, int defaultLimit)
    {
        var violations = new List<FieldViolation>();
        if (offset < 0)
            violations.Add(Violation("offset", ErrorReason.QueryInvalid, $"'offset' is {offset}; allowed is 0 or more."));
        if (limit < 0)
            violations.Add(Violation("limit", ErrorReason.QueryInvalid, $"'limit' is {limit}; allowed is 0 to {LargestLimit}."));
        return violations.Count == 0 ? (offset, Math.Min(limit ?? defaultLimit, LargestLimit)) : throw ApiErrors.RequestInvalid(violations);
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
        const string Secret = $"{Field}.secret";
        if (sent.HasSecret && generate)
            violations.Add(Violation(Secret, ErrorReason.FieldInvalid, "A secret is either given or made by the server."));
        else if (sent.HasSecret && WebhookSecret.Problem(sent.Secret) is { } problem)
            violations.Add(Violation(Secret, ErrorReason.FieldInvalid, problem));
    }

    private static async Task CheckCallbackAsync(
        string callback, string field, CallbackRules rules, List<FieldViolation> violations, CancellationToken cancellationToken)
    {
        if (CallbackRules.Problem(callback) is { } problem)
        {
            violations.Add(Violation(field, ErrorReason.FieldInvalid, problem));
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
            violations.Add(Violation(field, ErrorReason.EventCallbackRefused, e.Message));
        }
    }
}
