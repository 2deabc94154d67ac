using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Events;

/// <summary>What a request about events must be. Pure.</summary>
internal static class EventRequests
{
    private const int MostResourceIds = 1000;

    public static EventFilter Check(WatchEventsRequest request, EventTypes types)
    {
        var violations = RequestFields.Check(request);
        var query = QueryErrors.Catch("query", violations, Filter.All, () => Filter.Parse(request.Query, types.Schema));
        for (var i = 0; i < request.EventTypes.Count; i++)
        {
            if (!types.Names.Contains(request.EventTypes[i]))
            {
                violations.Add(Violation($"event_types[{i}]", ErrorReason.QueryInvalid,
                    $"'{request.EventTypes[i]}' is no type of event; allowed: {string.Join(", ", types.Names.Order(StringComparer.Ordinal))}."));
            }
        }
        if (request.ResourceIds.Count > MostResourceIds)
        {
            violations.Add(Violation("resource_ids", ErrorReason.QueryInvalid,
                $"There are {request.ResourceIds.Count} ids; allowed are {MostResourceIds}."));
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
        return new EventFilter(query, Set(request.EventTypes), Set(request.ResourceIds));
    }

    private static HashSet<string>? Set(IEnumerable<string> values) => values.ToHashSet() is { Count: > 0 } set ? set : null;
}
