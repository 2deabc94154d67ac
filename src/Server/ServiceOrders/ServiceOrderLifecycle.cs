using System.Collections.Frozen;
using ServiceOrdering.Server.Resources;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static Tmf.ServiceOrdering.V4.ServiceOrderState;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>
/// The states of an order and of its items: which may follow which, and how the order's state follows from its items'.
/// Pure. Items have the states of orders under the same numbers, so one table serves both.
/// </summary>
internal static class ServiceOrderLifecycle
{
    private static readonly FrozenDictionary<ServiceOrderState, ServiceOrderState[]> Transitions =
        new Dictionary<ServiceOrderState, ServiceOrderState[]>
        {
            [Acknowledged] = [Rejected, Pending, Held, InProgress, AssessingCancellation, Cancelled],
            [Pending] = [Acknowledged, InProgress, Held, AssessingCancellation, Partial, Cancelled, Rejected],
            [Held] = [InProgress, Pending, AssessingCancellation, Partial, Cancelled],
            [InProgress] = [Pending, Held, AssessingCancellation, Completed, Failed, Partial],
            [AssessingCancellation] = [PendingCancellation, Acknowledged, Pending, Held, InProgress],
            [PendingCancellation] = [Cancelled, Partial, Failed],
        }.ToFrozenDictionary();

    private static readonly ServiceOrderState[] AcknowledgedNoChange = [.. Transitions[Acknowledged], Completed];

    public static bool IsFinal(ServiceOrderState state) => !Transitions.ContainsKey(state);

    public static bool IsFinal(ServiceOrderItemState state) => IsFinal(AsOrder(state));

    /// <summary>Deletion is for administration: it must not take an order away from those who work on it.</summary>
    public static bool IsDeletable(ServiceOrderState state) => state is Acknowledged || IsFinal(state);

    /// <summary>The states that may follow an order's.</summary>
    public static IReadOnlyList<ServiceOrderState> After(ServiceOrderState state) => Transitions.GetValueOrDefault(state, []);

    /// <summary>The states that may follow an item's. One that changes nothing needs no work to be completed.</summary>
    public static IReadOnlyList<ServiceOrderState> After(ServiceOrderItem item) =>
        item is { State: ServiceOrderItemState.Acknowledged, Action: OrderItemAction.NoChange } ? AcknowledgedNoChange : After(AsOrder(item.State));

    /// <summary>What an item may be changed to: what is ordered stays once work has started.</summary>
    public static bool IsOpenToChange(ServiceOrderItemState state) =>
        state is ServiceOrderItemState.Acknowledged or ServiceOrderItemState.Pending or ServiceOrderItemState.Held;

    /// <summary>The state that follows from those of the items.</summary>
    public static ServiceOrderState Derive(IEnumerable<ServiceOrderItemState> items)
    {
        var states = items.Select(AsOrder).ToHashSet();
        if (states.Contains(Rejected))
            return Rejected;
        if (states.All(IsFinal))
            return states.Count == 1 ? states.Single() : Partial;
        foreach (var state in new[] { InProgress, Held, Pending, AssessingCancellation, PendingCancellation })
        {
            if (states.Contains(state))
                return state;
        }
        return states.Any(IsFinal) ? InProgress : Acknowledged;
    }

    /// <summary>
    /// Draws the conclusions from the states that items have been given: what depends on a failed item fails, a rejected one
    /// takes all with it, items with items of their own and the order follow, and the order's dates are set.
    /// </summary>
    public static void Settle(ServiceOrder order, DateTimeOffset now)
    {
        var items = ServiceOrderItems.All(order, "").Select(placed => placed.Item).ToList();
        Derive(order.ServiceOrderItem);
        FailDependents(items, now);
        if (items.Any(item => item.State == ServiceOrderItemState.Rejected))
            items.ForEach(item => item.State = ServiceOrderItemState.Rejected);
        Derive(order.ServiceOrderItem);

        order.State = Derive(order.ServiceOrderItem.Select(item => item.State));
        if (order.StartDate is null && items.Any(HasStarted))
            order.StartDate = TmfDate.Of(now);
        if (order.CompletionDate is null && IsFinal(order.State))
            order.CompletionDate = TmfDate.Of(now);
        if (order.CancellationDate is null && order.State == Cancelled)
            order.CancellationDate = TmfDate.Of(now);
    }

    /// <summary>Gives a state to every item that may take it: how an order is held, resumed or cancelled as a whole.</summary>
    public static void Move(ServiceOrder order, ServiceOrderState state)
    {
        foreach (var (item, _) in ServiceOrderItems.All(order, ""))
        {
            if (item.ServiceOrderItem_.Count == 0 && After(item).Contains(state))
                item.State = AsItem(state);
        }
    }

    public static ServiceOrderState AsOrder(ServiceOrderItemState state) => (ServiceOrderState)state;

    public static ServiceOrderItemState AsItem(ServiceOrderState state) => (ServiceOrderItemState)state;

    private static bool HasStarted(ServiceOrderItem item) => item.Action != OrderItemAction.NoChange
        && item.State is ServiceOrderItemState.InProgress or ServiceOrderItemState.Completed or ServiceOrderItemState.Failed;

    private static void Derive(IEnumerable<ServiceOrderItem> items)
    {
        foreach (var item in items.Where(item => item.ServiceOrderItem_.Count > 0))
        {
            Derive(item.ServiceOrderItem_);
            item.State = AsItem(Derive(item.ServiceOrderItem_.Select(inner => inner.State)));
        }
    }

    private static void FailDependents(List<ServiceOrderItem> items, DateTimeOffset now)
    {
        var dependents = items
            .SelectMany(item => ServiceOrderItems.DependenciesOf(item).Select(on => (On: on, Item: item)))
            .ToLookup(dependency => dependency.On, dependency => dependency.Item);
        var failed = new Queue<ServiceOrderItem>(items.Where(item => item.State == ServiceOrderItemState.Failed));
        while (failed.TryDequeue(out var cause))
        {
            foreach (var dependent in dependents[cause.Id])
                Fail(dependent, cause);
        }

        void Fail(ServiceOrderItem item, ServiceOrderItem cause)
        {
            if (IsFinal(item.State))
                return;
            item.State = ServiceOrderItemState.Failed;
            item.ErrorMessage.Add(new ServiceOrderItemErrorMessage
            {
                Code = "dependencyFailed",
                Reason = "An item that this one depends on has failed",
                Message = $"Item '{cause.Id}', which this item depends on, has failed.",
                Timestamp = TmfDate.Of(now),
            });
            foreach (var inner in item.ServiceOrderItem_)
                Fail(inner, cause);
            failed.Enqueue(item);
        }
    }
}
