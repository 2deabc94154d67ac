using Grpc.Core;
using Onap.Nbi.V4;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hub;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Onap;

/// <summary>What a request about NBI's listeners must be, and the event subscription that a listener is.</summary>
internal static class NbiHubRequests
{
    /// <summary>The name of the NBI among the APIs that have a hub.</summary>
    public const string Api = "nbi";

    private const string Field = "hub";
    private static readonly string[] Versions = ["v3", "v4"];

    /// <summary>Refuses a listener that cannot be told, and makes it a new subscription.</summary>
    public static async Task<EventSubscription> CheckAsync(
        CreateHubRequest request, EventApis apis, CallbackRules rules, TimeProvider time, CancellationToken cancellationToken)
    {
        var violations = RequestFields.Check(request);
        var api = apis.Find(Api)!;
        var sent = new EventSubscription();
        if (request.Hub is { } hub)
        {
            if (hub.HasCallback)
                sent.Callback = hub.Callback;
            if (hub.HasQuery)
                sent.Query = hub.Query;
            await EventSubscriptionRequests.CheckAsync(sent, Field, hub.HasQuery ? api : null, apis, rules, UnknownAttributes.Refuse, violations, cancellationToken);
        }
        if (request.Version.Length > 0 && !Versions.Contains(request.Version))
            violations.Add(Violation("version", ErrorReason.FieldInvalid, $"'{request.Version}' is no version; allowed: {string.Join(", ", Versions)}."));
        return violations.Count == 0 ? EventSubscriptionRequests.Complete(sent, api, time) : throw ApiErrors.RequestInvalid(violations);
    }

    /// <summary>The refusal of a listener that there is already: to NBI's clients a bad request.</summary>
    public static RpcException Exists(string id) =>
        ApiErrors.RequestInvalid([Violation($"{Field}.query", ErrorReason.EventSubscriptionExists, $"Listener '{id}' has the same callback and query.")]);

    public static (Predicate<EventSubscription> IsWanted, int Offset, int Limit) Check(ListHubsRequest request)
    {
        var (offset, limit) = EventSubscriptionRequests.CheckPage(request.Offset, request.HasLimit ? request.Limit : null, EventSubscriptionRequests.LargestLimit);
        var conditions = NbiQuery.Read(request.Filter).Select(parameter => Condition(parameter.Name, parameter.Value)).OfType<Predicate<EventSubscription>>().ToList();
        return (subscription => conditions.TrueForAll(condition => condition(subscription)), offset, limit);
    }

    /// <summary>Null where a parameter is none that listeners are found by.</summary>
    private static Predicate<EventSubscription>? Condition(string name, string value)
    {
        var types = value.Split(',', StringSplitOptions.TrimEntries);
        return name switch
        {
            "eventType" or "query.eventType" => subscription => NbiHubQuery.Parse(subscription.Query).EventTypes.Overlaps(types),
            "callback" => subscription => subscription.Callback == value,
            "id" => subscription => subscription.Id == value,
            _ => null,
        };
    }
}
