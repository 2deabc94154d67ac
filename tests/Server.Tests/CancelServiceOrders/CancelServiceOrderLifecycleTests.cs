using FsCheck;
using FsCheck.Fluent;
using ServiceOrdering.Json;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.CancelServiceOrders.CancelServiceOrderLifecycle;

namespace ServiceOrdering.Server.Tests.CancelServiceOrders;

/// <summary>How a request to cancel an order goes, whatever those do who work on it, without a server.</summary>
public sealed class CancelServiceOrderLifecycleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(15);

    private static readonly Dictionary<TaskState, TaskState[]> Tasks = new()
    {
        [TaskState.Accepted] = [TaskState.InProgress],
        [TaskState.InProgress] = [TaskState.Done, TaskState.TerminatedWithError],
    };

    [Fact]
    public void Order_and_request_follow_their_tables_and_come_to_an_end() => Prop.ForAll(Courses.ToArbitrary(), drawn =>
    {
        var play = new Play(drawn);
        var before = play.Order.Clone();
        play.Look(Now);
        foreach (var (index, act) in drawn.Acts)
        {
            play.Act(index, act);
            play.Look(Now);
        }
        // Nobody says anything any more.
        play.LoseAll();
        play.Look(Now + Timeout);

        Assert.Null(play.Cancellation);
        Assert.Contains(play.Task.State, new[] { TaskState.Done, TaskState.TerminatedWithError });
        Assert.False(play.Order.State is ServiceOrderState.AssessingCancellation or ServiceOrderState.PendingCancellation, play.Story);
        // What came of it is told: a date where something was cancelled, else why not.
        Assert.Equal(play.Task.EffectiveCancellationDate is null, play.Task.HasCompletionMessage || play.Task.ErrorMessage is not null);
        Assert.Equal(play.Task.EffectiveCancellationDate is not null, play.Order.State == ServiceOrderState.Cancelled || (play.Order.State == ServiceOrderState.Partial && HasCancelled(play.Order)));
        if (play.Task.EffectiveCancellationDate is null)
        {
            foreach (var item in ServiceOrderLifecycle.Leaves(play.Order).Where(item => !ServiceOrderLifecycle.IsFinal(item.State)))
                Assert.Equal(ServiceOrderLifecycle.Leaves(before).Single(each => each.Id == item.Id).State, item.State);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    private static bool HasCancelled(ServiceOrder order) => ServiceOrderLifecycle.Leaves(order).Any(item => item.State == ServiceOrderItemState.Cancelled);

    /// <summary>An order, who works on it, and a request to cancel it.</summary>
    private sealed class Play(Drawn drawn)
    {
        private readonly Dictionary<string, CancellableItem> _items = drawn.Items.Index().Where(item => item.Item == ServiceOrderItemState.InProgress)
            .ToDictionary(item => $"{item.Index}", item => new CancellableItem($"{item.Index}", IsLeased: item.Index % 3 > 0, WasHandedOut: item.Index % 3 > 0, null));

        private readonly List<string> _story = [];

        public ServiceOrder Order { get; private set; } = Begin(drawn.Items);

        public CancelServiceOrder Task { get; private set; } = new() { Id = "task", State = TaskState.Accepted, ServiceOrder = new ServiceOrderRef { Id = "order" } };

        public Cancellation? Cancellation { get; private set; } = new("order", "task", CancellationPhase.Waiting) { Reason = "why not" };

        public string Story => string.Join("; ", _story);

        public void Look(DateTimeOffset now)
        {
            if (Cancellation is null)
                return;
            var outcome = Decide(new CancellationView(Order, Task, Cancellation, _items, Suspension.None), now, Timeout);
            foreach (var order in outcome.Orders)
                Pass(order);
            foreach (var task in outcome.Tasks)
            {
                Assert.True(Tasks.GetValueOrDefault(Task.State, []).Contains(task.State), $"{Task.State} -> {task.State}: {Story}");
                Task = task;
            }
            foreach (var item in _items.Values.Where(item => outcome.Mark is not null && item.IsLeased).ToList())
                _items[item.ItemId] = item with { Answer = outcome.Mark };
            Cancellation = outcome.Next;
        }

        public void Act(int index, int act)
        {
            var after = Order.Clone();
            var item = after.ServiceOrderItem[index % after.ServiceOrderItem.Count];
            if (ServiceOrderLifecycle.IsFinal(item.State) || !_items.TryGetValue(item.Id, out var work))
                return;
            var choices = ServiceOrderLifecycle.Choices(item, work.IsLeased ? Actor.Holder : Actor.OrderDesk, work.IsLeased).ToList();
            switch (act)
            {
                case 0 or 1 when work is { IsLeased: true, Answer: Asked }:
                    _items[item.Id] = work with { Answer = Agreed };
                    break;
                case 2 when work is { IsLeased: true, Answer: Asked }:
                    Cancellation = Cancellation! with { Refusal = "no" };
                    break;
                case 3 when Cancellation is not null && choices.Count > 0:
                    item.State = ServiceOrderLifecycle.AsItem(choices[index % choices.Count]);
                    ServiceOrderLifecycle.Settle(after, Now);
                    foreach (var step in ServiceOrderLifecycle.Steps(Order, after))
                        Pass(step);
                    break;
                case 4 when work.IsLeased:
                    _items[item.Id] = work with { IsLeased = false, Answer = null };
                    break;
                case 5 when Cancellation?.Phase == CancellationPhase.Assessing && work.IsLeased:
                    after.Milestone.Add(new ServiceOrderMilestone { Name = "PointOfNoReturn", ServiceOrderItem = { new ServiceOrderItemRef { ItemId = item.Id } } });
                    Pass(after);
                    break;
            }
        }

        /// <summary>Every lease runs out, and who drives items by hand says that what was agreed to is done.</summary>
        public void LoseAll()
        {
            foreach (var item in _items.Values.Where(item => Cancellation?.Phase == CancellationPhase.Pending))
                _items[item.ItemId] = item with { IsLeased = false, WasHandedOut = true };
        }

        private static ServiceOrder Begin(ServiceOrderItemState[] states)
        {
            var order = new ServiceOrder
            {
                Id = "order",
                State = ServiceOrderState.Acknowledged,
                ServiceOrderItem = { states.Select((state, i) => new ServiceOrderItem { Id = $"{i}", Action = i % 5 == 4 ? OrderItemAction.NoChange : OrderItemAction.Add, State = state }) },
            };
            ServiceOrderLifecycle.Begin(order, Now);
            return order;
        }

        private void Pass(ServiceOrder order)
        {
            _story.Add($"{Order.State} -> {order.State} ({string.Join(' ', order.ServiceOrderItem.Select(item => EnumNames.Json(item.State)))})");
            Assert.True(order.State == Order.State || ServiceOrderLifecycle.After(Order.State).Contains(order.State), Story);
            Order = order;
        }
    }

    private sealed record Drawn(ServiceOrderItemState[] Items, (int Index, int Act)[] Acts);

    // Not all of them final: what is final is not cancelled.
    private static Gen<Drawn> Courses =>
        from count in Gen.Choose(1, 6)
        from items in Gen.Elements(
            ServiceOrderItemState.Acknowledged, ServiceOrderItemState.InProgress, ServiceOrderItemState.InProgress, ServiceOrderItemState.Held, ServiceOrderItemState.Pending,
            ServiceOrderItemState.Completed, ServiceOrderItemState.Failed).ArrayOf(count)
        where items.Any(state => !ServiceOrderLifecycle.IsFinal(state))
        from acts in (from index in Gen.Choose(0, 100) from act in Gen.Choose(0, 5) select (index, act)).ArrayOf(12)
        select new Drawn(items, acts);
}
