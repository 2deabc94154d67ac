using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.WebConsole.Orders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.WebConsole;

/// <summary>How the items of an order are laid out, and what is told of their past.</summary>
public sealed class ItemGraphTests
{
    [Fact]
    public void An_item_is_in_the_column_behind_the_last_that_it_waits_for()
    {
        var graph = Graph("""{"id":"1"},{"id":"2","serviceOrderItemRelationship":[ON1]},{"id":"3","serviceOrderItemRelationship":[ON1,ON2]},{"id":"4"}""");

        Assert.Equal([("1", 0), ("2", 1), ("3", 2), ("4", 0)], Columns(graph));
        Assert.Equal(["1>2", "1>3", "2>3"], Edges(graph));
        Assert.Equal((3, 2), (graph.Columns, graph.Rows));
    }

    [Fact]
    public void What_an_item_is_made_of_stands_before_it_and_waits_for_what_that_waits_for()
    {
        const string Items = """{"id":"1"},{"id":"2","serviceOrderItemRelationship":[ON1],"serviceOrderItem":[{"id":"2a"},{"id":"2b","serviceOrderItemRelationship":[ON2a]}]},{"id":"3","serviceOrderItemRelationship":[ON2]}""";

        var open = Graph(Items);
        Assert.Equal([("1", 0), ("2", 3), ("2a", 1), ("2b", 2), ("3", 4)], Columns(open));
        Assert.Equal(["1>2a", "2>3", "2a>2b", "2b>2 part"], Edges(open));

        var folded = Graph(Items, item => item.Id == "2");
        Assert.Equal([("1", 0), ("2", 1), ("3", 2)], Columns(folded));
        Assert.Equal(["1>2", "2>3"], Edges(folded));
        Assert.Equal(2, folded.Nodes.Single(node => node.Item.Id == "2").Inner);
    }

    [Fact]
    public void A_hidden_item_is_stood_for_by_what_it_is_in()
    {
        var graph = Graph("""{"id":"1","serviceOrderItem":[{"id":"1a","serviceOrderItem":[{"id":"1x"}]}]},{"id":"2","serviceOrderItemRelationship":[ON1x]}""", item => item.Id == "1");

        Assert.Equal(["1>2"], Edges(graph));
    }

    [Fact]
    public void Two_hundred_items_of_one_layer_take_several_columns_of_a_screens_height()
    {
        var graph = Graph(string.Join(',', Enumerable.Range(1, 200).Select(i => $$"""{"id":"{{i}}"}""")) + """,{"id":"last","serviceOrderItemRelationship":[ON7]}""");

        Assert.True(graph.Rows <= 14, $"{graph.Rows} rows");
        Assert.Equal(201, graph.Nodes.Select(node => (node.Column, node.Row)).Distinct().Count());
        Assert.All(graph.Edges, edge => Assert.True(edge.From.Column < edge.To.Column));
        Assert.Equal(graph.Columns - 1, graph.Nodes.Single(node => node.Item.Id == "last").Column);
    }

    [Fact]
    public void Items_in_a_circle_and_items_beyond_the_limit_are_shown_as_far_as_there_is_room()
    {
        Assert.Equal(2, Graph("""{"id":"1","serviceOrderItemRelationship":[ON2]},{"id":"2","serviceOrderItemRelationship":[ON1]}""").Nodes.Count);
        var many = Graph(string.Join(',', Enumerable.Range(1, ItemGraph.MostNodes + 3).Select(i => $$"""{"id":"{{i}}"}""")));
        Assert.Equal((ItemGraph.MostNodes, 3), (many.Nodes.Count, many.LeftOut));
    }

    [Fact]
    public void States_are_worked_out_backwards_from_what_they_are()
    {
        var order = Order("""{"id":"1","state":"completed"},{"id":"2","state":"inProgress"}""");
        order.State = ServiceOrderState.InProgress;
        order.OrderDate = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(At(0));
        PastEvent[] events =
        [
            Event(40, """{"state":"inProgress","serviceOrderItem":[{"id":"1","state":"inProgress"}]}"""),
            Event(30, """{"state":"inProgress","serviceOrderItem":[{"id":"2","state":"acknowledged"}]}"""),
            Event(20, """{"state":"acknowledged","serviceOrderItem":[{"id":"1","state":"acknowledged"}]}"""),
            Event(10, null),
        ];

        var timeline = OrderTimeline.Of(order, events, At(50));

        Assert.Equal(["acknowledged 0-20", "inProgress 20-40", "completed 40-40"], Spans(timeline, "1"));
        Assert.Equal(["acknowledged 0-30", "inProgress 30-50"], Spans(timeline, "2"));
        Assert.Equal(
            ["1:inProgress>completed", "2:acknowledged>inProgress", ":acknowledged>inProgress 1:acknowledged>inProgress", ""],
            timeline.Events.Select(told => string.Join(' ', told.Changes.Select(change => $"{change.Item}:{change.Before}>{change.After}"))));
        Assert.Equal((At(0), At(50)), (timeline.Start, timeline.End));
        Assert.InRange(timeline.Ticks().Count(), 2, 6);
    }

    private static DateTimeOffset At(int second) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(second);

    private static PastEvent Event(int second, string? previous) => new(second, "", "ServiceOrderStateChangeEvent", At(second), "", previous, "");

    private static IEnumerable<string> Spans(OrderTimeline timeline, string item) => timeline.Rows.Single(row => row.Item.Id == item).Spans
        .Select(span => $"{EnumNames.Json(span.State)} {(span.From - timeline.Start).TotalSeconds}-{(span.To - timeline.Start).TotalSeconds}");

    private static ServiceOrder Order(string items) => JsonFormat.Parse<ServiceOrder>(System.Text.Encoding.UTF8.GetBytes(
        $$"""{"serviceOrderItem":[{{System.Text.RegularExpressions.Regex.Replace(items, @"ON(\w+)", """{"relationshipType":"dependency","orderItem":{"itemId":"$1"}}""")}}]}"""));

    private static ItemGraph Graph(string items, Predicate<ServiceOrderItem>? isFolded = null) => ItemGraph.Of(Order(items), isFolded ?? (_ => false));

    private static IEnumerable<(string, int)> Columns(ItemGraph graph) => graph.Nodes.Select(node => (node.Item.Id, node.Column)).OrderBy(pair => pair.Id, StringComparer.Ordinal);

    private static IEnumerable<string> Edges(ItemGraph graph) =>
        graph.Edges.Select(edge => $"{edge.From.Item.Id}>{edge.To.Item.Id}{(edge.IsPart ? " part" : "")}").Order(StringComparer.Ordinal);
}
