using ServiceOrdering.Errors.V1;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Events;

/// <summary>What a request about events must be. Pure.</summary>
internal static class EventRequests
{
    private const int MostResourceIds = 1000;

    public static EventFilter Check(WatchEventsRequest request, Sight sight, EventTypes types, UnknownAttributes unknown)
    {
        var violations = RequestFields.Check(request);
        var query = QueryErrors.Catch("query", violations, Filter.All, () => FilterQuery.Parse(request.Query, types.Schema, unknown));
        CheckTypes("query", query, types.Names, violations);
        for (var i = 0; i < request.EventTypes.Count; i++)
            CheckType($"event_types[{i}]", request.EventTypes[i], types.Names, violations);
        if (request.ResourceIds.Count > MostResourceIds)
        {
            violations.Add(Violation("resource_ids", ErrorReason.QueryInvalid,
                $"There are {request.ResourceIds.Count} ids; allowed are {MostResourceIds}."));
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
        return new EventFilter(sight, query, Set(request.EventTypes), Set(request.ResourceIds));
    }

    /// <summary>Refuses a query for a type of event that there is not: nobody would ever be told of one.</summary>
    public static void CheckTypes(string field, Filter query, IEnumerable<string> allowed, List<FieldViolation> violations)
    {
        foreach (var type in query.TextsOf("eventType"))
            CheckType(field, type, allowed, violations);
    }

    private static void CheckType(string field, string type, IEnumerable<string> allowed, List<FieldViolation> violations)
    {
        if (!allowed.Contains(type))
        {
            violations.Add(Violation(field, ErrorReason.QueryInvalid,
                $"'{type}' is no type of event here{NearName.Hint(type, allowed)} Allowed: {string.Join(", ", allowed.Order(StringComparer.Ordinal))}."));
        }
    }

    private static HashSet<string>? Set(IEnumerable<string> values) => values.ToHashSet() is { Count: > 0 } set ? set : null;
}
