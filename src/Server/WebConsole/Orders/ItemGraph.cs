using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>An item as a graph shows it.</summary>
/// <param name="item">The item.</param>
/// <param name="inner">How many items it is made of, theirs included.</param>
/// <param name="isFolded">Whether these are not shown.</param>
internal sealed class GraphNode(ServiceOrderItem item, int inner, bool isFolded)
{
    public ServiceOrderItem Item => item;

    public int Inner => inner;

    public bool IsFolded => isFolded;

    /// <summary>Its column, from 0: all that it waits for is to its left.</summary>
    public int Column { get; set; }

    /// <summary>Its row, from 0.</summary>
    public int Row { get; set; }
}

/// <summary>That an item waits for another.</summary>
/// <param name="From">What is done first.</param>
/// <param name="To">What waits.</param>
/// <param name="IsPart">Whether it waits for it as what it is made of.</param>
internal sealed record GraphEdge(GraphNode From, GraphNode To, bool IsPart);

/// <summary>
/// The items of an order as a graph in layers, from what can begin at once to what comes last. What an item is made of stands before it, unless
/// it is folded. A layer that is higher than a screen takes several columns. Pure.
/// </summary>
internal sealed class ItemGraph
{
    /// <summary>How many items are shown at most.</summary>
    public const int MostNodes = 500;

    private const int MostRows = 14;

    private readonly Dictionary<string, GraphNode> _nodes = [];
    private readonly Dictionary<string, ServiceOrderItem> _items = [];
    private readonly Dictionary<string, string> _shownAs = [];
    private readonly List<GraphEdge> _edges = [];

    private ItemGraph()
    {
    }

    public IReadOnlyCollection<GraphNode> Nodes => _nodes.Values;

    public IReadOnlyList<GraphEdge> Edges => _edges;

    public int Columns { get; private set; }

    public int Rows { get; private set; }

    /// <summary>How many items are left out, since there are too many.</summary>
    public int LeftOut { get; private set; }

    /// <param name="order">The order.</param>
    /// <param name="isFolded">Of an item that is made of others, whether these are not shown.</param>
    public static ItemGraph Of(ServiceOrder order, Predicate<ServiceOrderItem> isFolded)
    {
        var graph = new ItemGraph();
        graph.AddNodes(order.ServiceOrderItem, isFolded);
        graph.AddEdges(order.ServiceOrderItem);
        graph.Place();
        return graph;
    }

    /// <summary>How many items an item is made of, theirs included.</summary>
    public static int CountInner(ServiceOrderItem item) => item.ServiceOrderItem_.Sum(inner => 1 + CountInner(inner));

    private void AddNodes(IEnumerable<ServiceOrderItem> items, Predicate<ServiceOrderItem> isFolded)
    {
        foreach (var item in items)
        {
            if (_nodes.Count == MostNodes)
            {
                LeftOut += 1 + CountInner(item);
                continue;
            }
            var inner = CountInner(item);
            var node = new GraphNode(item, inner, inner > 0 && isFolded(item));
            if (!_nodes.TryAdd(item.Id, node))
                continue;
            _items[item.Id] = item;
            _shownAs[item.Id] = item.Id;
            if (node.IsFolded)
                Hide(item.ServiceOrderItem_, item.Id);
            else
                AddNodes(item.ServiceOrderItem_, isFolded);
        }

        void Hide(IEnumerable<ServiceOrderItem> hidden, string by)
        {
            foreach (var item in hidden)
            {
                _items.TryAdd(item.Id, item);
                _shownAs.TryAdd(item.Id, by);
                Hide(item.ServiceOrderItem_, by);
            }
        }
    }

    private void AddEdges(IEnumerable<ServiceOrderItem> items)
    {
        var known = new HashSet<(string, string)>();
        foreach (var item in _items.Values)
        {
            foreach (var on in ServiceOrderItems.DependenciesOf(item))
            {
                foreach (var first in Firsts(item))
                    Add(on, first.Id, isPart: false);
            }
        }
        AddParts(items);

        void AddParts(IEnumerable<ServiceOrderItem> groups)
        {
            foreach (var group in groups.Where(group => _nodes.TryGetValue(group.Id, out var node) && node is { Inner: > 0, IsFolded: false }))
            {
                var awaited = group.ServiceOrderItem_.SelectMany(ServiceOrderItems.DependenciesOf).ToHashSet();
                foreach (var last in group.ServiceOrderItem_.Where(inner => !awaited.Contains(inner.Id)))
                    Add(last.Id, group.Id, isPart: true);
                AddParts(group.ServiceOrderItem_);
            }
        }

        void Add(string from, string to, bool isPart)
        {
            if (_shownAs.TryGetValue(from, out var first) && _shownAs.TryGetValue(to, out var then) && first != then && known.Add((first, then)))
                _edges.Add(new GraphEdge(_nodes[first], _nodes[then], isPart));
        }
    }

    /// <summary>What of an item begins first: itself, or of what it is made of that which waits for nothing else there.</summary>
    private IEnumerable<ServiceOrderItem> Firsts(ServiceOrderItem item)
    {
        if (item.ServiceOrderItem_.Count == 0 || !_nodes.TryGetValue(item.Id, out var node) || node.IsFolded)
            return [item];
        var inner = item.ServiceOrderItem_.Select(part => part.Id).ToHashSet();
        return item.ServiceOrderItem_.Where(part => !ServiceOrderItems.DependenciesOf(part).Any(inner.Contains)).SelectMany(Firsts);
    }

    private void Place()
    {
        var before = _edges.ToLookup(edge => edge.To, edge => edge.From);
        var layers = Layers();
        var column = 0;
        var rows = new Dictionary<GraphNode, double>();
        foreach (var layer in layers)
        {
            // Beside what it waits for, as far as there is room: lines are short then, and few cross.
            var sorted = layer.OrderBy(node => before[node].Select(first => rows.GetValueOrDefault(first)).DefaultIfEmpty(0).Average()).ToList();
            var height = (sorted.Count + (sorted.Count + MostRows - 1) / MostRows - 1) / ((sorted.Count + MostRows - 1) / MostRows);
            for (var i = 0; i < sorted.Count; i++)
            {
                (sorted[i].Column, sorted[i].Row) = (column + i / height, i % height);
                rows[sorted[i]] = i;
            }
            Rows = Math.Max(Rows, height);
            column += (sorted.Count + height - 1) / height;
        }
        Columns = column;
    }

    /// <summary>Each node in the layer behind the last that it waits for.</summary>
    private IEnumerable<List<GraphNode>> Layers()
    {
        var waits = _nodes.Values.ToDictionary(node => node, _ => 0);
        foreach (var edge in _edges)
            waits[edge.To]++;
        var after = _edges.ToLookup(edge => edge.From, edge => edge.To);
        var layer = _nodes.Values.Where(node => waits[node] == 0).ToList();
        var left = _nodes.Count;
        while (layer.Count > 0)
        {
            left -= layer.Count;
            yield return layer;
            layer = [.. layer.SelectMany(node => after[node]).Where(next => --waits[next] == 0)];
        }
        // Nobody can place an order whose items wait for each other in a circle; one that is there all the same is shown.
        if (left > 0)
            yield return [.. waits.Where(pair => pair.Value > 0).Select(pair => pair.Key)];
    }
}
