namespace ServiceOrdering.Server.Hub;

/// <summary>An API that has a hub, and which resources' events it sends. Its module registers it.</summary>
/// <param name="Name">The name in its path: <c>serviceOrdering</c>.</param>
/// <param name="Path">What comes before <c>/hub</c>.</param>
/// <param name="Resources">The resources.</param>
internal sealed record EventApi(string Name, string Path, IReadOnlyList<string> Resources)
{
    /// <summary>Another path that the API is in use under: what is registered at one is seen at the other.</summary>
    public EventApi? Alias { get; init; }

    /// <summary>The class of its subscriptions, where its standard names classes of everything.</summary>
    public string? SubscriptionType { get; init; }

    /// <summary>What its listeners can ask for, and how they are told. Default: as TM Forum's APIs have it.</summary>
    public IEventDialect? Dialect { get; init; }
}

/// <summary>The APIs that have a hub.</summary>
internal sealed class EventApis(IEnumerable<EventApi> apis, TmfEventDialect tmf)
{
    private readonly Dictionary<string, EventApi> _byPathName = apis
        .SelectMany(api => api.Alias is { } alias ? new[] { (api.Name, api), (alias.Name, api with { Path = alias.Path }) } : [(api.Name, api)])
        .ToDictionary(named => named.Item1, named => named.Item2);

    public IEnumerable<string> Names => _byPathName.Keys;

    /// <summary>The API with this name in its path, or null.</summary>
    public EventApi? Find(string name) => _byPathName.GetValueOrDefault(name);

    public IEventDialect DialectOf(EventApi api) => api.Dialect ?? tmf;
}
