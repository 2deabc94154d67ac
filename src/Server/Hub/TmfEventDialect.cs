using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Hub;

/// <summary>The hub as TM Forum's APIs have it: an event of the log is sent as it is.</summary>
internal sealed class TmfEventDialect(EventTypes types) : IEventDialect
{
    public void Check(EventApi api, EventSubscription subscription, UnknownAttributes unknown, string field, List<FieldViolation> violations)
    {
        var place = $"{field}.query";
        if (QueryErrors.Catch(place, violations, null, () => EventQuery.Parse(subscription.Query, types.Schema, unknown)) is { } query)
            EventRequests.CheckTypes(place, query.Filter, TypesOf(api), violations);
    }

    public INotifications Open(EventApi api, EventSubscription subscription, Sight sight, string publicAddress)
    {
        var query = EventQuery.Stored(subscription.Query, types.Schema);
        var filter = new EventFilter(sight, query.Filter, TypesOf(api), resourceIds: null);
        return new WebhookPayload(subscription.Format, query.Fields, publicAddress, api, types) { Filter = filter };
    }

    private IReadOnlySet<string> TypesOf(EventApi api) => types.About(api.Resources.ToHashSet());
}
