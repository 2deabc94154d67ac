using System.Runtime.CompilerServices;

namespace ServiceOrdering.Server.Tests;

/// <summary>Orders to place.</summary>
public static class ExampleOrders
{
    public const string Minimal = """{"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""";

    /// <summary>The order of the README: three items, two of which the first depends on.</summary>
    public static string Fiber { get; } = File.ReadAllText(Path.Combine(Root(), "examples", "create-fiber-order.json"));

    public static string WithItems(params string[] items) => $$"""{"serviceOrderItem":[{{string.Join(",", items)}}]}""";

    /// <summary>An order whose items, which do not know of each other, have these ids.</summary>
    public static string WithIds(params string[] ids) =>
        WithItems([.. ids.Select(id => $$"""{"id":"{{id}}","action":"add","service":{} }""")]);

    /// <summary>An order with the given items, each with an id, and what it depends on.</summary>
    public static string WithDependencies(params (string Id, string[] DependsOn)[] items)
    {
        var texts = items.Select(item =>
        {
            var relationships = item.DependsOn.Select(other =>
                $$"""{"relationshipType":"dependency","orderItem":{"itemId":"{{other}}"} }""");
            return $$"""{"id":"{{item.Id}}","action":"add","service":{},"serviceOrderItemRelationship":[{{string.Join(",", relationships)}}]}""";
        });
        return $$"""{"serviceOrderItem":[{{string.Join(",", texts)}}]}""";
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
