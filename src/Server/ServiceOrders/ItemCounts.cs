using Google.Protobuf.Collections;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Keeps count of the items of orders by state, as it is kept of the orders themselves.</summary>
internal static class ItemCounts
{
    public const string Resource = "serviceOrderItem";

    private static readonly int States = Enum.GetValues<ServiceOrderItemState>().Max(state => (int)state) + 1;

    public static ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after)
    {
        Span<int> changes = stackalloc int[States];
        if (before is not null)
            Add(changes, before.ServiceOrderItem, -1);
        if (after is not null)
            Add(changes, after.Resource.ServiceOrderItem, 1);
        for (var state = 0; state < changes.Length; state++)
        {
            if (changes[state] != 0)
                write.Count(Resource, EnumNames.Json((ServiceOrderItemState)state), changes[state]);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The state of each item that is counted.</summary>
    public static IEnumerable<string> StatesOf(ServiceOrder order) => ServiceOrderItems.All(order, "")
        .Select(placed => placed.Item.State)
        .Where(state => (uint)state < (uint)States)
        .Select(state => EnumNames.Json(state));

    private static void Add(Span<int> changes, RepeatedField<ServiceOrderItem> items, int change)
    {
        for (var i = 0; i < items.Count; i++)
        {
            // What an older server has not foreseen is counted nowhere.
            if ((uint)items[i].State < (uint)changes.Length)
                changes[(int)items[i].State] += change;
            Add(changes, items[i].ServiceOrderItem_, change);
        }
    }
}
