using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Orders;

/// <summary>What an order and its items have come to, told by one event after the other.</summary>
internal sealed class OrderProgress
{
    private readonly Dictionary<string, ServiceOrderItem> _items = [];

    public ServiceOrderState State { get; private set; }

    /// <summary>The items as they were told last, those of items among them.</summary>
    public IEnumerable<ServiceOrderItem> Items => _items.Values;

    public bool IsFinal => State is ServiceOrderState.Completed or ServiceOrderState.Failed or ServiceOrderState.Partial
        or ServiceOrderState.Rejected or ServiceOrderState.Cancelled;

    /// <summary>Takes what an event has of the order.</summary>
    /// <returns>Which states differ from before.</returns>
    public IReadOnlyList<string> Apply(ServiceOrder order)
    {
        var differences = new List<string>();
        if (order.HasState && order.State != State)
        {
            State = order.State;
            differences.Add($"order {Word(State)}");
        }

        var moved = new List<ServiceOrderItem>();
        foreach (var item in order.ServiceOrderItem.SelectMany(All))
        {
            var known = _items.GetValueOrDefault(item.Id);
            if (known?.State != item.State)
            {
                moved.Add(item);
            }

            var merged = known?.Clone() ?? item.Clone();
            merged.State = item.State;
            // An event of a state has no more of the service than its id.
            if (item.Service is { HasName: true } || known is null)
            {
                merged.Service = item.Service?.Clone() ?? new ServiceRefOrValue();
            }

            _items[item.Id] = merged;
        }

        foreach (var group in moved.GroupBy(item => item.State, item => item.Id))
        {
            differences.Add($"{(group.Count() == 1 ? "item" : "items")} {string.Join(' ', group)} {Word(group.Key)}");
        }

        return differences;
    }

    private static IEnumerable<ServiceOrderItem> All(ServiceOrderItem item) => item.ServiceOrderItem_.SelectMany(All).Prepend(item);
}
