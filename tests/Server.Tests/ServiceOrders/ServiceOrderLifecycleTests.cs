using FsCheck;
using FsCheck.Fluent;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>The table of states and what follows from it, without a server.</summary>
public sealed class ServiceOrderLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string> Table = new()
    {
        ["acknowledged"] = "rejected, pending, held, inProgress, assessingCancellation, cancelled",
        ["pending"] = "acknowledged, inProgress, held, assessingCancellation, partial, cancelled, rejected",
        ["held"] = "acknowledged, inProgress, pending, assessingCancellation, partial, cancelled",
        ["inProgress"] = "pending, held, assessingCancellation, completed, failed, partial",
        ["assessingCancellation"] = "pendingCancellation, acknowledged, pending, held, inProgress",
        ["pendingCancellation"] = "cancelled, partial, failed",
    };

    private static readonly string[] Final = ["completed", "failed", "partial", "rejected", "cancelled"];

    private static readonly ServiceOrderState[] States = [.. Enum.GetValues<ServiceOrderState>().Where(state => state != ServiceOrderState.Unspecified)];

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var from in States)
            {
                foreach (var to in States)
                    pairs.Add(EnumNames.Json(from), EnumNames.Json(to));
            }
            return pairs;
        }
    }

    [Fact]
    public void There_are_the_eleven_states_of_the_standard() => Assert.Equal(11, States.Length);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void State_follows_another_where_the_table_says_so(string from, string to)
    {
        var allowed = Table.GetValueOrDefault(from, "").Split(", ").Contains(to);

        Assert.Equal(allowed, ServiceOrderLifecycle.After(State(from)).Contains(State(to)));
        Assert.Equal(allowed, ServiceOrderLifecycle.After(Item("1", from)).Contains(State(to)));
        Assert.Equal(
            allowed || (from, to) == ("acknowledged", "completed"),
            ServiceOrderLifecycle.After(Item("1", from, OrderItemAction.NoChange)).Contains(State(to)));
    }

    [Fact]
    public void Final_states_lead_nowhere()
    {
        Assert.Equal(Final.Order(), States.Where(ServiceOrderLifecycle.IsFinal).Select(EnumNames.Json).Order());
        Assert.All(Final, state => Assert.Empty(ServiceOrderLifecycle.After(State(state))));
    }

    [Theory]
    [InlineData("rejected acknowledged", "rejected")]
    [InlineData("rejected completed inProgress", "rejected")]
    [InlineData("completed", "completed")]
    [InlineData("completed completed", "completed")]
    [InlineData("failed failed", "failed")]
    [InlineData("cancelled cancelled", "cancelled")]
    [InlineData("partial partial", "partial")]
    [InlineData("completed failed", "partial")]
    [InlineData("completed cancelled", "partial")]
    [InlineData("failed cancelled", "partial")]
    [InlineData("completed partial", "partial")]
    [InlineData("inProgress held pending acknowledged", "inProgress")]
    [InlineData("inProgress completed", "inProgress")]
    [InlineData("held pending acknowledged completed", "held")]
    [InlineData("pending acknowledged failed", "pending")]
    [InlineData("completed acknowledged", "inProgress")]
    [InlineData("failed acknowledged", "inProgress")]
    [InlineData("cancelled acknowledged", "inProgress")]
    [InlineData("acknowledged acknowledged", "acknowledged")]
    [InlineData("assessingCancellation acknowledged", "assessingCancellation")]
    [InlineData("assessingCancellation completed", "assessingCancellation")]
    [InlineData("pendingCancellation completed", "pendingCancellation")]
    [InlineData("pendingCancellation cancelled", "pendingCancellation")]
    public void Order_has_the_state_that_follows_from_its_items(string items, string order)
    {
        Assert.Equal(order, EnumNames.Json(ServiceOrderLifecycle.Derive(items.Split(' ').Select(ItemState))));
        Assert.Equal(order, EnumNames.Json(ServiceOrderLifecycle.Derive(items.Split(' ').Reverse().Select(ItemState))));
    }

    [Theory]
    [InlineData("acknowledged acknowledged", "inProgress")]
    [InlineData("held acknowledged", "held")]
    [InlineData("pending acknowledged", "pending")]
    [InlineData("completed completed", "completed")]
    [InlineData("rejected", "rejected")]
    public void Order_that_has_begun_is_in_progress_where_it_would_be_acknowledged(string items, string order) =>
        Assert.Equal(order, EnumNames.Json(ServiceOrderLifecycle.Derive(items.Split(' ').Select(ItemState), hasBegun: true)));

    [Fact]
    public void Item_with_items_of_its_own_follows_the_same_rules()
    {
        var inner = Item("1.1", "completed");
        var parent = Item("1", "acknowledged", inside: [inner, Item("1.2", "acknowledged")]);
        var order = Order(parent, Item("2", "acknowledged"));

        ServiceOrderLifecycle.Settle(order, Now);
        Assert.Equal((ServiceOrderItemState.InProgress, ServiceOrderState.InProgress), (parent.State, order.State));

        parent.ServiceOrderItem_[1].State = ServiceOrderItemState.Failed;
        ServiceOrderLifecycle.Settle(order, Now);
        Assert.Equal((ServiceOrderItemState.Partial, ServiceOrderState.InProgress), (parent.State, order.State));
    }

    [Fact]
    public void Rejected_item_takes_the_order_and_all_items_with_it()
    {
        var order = Order(Item("1", "acknowledged", inside: [Item("1.1", "acknowledged")]), Item("2", "rejected"));

        ServiceOrderLifecycle.Settle(order, Now);

        Assert.Equal(ServiceOrderState.Rejected, order.State);
        Assert.All(ServiceOrderItems.All(order, ""), placed => Assert.Equal(ServiceOrderItemState.Rejected, placed.Item.State));
        Assert.NotNull(order.CompletionDate);
        Assert.Null(order.StartDate);
    }

    [Fact]
    public void Items_that_depend_on_a_failed_one_fail_recursively_with_a_message_that_names_it()
    {
        var order = Order(Item("a", "failed"), Item("b", "pending", on: ["a"]), Item("c", "held", on: ["b"]), Item("d", "completed", on: ["a"]), Item("e", "acknowledged"));

        ServiceOrderLifecycle.Settle(order, Now);

        Assert.Equal("failed failed failed completed acknowledged", StatesOf(order));
        Assert.Empty(order.ServiceOrderItem[0].ErrorMessage);
        Assert.Contains("'a'", Assert.Single(order.ServiceOrderItem[1].ErrorMessage).Message);
        Assert.Contains("'b'", Assert.Single(order.ServiceOrderItem[2].ErrorMessage).Message);
        Assert.Empty(order.ServiceOrderItem[3].ErrorMessage);

        ServiceOrderLifecycle.Settle(order, Now);
        Assert.Single(order.ServiceOrderItem[1].ErrorMessage);
    }

    [Fact]
    public void Failure_passes_through_an_item_that_fails_with_all_of_its_items()
    {
        var order = Order(
            Item("a", "failed"),
            Item("b", "acknowledged", inside: [Item("b.1", "acknowledged", on: ["a"])]),
            Item("c", "acknowledged", on: ["b"]),
            Item("d", "acknowledged", on: ["c"], inside: [Item("d.1", "acknowledged"), Item("d.2", "acknowledged")]));

        ServiceOrderLifecycle.Settle(order, Now);

        Assert.All(ServiceOrderItems.All(order, ""), placed => Assert.Equal(ServiceOrderItemState.Failed, placed.Item.State));
        Assert.Equal(ServiceOrderState.Failed, order.State);
    }

    [Fact]
    public void Dates_are_set_once_when_work_starts_and_when_the_order_is_final()
    {
        var order = Order(Item("1", "acknowledged"), Item("2", "acknowledged"));
        ServiceOrderLifecycle.Settle(order, Now);
        Assert.Null(order.StartDate);

        order.ServiceOrderItem[0].State = ServiceOrderItemState.InProgress;
        ServiceOrderLifecycle.Settle(order, Now.AddHours(1));
        foreach (var item in order.ServiceOrderItem)
            item.State = ServiceOrderItemState.Completed;
        ServiceOrderLifecycle.Settle(order, Now.AddHours(2));
        ServiceOrderLifecycle.Settle(order, Now.AddHours(3));

        Assert.Equal(Now.AddHours(1), order.StartDate?.ToDateTimeOffset());
        Assert.Equal(Now.AddHours(2), order.CompletionDate?.ToDateTimeOffset());
        Assert.Null(order.CancellationDate);
    }

    [Fact]
    public void Cancelled_order_has_its_cancellation_date()
    {
        var order = Order(Item("1", "cancelled"));

        ServiceOrderLifecycle.Settle(order, Now);

        Assert.Equal((Now, Now), (order.CancellationDate.ToDateTimeOffset(), order.CompletionDate.ToDateTimeOffset()));
    }

    [Fact]
    public void Item_that_changes_nothing_starts_no_work()
    {
        var order = Order(Item("1", "completed", OrderItemAction.NoChange), Item("2", "acknowledged"));

        ServiceOrderLifecycle.Settle(order, Now);

        Assert.Equal(ServiceOrderState.InProgress, order.State);
        Assert.Null(order.StartDate);
    }

    [Theory]
    [InlineData("acknowledged", true)]
    [InlineData("pending", false)]
    [InlineData("held", false)]
    [InlineData("inProgress", false)]
    [InlineData("assessingCancellation", false)]
    [InlineData("pendingCancellation", false)]
    [InlineData("completed", true)]
    [InlineData("failed", true)]
    [InlineData("partial", true)]
    [InlineData("rejected", true)]
    [InlineData("cancelled", true)]
    public void Order_is_deletable_while_acknowledged_and_once_final(string state, bool deletable) =>
        Assert.Equal(deletable, ServiceOrderLifecycle.IsDeletable(State(state)));

    [Fact]
    public void What_changes_nothing_waits_for_what_the_item_around_it_depends_on()
    {
        var order = Order(Item("1", "inProgress"), Item("2", "acknowledged", on: ["1"], inside: [Item("3", "acknowledged", OrderItemAction.NoChange)]));
        order.StartDate = TmfDate.Of(Now);
        ServiceOrderLifecycle.Settle(order, Now);
        Assert.Equal("inProgress acknowledged", StatesOf(order));

        order.ServiceOrderItem[0].State = ServiceOrderItemState.Completed;
        ServiceOrderLifecycle.Settle(order, Now);

        Assert.Equal(ServiceOrderState.Completed, order.State);
    }

    [Fact]
    public void Every_settled_order_is_consistent_and_settling_again_changes_nothing() => Prop.ForAll(Orders.ToArbitrary(), order =>
    {
        var before = order.Clone();
        ServiceOrderLifecycle.Settle(order, Now);
        var items = ServiceOrderItems.All(order, "").Select(placed => placed.Item).ToList();

        Assert.Equal(ServiceOrderLifecycle.Derive(order.ServiceOrderItem.Select(item => item.State)), order.State);
        Assert.Equal(ServiceOrderLifecycle.IsFinal(order.State), order.ServiceOrderItem.All(item => ServiceOrderLifecycle.IsFinal(item.State)));
        Assert.Equal(ServiceOrderLifecycle.IsFinal(order.State), order.CompletionDate is not null);
        Assert.Equal(ServiceOrderLifecycle.IsFinal(order.State) && items.Any(item => item.State == ServiceOrderItemState.Cancelled), order.CancellationDate is not null);
        foreach (var item in items)
        {
            if (item.ServiceOrderItem_.Count > 0)
                Assert.Equal(ServiceOrderLifecycle.AsItem(ServiceOrderLifecycle.Derive(item.ServiceOrderItem_.Select(inner => inner.State))), item.State);
            var failed = ServiceOrderItems.DependenciesOf(item).Any(id => items.Single(other => other.Id == id).State == ServiceOrderItemState.Failed);
            Assert.True(!failed || ServiceOrderLifecycle.IsFinal(item.State), $"{item.Id} of {before}");
        }

        var again = order.Clone();
        ServiceOrderLifecycle.Settle(again, Now.AddDays(1));
        Assert.Equal(order, again);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Steps_of_items_lead_the_order_along_its_own_table() => Prop.ForAll(Walks.ToArbitrary(), walk =>
    {
        var order = Order([.. Enumerable.Range(0, walk.Items).Select(i => Item($"{i}", "acknowledged"))]);
        foreach (var (index, choice) in walk.Steps)
        {
            var item = order.ServiceOrderItem[index % walk.Items];
            var choices = ServiceOrderLifecycle.Choices(item, Actor.OrderDesk, isLeased: false).Where(state => state != ServiceOrderState.Rejected).ToList();
            if (choices.Count == 0)
                continue;
            var before = order.Clone();
            item.State = ServiceOrderLifecycle.AsItem(choices[choice % choices.Count]);
            ServiceOrderLifecycle.Settle(order, Now);

            // An order whose items are cancelled one by one counts as in progress between, though none of its items is.
            var isCancelledPiecemeal = (before.State, order.State) == (ServiceOrderState.InProgress, ServiceOrderState.Cancelled)
                && before.ServiceOrderItem.All(other => other.State != ServiceOrderItemState.InProgress);
            Assert.True(
                before.State == order.State || isCancelledPiecemeal || ServiceOrderLifecycle.After(before.State).Contains(order.State),
                $"{StatesOf(before)} -> {StatesOf(order)}: {before.State} -> {order.State}");
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Suspending_and_resuming_leads_every_order_back_to_what_it_was() => Prop.ForAll(Suspensions.ToArbitrary(), drawn =>
    {
        var (order, states) = drawn;
        ServiceOrderLifecycle.Settle(order, Now);
        var before = order.Clone();

        var suspension = Suspension.None;
        foreach (var state in states)
        {
            suspension = ServiceOrderLifecycle.Suspend(order, state, suspension);
            ServiceOrderLifecycle.Settle(order, Now);
            Assert.True(ServiceOrderLifecycle.IsFinal(before.State) || order.State == state, $"{StatesOf(before)} -> {StatesOf(order)}: {order.State}");
        }
        ServiceOrderLifecycle.Resume(order, suspension);
        ServiceOrderLifecycle.Settle(order, Now);

        Assert.Equal(before, order);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Theory]
    [InlineData(Actor.Client, false, "acknowledged", "")]
    [InlineData(Actor.Partner, false, "inProgress", "")]
    [InlineData(Actor.OrderDesk, false, "inProgress", "pending, held, completed, failed, partial")]
    [InlineData(Actor.OrderDesk, true, "inProgress", "")]
    [InlineData(Actor.Holder, false, "inProgress", "")]
    [InlineData(Actor.Holder, true, "inProgress", "pending, held, completed, failed")]
    [InlineData(Actor.Holder, true, "held", "inProgress, pending, held, completed, failed")]
    [InlineData(Actor.Holder, true, "completed", "")]
    [InlineData(Actor.Holder, true, "assessingCancellation", "completed, failed")]
    [InlineData(Actor.Holder, true, "pendingCancellation", "cancelled, failed")]
    [InlineData(Actor.OrderDesk, false, "assessingCancellation", "pendingCancellation, inProgress")]
    [InlineData(Actor.OrderDesk, true, "assessingCancellation", "")]
    [InlineData(Actor.OrderDesk, false, "pendingCancellation", "cancelled, failed")]
    internal void Item_is_moved_by_those_who_may(Actor actor, bool isLeased, string from, string to) => Assert.Equal(
        to.Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(),
        ServiceOrderLifecycle.Choices(Item("1", from), actor, isLeased).Select(EnumNames.Json).Order());

    [Fact]
    public void No_sequence_of_what_anybody_does_leads_outside_of_the_table_or_out_of_a_final_state() => Prop.ForAll(Lives.ToArbitrary(), life =>
    {
        var order = Order([.. life.DependsOn.Select((on, i) =>
            Item($"{i}", "acknowledged", i % 4 == 3 ? OrderItemAction.NoChange : OrderItemAction.Add, on: on >= 0 && on < i ? [$"{on}"] : []))]);
        var suspension = Suspension.None;
        foreach (var (kind, index, choice) in life.Acts)
        {
            var before = order.Clone();
            suspension = Act(order, suspension, kind, index, choice);
            var passed = before.State;
            foreach (var step in ServiceOrderLifecycle.Steps(before, order))
            {
                Assert.True(
                    passed == step.State || ServiceOrderLifecycle.After(passed).Contains(step.State), $"{kind}: {StatesOf(before)} -> {StatesOf(step)}: {passed} -> {step.State}");
                passed = step.State;
            }
            foreach (var (was, item) in before.ServiceOrderItem.Zip(order.ServiceOrderItem))
                Assert.False(ServiceOrderLifecycle.IsFinal(was.State) && was.State != item.State, $"{kind}: {StatesOf(before)} -> {StatesOf(order)}");
            Assert.Equal(order.State, ServiceOrderLifecycle.Derive(order.ServiceOrderItem.Select(item => item.State), order.StartDate is not null));
            Assert.Equal(order.State, ServiceOrderLifecycle.Derive(order.ServiceOrderItem.Reverse().Select(item => item.State), order.StartDate is not null));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    /// <summary>What may happen to an order: it begins, an item is taken or reported on, it is suspended, resumed, cancelled.</summary>
    private static Suspension Act(ServiceOrder order, Suspension suspension, int kind, int index, int choice)
    {
        var item = order.ServiceOrderItem[index % order.ServiceOrderItem.Count];
        var before = order.ServiceOrderItem.ToDictionary(each => each.Id, each => each.Clone());
        switch (kind)
        {
            case 0 when order.State == ServiceOrderState.Acknowledged:
                ServiceOrderLifecycle.Begin(order, Now);
                break;
            case 1 when order.State == ServiceOrderState.InProgress && item is { State: ServiceOrderItemState.Acknowledged, Action: OrderItemAction.Add }:
                item.State = ServiceOrderItemState.InProgress;
                break;
            case 2 when item.State != ServiceOrderItemState.Acknowledged && ServiceOrderLifecycle.Choices(item, Actor.Holder, isLeased: true).ToList() is { Count: > 0 } choices
                && suspension.States.GetValueOrDefault(item.Id) != ServiceOrderItemState.Acknowledged:
                Assert.True(ServiceOrderLifecycle.Report(item, ServiceOrderLifecycle.AsItem(choices[choice % choices.Count])));
                break;
            case 3 when ServiceOrderLifecycle.Choices(order, suspension).Contains(ServiceOrderState.Held):
                var suspended = ServiceOrderLifecycle.Suspend(order, ServiceOrderState.Held, suspension);
                ServiceOrderLifecycle.Settle(order, Now);
                return suspended;
            case 4 when suspension.States.Count > 0 && !ServiceOrderLifecycle.IsFinal(order.State):
                ServiceOrderLifecycle.Resume(order, suspension);
                ServiceOrderLifecycle.Settle(order, Now);
                return Suspension.None;
            case 5 when ServiceOrderLifecycle.Choices(order, suspension).Contains(ServiceOrderState.Cancelled) && order.ServiceOrderItem.All(each => !ServiceOrderLifecycle.IsFinal(each.State)):
                ServiceOrderLifecycle.Move(order, ServiceOrderState.Cancelled);
                break;
        }
        ServiceOrderLifecycle.Settle(order, Now);
        return ServiceOrderLifecycle.Remaining(suspension, before, order);
    }

    private sealed record Life(int[] DependsOn, (int Kind, int Index, int Choice)[] Acts);

    private static Gen<Life> Lives =>
        from items in Gen.Choose(1, 5)
        from dependsOn in Gen.Choose(-3, items).ArrayOf(items)
        from acts in (from kind in Gen.Choose(0, 5) from index in Gen.Choose(0, 100) from choice in Gen.Choose(0, 100) select (kind, index, choice)).ArrayOf(25)
        select new Life(dependsOn, acts);

    // Of orders that nobody cancels: while a cancellation is assessed it alone moves them.
    private static Gen<(ServiceOrder Order, ServiceOrderState[] States)> Suspensions =>
        from order in Orders.Where(order => ServiceOrderItems.All(order, "").All(placed =>
            placed.Item.State is not (ServiceOrderItemState.AssessingCancellation or ServiceOrderItemState.PendingCancellation)))
        from states in Gen.Elements(ServiceOrderState.Held, ServiceOrderState.Pending).NonEmptyListOf()
        select (order, states.Take(3).ToArray());

    private sealed record Walk(int Items, (int Item, int Choice)[] Steps);

    private static Gen<Walk> Walks =>
        from items in Gen.Choose(1, 4)
        from steps in Gen.Choose(0, 1000).Two().Select(pair => (pair.Item1, pair.Item2)).ArrayOf()
        select new Walk(items, steps);

    private static Gen<ServiceOrder> Orders =>
        from count in Gen.Choose(1, 6)
        from states in Gen.Elements(States).ArrayOf(count)
        from parents in Gen.Choose(0, 2).ArrayOf(count)
        from dependsOn in Gen.Choose(-3, count).ArrayOf(count)
        select Build(states, parents, dependsOn);

    // Items depend only on items that come before them, so there is no circle; some stand inside the one before.
    private static ServiceOrder Build(ServiceOrderState[] states, int[] parents, int[] on)
    {
        var order = new ServiceOrder { State = ServiceOrderState.Acknowledged };
        for (var i = 0; i < states.Length; i++)
        {
            string[] dependencies = on[i] >= 0 && on[i] < i ? [$"{on[i]}"] : [];
            var item = Item($"{i}", EnumNames.Json(states[i]), on: dependencies);
            (parents[i] == 0 && order.ServiceOrderItem.Count > 0 ? order.ServiceOrderItem[^1].ServiceOrderItem_ : order.ServiceOrderItem).Add(item);
        }
        return order;
    }

    private static ServiceOrder Order(params ServiceOrderItem[] items) =>
        new() { Id = "order", State = ServiceOrderState.Acknowledged, ServiceOrderItem = { items } };

    private static ServiceOrderItem Item(
        string id, string state, OrderItemAction action = OrderItemAction.Add, string[]? on = null, ServiceOrderItem[]? inside = null) => new()
        {
            Id = id,
            Action = action,
            State = ItemState(state),
            ServiceOrderItem_ = { inside ?? [] },
            ServiceOrderItemRelationship =
            {
                (on ?? []).Select(other => new ServiceOrderItemRelationship { RelationshipType = "dependency", OrderItem = new ServiceOrderItemRef { ItemId = other } }),
            },
        };

    private static ServiceOrderState State(string name) => States.Single(state => EnumNames.Json(state) == name);

    private static ServiceOrderItemState ItemState(string name) => ServiceOrderLifecycle.AsItem(State(name));

    private static string StatesOf(ServiceOrder order) => string.Join(' ', order.ServiceOrderItem.Select(item => EnumNames.Json(item.State)));
}
