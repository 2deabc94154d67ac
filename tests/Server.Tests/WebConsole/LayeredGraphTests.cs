using ServiceOrdering.Server.WebConsole.Inventory;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>Where the nodes of a graph are drawn.</summary>
public sealed class LayeredGraphTests
{
    [Fact]
    public void What_an_arrow_leads_to_is_right_of_where_it_leaves_and_no_boxes_overlap()
    {
        var random = new Random(7);
        for (var size = 1; size <= 120; size += 17)
        {
            var edges = Enumerable.Range(0, size * 2).Select(_ => (From: random.Next(size), To: random.Next(size))).Where(edge => edge.From < edge.To);
            var graph = Of(size, edges);
            var at = graph.Nodes.ToDictionary(placed => placed.Node.Id);

            Assert.All(graph.Edges, edge => Assert.True(at[edge.Edge.From].X < at[edge.Edge.To].X));
            Assert.All(graph.Nodes.GroupBy(placed => placed.X), layer => Assert.All(
                layer.OrderBy(placed => placed.Y).Zip(layer.OrderBy(placed => placed.Y).Skip(1)), pair => Assert.True(pair.First.Y + LayeredGraph.NodeHeight <= pair.Second.Y)));
            Assert.All(graph.Nodes, placed => Assert.True(placed.X >= 0 && placed.Y >= 0 && placed.X + LayeredGraph.NodeWidth <= graph.Width && placed.Y + LayeredGraph.NodeHeight <= graph.Height));
        }
    }

    [Fact]
    public void A_circle_is_drawn_with_one_arrow_against_the_others()
    {
        var graph = Of(3, [(0, 1), (1, 2), (2, 0)]);
        var at = graph.Nodes.ToDictionary(placed => placed.Node.Id, placed => placed.X);

        Assert.Equal(3, graph.Edges.Count);
        Assert.Single(graph.Edges, edge => at[edge.Edge.From] > at[edge.Edge.To]);
        // It still begins where it leaves, and ends where it leads.
        Assert.All(graph.Edges, edge => Assert.Equal(at[edge.Edge.From] < at[edge.Edge.To], edge.Points[0].X < edge.Points[^1].X));
    }

    [Fact]
    public void A_long_chain_and_what_leads_nowhere_are_drawn()
    {
        var graph = Of(1000, Enumerable.Range(0, 999).Select(i => (i, i + 1)).Append((5, 5)));

        Assert.Equal((1000, 999), (graph.Nodes.Count, graph.Edges.Count));
        Assert.Single(graph.Nodes.Select(placed => placed.Y).Distinct());
        Assert.Empty(LayeredGraph.Of([], [new GraphEdge("a", "b", "")]).Nodes);
    }

    private static LayeredGraph Of(int nodes, IEnumerable<(int From, int To)> edges) => LayeredGraph.Of(
        [.. Enumerable.Range(0, nodes).Select(i => new GraphNode($"{i}", $"node {i}", "active", null))], [.. edges.Select(edge => new GraphEdge($"{edge.From}", $"{edge.To}", "link"))]);
}
