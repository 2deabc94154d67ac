using System.Runtime.InteropServices;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Events;

/// <summary>
/// Finds who may want an event by a value that the event has, so that a thousand watchers who each want something else cost
/// hardly more than one. Not thread-safe.
/// </summary>
internal sealed class EventAudience(ResourceSchema schema)
{
    private readonly HashSet<Watcher> _all = [];
    private readonly HashSet<Watcher> _unkeyed = [];
    private readonly Dictionary<string, Attribute> _attributes = [];

    public IReadOnlyCollection<Watcher> All => _all;

    public void Add(Watcher watcher)
    {
        _all.Add(watcher);
        if (watcher.Filter.Key is not { } key)
        {
            _unkeyed.Add(watcher);
            return;
        }
        var attribute = CollectionsMarshal.GetValueRefOrAddDefault(_attributes, key.Path, out _) ??= new Attribute(key.Path, schema);
        attribute.Users++;
        foreach (var value in key.Values)
            (CollectionsMarshal.GetValueRefOrAddDefault(attribute.Watchers, value, out _) ??= []).Add(watcher);
    }

    public void Remove(Watcher watcher)
    {
        _all.Remove(watcher);
        if (watcher.Filter.Key is not { } key)
        {
            _unkeyed.Remove(watcher);
            return;
        }
        var attribute = _attributes[key.Path];
        foreach (var value in key.Values)
        {
            attribute.Watchers[value].Remove(watcher);
            if (attribute.Watchers[value].Count == 0)
                attribute.Watchers.Remove(value);
        }
        if (--attribute.Users == 0)
            _attributes.Remove(key.Path);
    }

    /// <summary>Calls for everyone who may want the event; for some more than once. For an event that cannot be read that is everyone.</summary>
    public void Visit(LoggedEvent logged, Action<Watcher, LoggedEvent> visit)
    {
        if (!logged.IsReadable)
        {
            foreach (var watcher in _all)
                visit(watcher, logged);
            return;
        }
        foreach (var watcher in _unkeyed)
            visit(watcher, logged);
        foreach (var attribute in _attributes.Values)
        {
            foreach (var value in attribute.In(logged))
            {
                if (!attribute.Watchers.TryGetValue(value, out var watchers))
                    continue;
                foreach (var watcher in watchers)
                    visit(watcher, logged);
            }
        }
    }

    private sealed class Attribute(string path, ResourceSchema schema)
    {
        private readonly AttributeTexts? _texts = path is EventKey.Type or EventKey.ResourceId or EventKey.Party ? null : AttributeTexts.At(path, schema);

        public Dictionary<string, HashSet<Watcher>> Watchers { get; } = [];

        public int Users { get; set; }

        public IReadOnlyCollection<string> In(LoggedEvent logged) => path switch
        {
            EventKey.Type => [logged.Type],
            EventKey.ResourceId => [logged.ResourceId],
            EventKey.Party => logged.Parties ?? [],
            _ => _texts!.In(logged.Root),
        };
    }
}
