namespace ServiceOrdering.Server.WebConsole.Inventory;

/// <summary>Where a node is drawn: its upper left corner.</summary>
internal sealed record PlacedNode(GraphNode Node, int X, int Y);

/// <summary>How an arrow is drawn: through these points.</summary>
internal sealed record PlacedEdge(GraphEdge Edge, IReadOnlyList<(int X, int Y)> Points);

/// <summary>
/// A directed graph in layers, from left to right: what an arrow leads to is right of where it leaves (Sugiyama's way). Circles are cut
/// for that where they close; arrows over several layers pass through places of their own. The same graph is always drawn the same.
/// </summary>
internal sealed class LayeredGraph
{
    public const int NodeWidth = 208;
    public const int NodeHeight = 50;

    private const int LayerGap = 72;
    private const int RowGap = 14;
    private const int Margin = 6;
    private const int Sweeps = 6;

    private LayeredGraph(IReadOnlyList<PlacedNode> nodes, IReadOnlyList<PlacedEdge> edges, int width, int height) => (Nodes, Edges, Width, Height) = (nodes, edges, width, height);

    public IReadOnlyList<PlacedNode> Nodes { get; }

    public IReadOnlyList<PlacedEdge> Edges { get; }

    public int Width { get; }

    public int Height { get; }

    /// <param name="nodes">The nodes, each id once.</param>
    /// <param name="edges">The arrows; those from or to what is no node are left out.</param>
    public static LayeredGraph Of(IReadOnlyList<GraphNode> nodes, IReadOnlyList<GraphEdge> edges)
    {
        var index = nodes.Select((node, i) => (node.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i);
        var known = edges.Where(edge => edge.From != edge.To && index.ContainsKey(edge.From) && index.ContainsKey(edge.To)).ToList();
        var forward = Acyclic(nodes.Count, known.ConvertAll(edge => (From: index[edge.From], To: index[edge.To])));
        var layers = Layers(nodes.Count, forward);
        // Places: the nodes first, then one for each layer that an arrow passes.
        var layerOf = layers.ToList();
        var chains = forward.ConvertAll(edge => Chain(edge, layerOf));
        var rows = Order(layerOf, chains);
        var y = Rows(layerOf, rows, chains);
        var height = y.Count == 0 ? 0 : y.Max() + NodeHeight + Margin;
        return new LayeredGraph(
            [.. nodes.Select((node, i) => new PlacedNode(node, X(layerOf[i]), y[i]))],
            [.. known.Select((edge, i) => new PlacedEdge(edge, Points(chains[i], index[edge.From], layerOf, y)))],
            layerOf.Count == 0 ? 0 : X(layerOf.Max()) + NodeWidth + Margin,
            height);
    }

    private static int X(int layer) => Margin + layer * (NodeWidth + LayerGap);

    /// <summary>The arrows, those turned round that close a circle.</summary>
    private static List<(int From, int To)> Acyclic(int count, List<(int From, int To)> edges)
    {
        var outgoing = edges.Select((edge, i) => (edge, i)).ToLookup(pair => pair.edge.From);
        var state = new byte[count];
        var result = edges.ToList();
        // Without recursion: chains may be long.
        for (var start = 0; start < count; start++)
        {
            if (state[start] != 0)
                continue;
            var stack = new Stack<(int Node, IEnumerator<((int From, int To) Edge, int Index)> Left)>();
            state[start] = 1;
            stack.Push((start, outgoing[start].GetEnumerator()));
            while (stack.TryPeek(out var top))
            {
                if (!top.Left.MoveNext())
                {
                    state[top.Node] = 2;
                    stack.Pop();
                    continue;
                }
                var (edge, i) = top.Left.Current;
                if (state[edge.To] == 1)
                {
                    result[i] = (edge.To, edge.From);
                }
                else if (state[edge.To] == 0)
                {
                    state[edge.To] = 1;
                    stack.Push((edge.To, outgoing[edge.To].GetEnumerator()));
                }
            }
        }
        return result;
    }

    /// <summary>The layer of each node: one more than that of the last that leads to it.</summary>
    private static int[] Layers(int count, List<(int From, int To)> edges)
    {
        var layers = new int[count];
        var open = new int[count];
        foreach (var (_, to) in edges)
            open[to]++;
        var outgoing = edges.ToLookup(edge => edge.From, edge => edge.To);
        var ready = new Queue<int>(Enumerable.Range(0, count).Where(node => open[node] == 0));
        while (ready.TryDequeue(out var node))
        {
            foreach (var to in outgoing[node])
            {
                layers[to] = Math.Max(layers[to], layers[node] + 1);
                if (--open[to] == 0)
                    ready.Enqueue(to);
            }
        }
        return layers;
    }

    /// <summary>The places that an arrow goes through, both ends included; adds those between them.</summary>
    private static List<int> Chain((int From, int To) edge, List<int> layerOf)
    {
        var chain = new List<int> { edge.From };
        for (var layer = layerOf[edge.From] + 1; layer < layerOf[edge.To]; layer++)
        {
            chain.Add(layerOf.Count);
            layerOf.Add(layer);
        }
        chain.Add(edge.To);
        return chain;
    }

    /// <summary>The places of each layer in an order in which few arrows cross: each near the middle of its neighbours, to and fro.</summary>
    private static List<List<int>> Order(List<int> layerOf, List<List<int>> chains)
    {
        var rows = Enumerable.Range(0, layerOf.Count == 0 ? 0 : layerOf.Max() + 1).Select(_ => new List<int>()).ToList();
        for (var place = 0; place < layerOf.Count; place++)
            rows[layerOf[place]].Add(place);
        var pairs = chains.SelectMany(chain => chain.Zip(chain.Skip(1))).ToList();
        var (left, right) = (pairs.ToLookup(pair => pair.Second, pair => pair.First), pairs.ToLookup(pair => pair.First, pair => pair.Second));
        var at = new double[layerOf.Count];
        foreach (var row in rows)
            Number(row);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var isForth = sweep % 2 == 0;
            for (var i = 1; i < rows.Count; i++)
            {
                var layer = isForth ? i : rows.Count - 1 - i;
                var neighbours = isForth ? left : right;
                rows[layer] = [.. rows[layer].OrderBy(place => neighbours[place].Select(other => at[other]).DefaultIfEmpty(at[place]).Average())];
                Number(rows[layer]);
            }
        }
        return rows;

        void Number(List<int> row)
        {
            for (var i = 0; i < row.Count; i++)
                at[row[i]] = i - row.Count / 2.0;
        }
    }

