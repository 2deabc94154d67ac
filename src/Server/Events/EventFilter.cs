using ServiceOrdering.Query;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>What a watcher asks for, as far as it may hear it. Immutable.</summary>
internal sealed class EventFilter
{
    private const string TypePath = "eventType";

    private readonly IReadOnlySet<string>? _types;
    private readonly IReadOnlySet<string>? _resourceIds;

    /// <param name="sight">How much the watcher sees.</param>
    /// <param name="query">Conditions on the event.</param>
    /// <param name="types">The types that are wanted; null for all.</param>
    /// <param name="resourceIds">The resources that are wanted; null for all.</param>
    public EventFilter(Sight sight, Filter query, IReadOnlySet<string>? types, IReadOnlySet<string>? resourceIds)
    {
        Sight = sight;
        Query = query;
        _types = types;
        _resourceIds = resourceIds;
        if (query.TryGetRequiredValues(TypePath, out var required))
            _types = types is null ? required : types.Intersect(required).ToHashSet();
        Key = resourceIds is not null ? new EventKey(EventKey.ResourceId, resourceIds)
            : sight.Party is { } party ? new EventKey(EventKey.Party, new HashSet<string> { party })
            : query.RequiredPaths.FirstOrDefault(path => path != TypePath) is { } path && query.TryGetRequiredValues(path, out var values) ? new EventKey(path, values)
            : _types is not null ? new EventKey(EventKey.Type, _types)
            : null;
    }

    /// <summary>How much the watcher sees.</summary>
    public Sight Sight { get; }

    public Filter Query { get; }

    /// <summary>The ids of the wanted resources; null for all.</summary>
    public IReadOnlySet<string>? ResourceIds => _resourceIds;

    /// <summary>What every wanted event has, as selective as it can be had; null where there is no such thing.</summary>
    public EventKey? Key { get; }

    /// <summary>
    /// Whether an event is wanted; null where nobody can say, since its text cannot be read or looked into. Who does not see everything is
    /// not told of such a one.
    /// </summary>
    public bool? Judge(LoggedEvent logged)
    {
        if (!IsWanted(logged.Type, logged.ResourceId, logged.Parties))
            return false;
        try
        {
            return logged.IsReadable ? Query.Matches(logged.Root) : Unknown;
        }
        catch (Exception)
        {
            // Whatever it was: it must not keep anybody from the events behind it.
            return Unknown;
        }
    }

    /// <summary>What can be said without the event's body.</summary>
    public bool IsWanted(string type, string resourceId, IReadOnlyCollection<string>? parties) =>
        Sight.Sees(parties) && (_types is null || _types.Contains(type)) && (_resourceIds is null || _resourceIds.Contains(resourceId));

    private bool? Unknown => Sight.SeesAll ? null : false;
}

/// <summary>An attribute of events, and the values of which one is there in every event that a filter wants.</summary>
/// <param name="Path">A path into the envelope, or one of the constants.</param>
/// <param name="Values">The values.</param>
internal sealed record EventKey(string Path, IReadOnlySet<string> Values)
{
    /// <summary>Not a path: the log has it beside the body.</summary>
    public const string Type = "@type of the event";

    /// <summary>Not a path: the log has it beside the body.</summary>
    public const string ResourceId = "@id of the resource";

    /// <summary>Not a path: the log has it beside the body.</summary>
    public const string Party = "@party of the event";
}
