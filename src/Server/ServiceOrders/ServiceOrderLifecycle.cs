using System.Collections.Frozen;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
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

    private static readonly ServiceOrderState[] Reportable = [InProgress, Held, Pending, Completed, Failed];

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
    public static IEnumerable<ServiceOrderState> Choices(ServiceOrder order, Suspension suspension)
    {
        if (IsOfCancellation(order.State) || IsFinal(order.State))
            return [];
        var choices = After(order.State).Where(state => state is Acknowledged or Pending or Held or InProgress);
        return HasStarted(order, suspension) ? choices : choices.Append(Cancelled);
    }

    /// <summary>Whether an item was ever handed out or reported on: those aside that change nothing, and complete by themselves.</summary>
    public static bool HasStarted(ServiceOrder order, Suspension suspension) => Leaves(order).Any(item =>
        item.Action != OrderItemAction.NoChange
        && suspension.States.GetValueOrDefault(item.Id, item.State) is not (ServiceOrderItemState.Acknowledged or ServiceOrderItemState.Rejected or ServiceOrderItemState.Cancelled));

    /// <summary>
    /// The states that somebody may move an item to. Clients and partners act on orders as a whole; an item that a worker holds
    /// is moved by that worker and nobody else, also out of a suspension that has come over it; one that nobody holds, by the
    /// order desk and by whoever fulfils orders without the queue of work.
    /// </summary>
    public static IEnumerable<ServiceOrderState> Choices(ServiceOrderItem item, Actor actor, bool isLeased) => (actor, isLeased, AsOrder(item.State)) switch
    {
        // Asked whether it can be cancelled, an item may be finished by then: its holder says so, and anybody else by what it becomes.
        (Actor.Holder, true, AssessingCancellation) => [Completed, Failed],
        (Actor.OrderDesk, false, AssessingCancellation) => [PendingCancellation, InProgress],
        (Actor.Holder, true, PendingCancellation) or (Actor.OrderDesk, false, PendingCancellation) => [Cancelled, Failed],
        (Actor.Holder, true, Held or Pending) => After(item).Union(After(InProgress)).Where(Reportable.Contains),
        (Actor.Holder, true, _) => After(item).Where(Reportable.Contains),
        (Actor.OrderDesk, false, _) => After(item).Where(state => !IsOfCancellation(state)),
        _ => [],
    };

    /// <summary>Moves an item where its holder says that it is.</summary>
    /// <returns>Whether the report can lead there.</returns>
    public static bool Report(ServiceOrderItem item, ServiceOrderItemState state)
    {
        if (item.State != state && !Choices(item, Actor.Holder, isLeased: true).Contains(AsOrder(state)))
            return false;
        item.State = state;
        return true;
    }

    /// <summary>
    /// Begins an order that has passed its checks, and whose time has come: it is in progress, its items wait for somebody to take
    /// them. Where all that it has changes nothing, it is completed.
    /// </summary>
    public static void Begin(ServiceOrder order, DateTimeOffset now)
    {
        order.StartDate ??= TmfDate.Of(now);
        Settle(order, now);
    }

    /// <summary>
    /// What an order passes through on its way, one state at a time: who follows it sees each. The last is where it goes to.
    /// </summary>
    public static IEnumerable<ServiceOrder> Steps(ServiceOrder before, ServiceOrder after)
    {
        // What has begun is not cancelled without being asked about; where nothing has started the answer is known.
        if (after.State == Cancelled && before.State != Cancelled && !After(before.State).Contains(Cancelled))
        {
            if (before.State != AssessingCancellation)
                yield return Step(AssessingCancellation, item => !IsFinal(item.State));
            yield return Step(PendingCancellation, item => !IsFinal(item.State));
        }
        // A suspended item, or one that was to be cancelled, that its holder finishes has gone on.
        else if (after.State != before.State && !After(before.State).Contains(after.State) && After(InProgress).Contains(after.State))
        {
            yield return Step(InProgress, item => (IsSuspended(item.State) || IsOfCancellation(item.State)) && Leaves(after).Any(other => other.Id == item.Id && IsFinal(other.State)));
        }
        yield return after;

        ServiceOrder Step(ServiceOrderState state, Predicate<ServiceOrderItem> isMoved)
        {
            var step = before.Clone();
            foreach (var item in Leaves(step).Where(item => isMoved(item)))
                item.State = AsItem(state);
            Derive(step.ServiceOrderItem);
            step.StartDate = after.StartDate;
            step.State = state;
            return step;
        }
    }

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
        {
            Derive(order.ServiceOrderItem);
            if (order.StartDate is null && items.Any(HasStarted))
                order.StartDate = TmfDate.Of(now);
        }
        while (FailDependents(items, now) || (order.StartDate is not null && CompleteByThemselves(order, items)));
        if (items.Any(item => item.State == ServiceOrderItemState.Rejected))
            items.ForEach(item => item.State = ServiceOrderItemState.Rejected);
        Derive(order.ServiceOrderItem);

        order.State = Derive(order.ServiceOrderItem.Select(item => item.State), hasBegun: order.StartDate is not null);
        // What changes nothing is nothing that was delivered.
        var hasCancelled = items.Any(item => item.State == ServiceOrderItemState.Cancelled);
        if (order.State == Partial && hasCancelled && Leaves(order).All(item => item is { State: ServiceOrderItemState.Cancelled } or { State: ServiceOrderItemState.Completed, Action: OrderItemAction.NoChange }))
            order.State = Cancelled;
        if (order.CompletionDate is not null || !IsFinal(order.State))
            return;
        order.CompletionDate = TmfDate.Of(now);
        // Whatever date the order came with.
        if (hasCancelled)
            order.CancellationDate = TmfDate.Of(now);
    }

    /// <summary>Gives a state to every item that may take it: how an order is started or cancelled as a whole.</summary>
    public static void Move(ServiceOrder order, ServiceOrderState state)
    {
        foreach (var item in Leaves(order).Where(item => After(item).Contains(state)))
            item.State = AsItem(state);
    }

    /// <summary>Has every item go on that was held or made pending by itself. What waits for its turn is not begun by that.</summary>
    public static void TakeUp(ServiceOrder order)
    {
        foreach (var item in Leaves(order).Where(item => IsSuspended(item.State)))
            item.State = ServiceOrderItemState.InProgress;
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
    public static IEnumerable<ServiceOrderItem> Leaves(ServiceOrder order) =>
        ServiceOrderItems.All(order, "").Select(placed => placed.Item).Where(item => item.ServiceOrderItem_.Count == 0);

    private static bool IsSuspended(ServiceOrderItemState state) => state is ServiceOrderItemState.Held or ServiceOrderItemState.Pending;

    /// <summary>Whether an item is about to be cancelled, or is asked whether it can be.</summary>
    public static bool IsOfCancellation(ServiceOrderItemState state) => IsOfCancellation(AsOrder(state));

    private static bool IsOfCancellation(ServiceOrderState state) => state is AssessingCancellation or PendingCancellation;

    private static bool HasStarted(ServiceOrderItem item) => item.Action != OrderItemAction.NoChange
        && item.State is ServiceOrderItemState.InProgress or ServiceOrderItemState.Completed or ServiceOrderItemState.Failed;

    /// <summary>Fails an item for what it depends on.</summary>
    public static void FailDependent(ServiceOrderItem item, string message, DateTimeOffset now)
    {
        item.State = ServiceOrderItemState.Failed;
        item.ErrorMessage.Add(new ServiceOrderItemErrorMessage
        {
            Code = "dependencyFailed",
            Reason = "What this item depends on has failed",
            Message = message,
            Timestamp = TmfDate.Of(now),
        });
    }

    private static void Derive(IEnumerable<ServiceOrderItem> items)
    {
        foreach (var item in items.Where(item => item.ServiceOrderItem_.Count > 0))
        {
            Derive(item.ServiceOrderItem_);
            item.State = AsItem(Derive(item.ServiceOrderItem_.Select(inner => inner.State)));
        }
    }

    /// <summary>Completes what changes nothing, once what it depends on in its order is completed; tells whether there was any.</summary>
    private static bool CompleteByThemselves(ServiceOrder order, List<ServiceOrderItem> items)
    {
        if (ServiceOrderItems.PredecessorsOf(order).Any())
            return false;
        var completed = items.Where(item => item.State == ServiceOrderItemState.Completed).Select(item => item.Id).ToHashSet();
        var ready = ServiceOrderItems.Leaves(order).Where(leaf => leaf.Item is { Action: OrderItemAction.NoChange, State: ServiceOrderItemState.Acknowledged }
            && leaf.Around.Append(leaf.Item).All(item => ServiceOrderItems.DependenciesOf(item).All(completed.Contains) && !ServiceOrderItems.DependsOnOtherOrders(item))).ToList();
        ready.ForEach(leaf => leaf.Item.State = ServiceOrderItemState.Completed);
        return ready.Count > 0;
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
            FailDependent(item, $"Item '{cause.Id}', which this item depends on, has failed.", now);
            foreach (var inner in item.ServiceOrderItem_)
                Fail(inner, cause);
            failed.Enqueue(item);
        }
    }
}

/// <summary>Who acts on an order.</summary>
internal enum Actor
{
    /// <summary>Who has placed it: changes what is ordered, suspends, resumes and cancels the whole.</summary>
    Client,

    /// <summary>A client that sees its own orders and no others.</summary>
    Partner,

    /// <summary>Who looks after orders: also moves items that nobody holds.</summary>
    OrderDesk,

    /// <summary>The worker that holds a lease on the item.</summary>
    Holder,
}

/// <summary>Who callers are to orders.</summary>
internal static class Actors
{
    public static Actor Of(Caller caller) => caller.Identity.Party is not null ? Actor.Partner : caller.Identity.Has(Scopes.Work) ? Actor.OrderDesk : Actor.Client;
}