    /// <summary>How far down each place is: level with its neighbours where there is room.</summary>
    private static List<int> Rows(List<int> layerOf, List<List<int>> rows, List<List<int>> chains)
    {
        const int step = NodeHeight + RowGap;
        var pairs = chains.SelectMany(chain => chain.Zip(chain.Skip(1))).ToList();
        var neighbours = pairs.Concat(pairs.Select(pair => (First: pair.Second, Second: pair.First))).ToLookup(pair => pair.First, pair => pair.Second);
        var y = new double[layerOf.Count];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
                y[row[i]] = (i - row.Count / 2.0) * step;
        }
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var row in sweep % 2 == 0 ? rows : Enumerable.Reverse(rows))
            {
                var wanted = row.ConvertAll(place => neighbours[place].Select(other => y[other]).DefaultIfEmpty(y[place]).Average());
                // Apart from each other, and as near to where they are wanted as they can be together.
                var low = new double[row.Count];
                var high = new double[row.Count];
                for (var i = 0; i < row.Count; i++)
                    low[i] = i == 0 ? wanted[0] : Math.Max(wanted[i], low[i - 1] + step);
                for (var i = row.Count - 1; i >= 0; i--)
                    high[i] = i == row.Count - 1 ? wanted[i] : Math.Min(wanted[i], high[i + 1] - step);
                for (var i = 0; i < row.Count; i++)
                    y[row[i]] = (low[i] + high[i]) / 2;
            }
        }
        var top = y.Length == 0 ? 0 : y.Min();
        return [.. y.Select(each => Margin + (int)Math.Round(each - top))];
    }

    /// <summary>From the side of one box to the side of the other, in the direction that the arrow has.</summary>
    private static List<(int X, int Y)> Points(List<int> chain, int from, List<int> layerOf, List<int> y)
    {
        var points = new List<(int X, int Y)>();
        for (var i = 0; i < chain.Count; i++)
        {
            var (x, middle) = (X(layerOf[chain[i]]), y[chain[i]] + NodeHeight / 2);
            if (i > 0)
                points.Add((x, middle));
            if (i < chain.Count - 1)
                points.Add((x + NodeWidth, middle));
        }
        if (chain[0] != from)
            points.Reverse();
        return points;
    }
}
