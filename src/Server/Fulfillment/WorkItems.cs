using System.Globalization;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What an order makes of one of its items.</summary>
internal enum Readiness
{
    /// <summary>It waits for another item, or stands still.</summary>
    Blocked,

    /// <summary>Nothing but other orders keeps it from being worked.</summary>
    Outside,

    /// <summary>It can be worked.</summary>
    Ready,

    /// <summary>It is in progress.</summary>
    Working,
}

/// <summary>Which items of an order are to be worked, and which of them can be. Pure.</summary>
internal static class WorkItems
{
    private const int LowestPriority = 4;

    /// <summary>The unfinished items of an order that has begun, and what it makes of each.</summary>
    public static IReadOnlyDictionary<string, Readiness> Of(ServiceOrder? order)
    {
        var found = new Dictionary<string, Readiness>();
        if (order?.StartDate is null || ServiceOrderLifecycle.IsFinal(order.State))
            return found;
        var completed = ServiceOrderItems.All(order, "").Select(placed => placed.Item).Where(item => item.State == ServiceOrderItemState.Completed).Select(item => item.Id).ToHashSet();
        var hasPredecessors = ServiceOrderItems.PredecessorsOf(order).Any();
        foreach (var (item, inherited) in ServiceOrderItems.Leaves(order))
        {
            if (item.Action == OrderItemAction.NoChange ? !IsOutside(item, inherited) || ServiceOrderLifecycle.IsFinal(item.State) : ServiceOrderLifecycle.IsFinal(item.State))
                continue;
            found[item.Id] = item.State switch
            {
                ServiceOrderItemState.InProgress => Readiness.Working,
                not ServiceOrderItemState.Acknowledged => Readiness.Blocked,
                _ when !inherited.Append(item).SelectMany(ServiceOrderItems.DependenciesOf).All(completed.Contains) => Readiness.Blocked,
                _ => IsOutside(item, inherited) ? Readiness.Outside : Readiness.Ready,
            };
        }
        return found;

        bool IsOutside(ServiceOrderItem item, IReadOnlyList<ServiceOrderItem> around) =>
            hasPredecessors || around.Append(item).Any(ServiceOrderItems.DependsOnOtherOrders);
    }

    /// <summary>Ids of the other orders that an order waits for, or items of it do.</summary>
    public static IReadOnlySet<string> OtherOrders(ServiceOrder order) => ServiceOrderItems.All(order, "")
        .SelectMany(placed => ServiceOrderItems.OtherOrdersOf(placed.Item))
        .Select(reference => reference.ServiceOrderId)
        .Concat(ServiceOrderItems.PredecessorsOf(order))
        .Where(id => id != order.Id)
        .ToHashSet();

    /// <summary>What keeps an item from being worked outside of its order: the first thing that is not completed, and whether it can still become so; null for nothing.</summary>
    /// <param name="order">The order.</param>
    /// <param name="itemId">The item.</param>
    /// <param name="others">The other orders, those that there are.</param>
    public static (string Name, bool IsFinal)? ObstacleOf(ServiceOrder order, string itemId, IReadOnlyDictionary<string, ServiceOrder> others)
    {
        var (item, around) = ServiceOrderItems.Leaves(order).First(leaf => leaf.Item.Id == itemId);
        foreach (var id in ServiceOrderItems.PredecessorsOf(order))
        {
            if (!others.TryGetValue(id, out var other))
                return ($"Order '{id}'", true);
            if (other.State != ServiceOrderState.Completed)
                return ($"Order '{id}'", ServiceOrderLifecycle.IsFinal(other.State));
        }
        foreach (var reference in around.Append(item).SelectMany(ServiceOrderItems.OtherOrdersOf))
        {
            var name = $"Item '{reference.ItemId}' of order '{reference.ServiceOrderId}'";
            if (!others.TryGetValue(reference.ServiceOrderId, out var other) || ServiceOrderItems.All(other, "").Select(placed => placed.Item).FirstOrDefault(each => each.Id == reference.ItemId) is not { } awaited)
                return (name, true);
            if (awaited.State != ServiceOrderItemState.Completed)
                return (name, ServiceOrderLifecycle.IsFinal(awaited.State));
        }
        return null;
    }

    /// <summary>The order's priority: 0 comes first; what is none of the standard's numbers comes last.</summary>
    public static int PriorityOf(ServiceOrder order) =>
        int.TryParse(order.Priority, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) ? Math.Min(priority, LowestPriority) : LowestPriority;

    /// <summary>Whose order it is; customers take turns.</summary>
    public static string CustomerOf(ServiceOrder order) =>
        WorkKind.Cut(OrderCustomer.Of(order)?.Id ?? "");
}
