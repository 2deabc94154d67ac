using Google.Protobuf.Collections;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>An item of an order, at whatever level, with its path from the request.</summary>
internal readonly record struct PlacedItem(ServiceOrderItem Item, string Path);

/// <summary>Walks and checks over the items of an order.</summary>
internal static class ServiceOrderItems
{
    private const string Dependency = "dependency";

    /// <summary>Every item, items of items behind their own. The path is what leads to the order, with its dot at the end.</summary>
    public static IEnumerable<PlacedItem> All(ServiceOrder order, string path) => All(order.ServiceOrderItem, path);

    private static IEnumerable<PlacedItem> All(RepeatedField<ServiceOrderItem> items, string path)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var placed = new PlacedItem(items[i], $"{path}service_order_item[{i}]");
            yield return placed;
            foreach (var inner in All(items[i].ServiceOrderItem_, placed.Path + "."))
                yield return inner;
        }
    }

    /// <summary>Items without items of their own, each with those that it is in: what those depend on, it depends on.</summary>
    public static IEnumerable<(ServiceOrderItem Item, IReadOnlyList<ServiceOrderItem> Around)> Leaves(ServiceOrder order) => Leaves(order.ServiceOrderItem, []);

    private static IEnumerable<(ServiceOrderItem Item, IReadOnlyList<ServiceOrderItem> Around)> Leaves(IEnumerable<ServiceOrderItem> items, IReadOnlyList<ServiceOrderItem> around) =>
        items.SelectMany(item => item.ServiceOrderItem_.Count == 0 ? [(item, around)] : Leaves(item.ServiceOrderItem_, [.. around, item]));

    /// <summary>Ids of the items of this order that the item depends on.</summary>
    public static IEnumerable<string> DependenciesOf(ServiceOrderItem item) => item.ServiceOrderItemRelationship
        .Where(relationship => relationship.RelationshipType == Dependency && IsInThisOrder(relationship.OrderItem))
        .Select(relationship => relationship.OrderItem.ItemId);

    /// <summary>Whether the item depends on items of other orders.</summary>
    public static bool DependsOnOtherOrders(ServiceOrderItem item) => OtherOrdersOf(item).Any();

    /// <summary>The items of other orders that the item depends on.</summary>
    public static IEnumerable<ServiceOrderItemRef> OtherOrdersOf(ServiceOrderItem item) => item.ServiceOrderItemRelationship
        .Where(relationship => relationship.RelationshipType == Dependency && relationship.OrderItem is { HasServiceOrderId: true })
        .Select(relationship => relationship.OrderItem);

    /// <summary>Ids of the orders that have to be completed before anything of this one is worked.</summary>
    public static IEnumerable<string> PredecessorsOf(ServiceOrder order) =>
        PredecessorsOf(order, "").Select(place => place.Id);

    /// <summary>The same with the places of their ids.</summary>
    public static IEnumerable<(string Id, string Path)> PredecessorsOf(ServiceOrder order, string path)
    {
        for (var i = 0; i < order.OrderRelationship.Count; i++)
        {
            if (order.OrderRelationship[i] is { RelationshipType: Dependency } relationship && relationship.Id != order.Id)
                yield return (relationship.Id, $"{path}order_relationship[{i}].id");
        }
    }

    public static bool IsInThisOrder(ServiceOrderItemRef? reference) => reference is { HasItemId: true, HasServiceOrderId: false };

    /// <summary>References to items of other orders, with their paths.</summary>
    public static IEnumerable<(ServiceOrderItemRef Reference, string Path)> ReferencesToOtherOrders(ServiceOrder order)
    {
        foreach (var (item, place) in All(order, ""))
        {
            for (var i = 0; i < item.ServiceOrderItemRelationship.Count; i++)
            {
                if (item.ServiceOrderItemRelationship[i].OrderItem is { HasServiceOrderId: true } reference)
                    yield return (reference, $"{place}.service_order_item_relationship[{i}].order_item");
            }
        }
    }

    /// <summary>
    /// Ids along one circle of dependencies, the first repeated at the end; null where there is none. Depth-first with a
    /// stack of its own, so that a long chain cannot exhaust the thread's.
    /// </summary>
    public static IReadOnlyList<string>? FindCycle(IReadOnlyDictionary<string, ServiceOrderItem> items)
    {
        var done = new HashSet<string>();
        var path = new List<string>();
        var onPath = new HashSet<string>();
        var stack = new Stack<(string Id, IEnumerator<string> Next)>();
        foreach (var start in items.Keys)
        {
            Enter(start);
            while (stack.TryPeek(out var top))
            {
                if (!top.Next.MoveNext())
                {
                    stack.Pop();
                    path.RemoveAt(path.Count - 1);
                    onPath.Remove(top.Id);
                    done.Add(top.Id);
                }
                else if (onPath.Contains(top.Next.Current))
                {
                    return [.. path[path.IndexOf(top.Next.Current)..], top.Next.Current];
                }
                else
                {
                    Enter(top.Next.Current);
                }
            }
        }
        return null;

        void Enter(string id)
        {
            if (done.Contains(id) || !items.TryGetValue(id, out var item))
                return;
            path.Add(id);
            onPath.Add(id);
            stack.Push((id, DependenciesOf(item).GetEnumerator()));
        }
    }
}
