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
            [Held] = [Acknowledged, InProgress, Pending, AssessingCancellation, Partial, Cancelled],
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

    /// <summary>
    /// The states that a caller may move an order to as a whole. The others follow from its items or from a cancellation,
    /// which takes over once work has started and alone moves an order on that it is about.
    /// </summary>
    public static IEnumerable<ServiceOrderState> Choices(ServiceOrder order) => IsOfCancellation(order.State) ? [] : After(order.State).Where(state =>
        state is Acknowledged or Pending or Held or InProgress || (state == Cancelled && order.StartDate is null));

    /// <summary>The states that a caller may move an item to.</summary>
    public static IEnumerable<ServiceOrderState> Choices(ServiceOrderItem item) =>
        IsOfCancellation(AsOrder(item.State)) ? [] : After(item).Where(state => !IsOfCancellation(state));

    /// <summary>Whether an item's content may be changed: what is ordered stays once work has started.</summary>
    public static bool IsOpenToChange(ServiceOrderItemState state) =>
        state is ServiceOrderItemState.Acknowledged or ServiceOrderItemState.Pending or ServiceOrderItemState.Held;

    /// <summary>Whether there are items that wait for somebody to decide or to tell something.</summary>
    public static bool HasSuspended(ServiceOrder order) => Leaves(order).Any(item => IsSuspended(item.State));

    /// <summary>The state that follows from those of the items, in whatever order they stand.</summary>
    /// <param name="items">States of the items, at least one.</param>
    /// <param name="hasBegun">Whether work on the order has begun: it is in progress from then on, also while no item is.</param>
    public static ServiceOrderState Derive(IEnumerable<ServiceOrderItemState> items, bool hasBegun = false)
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
        return hasBegun || states.Any(IsFinal) ? InProgress : Acknowledged;
    }

    /// <summary>
    /// Draws the conclusions from the states that items have been given: what depends on a failed item fails, a rejected one
    /// takes all with it, items with items of their own and the order follow, and the order's dates are set.
    /// </summary>
    public static void Settle(ServiceOrder order, DateTimeOffset now)
    {
        var items = ServiceOrderItems.All(order, "").Select(placed => placed.Item).ToList();
        do
            Derive(order.ServiceOrderItem);
        while (FailDependents(items, now));
        if (items.Any(item => item.State == ServiceOrderItemState.Rejected))
            items.ForEach(item => item.State = ServiceOrderItemState.Rejected);
        Derive(order.ServiceOrderItem);

        if (order.StartDate is null && items.Any(HasStarted))
            order.StartDate = TmfDate.Of(now);
        order.State = Derive(order.ServiceOrderItem.Select(item => item.State), hasBegun: order.StartDate is not null);
        if (order.CompletionDate is null && IsFinal(order.State))
            order.CompletionDate = TmfDate.Of(now);
        if (order.CancellationDate is null && order.State == Cancelled)
            order.CancellationDate = TmfDate.Of(now);
    }

    /// <summary>Gives a state to every item that may take it: how an order is started or cancelled as a whole.</summary>
    public static void Move(ServiceOrder order, ServiceOrderState state)
    {
        foreach (var item in Leaves(order).Where(item => After(item).Contains(state)))
            item.State = AsItem(state);
    }

    /// <summary>Gives a state to every item that is not final: how an order is held, or made pending, as a whole.</summary>
    /// <returns>What they were before, and before the suspension that they may have been in.</returns>
    public static Suspension Suspend(ServiceOrder order, ServiceOrderState state, Suspension before)
    {
        var states = Leaves(order).Where(item => !IsFinal(item.State)).ToDictionary(item => item.Id, item => before.States.GetValueOrDefault(item.Id, item.State));
        Move(order, state);
        return new Suspension(states);
    }

    /// <summary>Brings every item that was suspended with its order back to what it was.</summary>
    public static void Resume(ServiceOrder order, Suspension suspension)
    {
        foreach (var item in Leaves(order))
            item.State = suspension.States.GetValueOrDefault(item.Id, item.State);
    }

    /// <summary>What is left of an order's suspension after a change of its items: those that still are what it made of them.</summary>
    public static Suspension Remaining(Suspension suspension, IReadOnlyDictionary<string, ServiceOrderItem> before, ServiceOrder after) =>
        new(Leaves(after)
            .Where(item => suspension.States.ContainsKey(item.Id) && IsSuspended(item.State) && before.GetValueOrDefault(item.Id)?.State == item.State)
            .ToDictionary(item => item.Id, item => suspension.States[item.Id]));

    public static ServiceOrderState AsOrder(ServiceOrderItemState state) => (ServiceOrderState)state;

    public static ServiceOrderItemState AsItem(ServiceOrderState state) => (ServiceOrderItemState)state;

    /// <summary>The items that have no items of their own: whose states are not others'.</summary>
    private static IEnumerable<ServiceOrderItem> Leaves(ServiceOrder order) =>
        ServiceOrderItems.All(order, "").Select(placed => placed.Item).Where(item => item.ServiceOrderItem_.Count == 0);

    private static bool IsSuspended(ServiceOrderItemState state) => state is ServiceOrderItemState.Held or ServiceOrderItemState.Pending;

    private static bool IsOfCancellation(ServiceOrderState state) => state is AssessingCancellation or PendingCancellation;

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

    /// <summary>Fails what depends on what has failed, and what depends on that; tells whether there was any.</summary>
    private static bool FailDependents(List<ServiceOrderItem> items, DateTimeOffset now)
    {
        var any = false;
        var dependents = items
            .SelectMany(item => ServiceOrderItems.DependenciesOf(item).Select(on => (On: on, Item: item)))
            .ToLookup(dependency => dependency.On, dependency => dependency.Item);
        var failed = new Queue<ServiceOrderItem>(items.Where(item => item.State == ServiceOrderItemState.Failed));
        while (failed.TryDequeue(out var cause))
        {
            foreach (var dependent in dependents[cause.Id])
                Fail(dependent, cause);
        }
        return any;

        void Fail(ServiceOrderItem item, ServiceOrderItem cause)
        {
            if (IsFinal(item.State))
                return;
            any = true;
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
