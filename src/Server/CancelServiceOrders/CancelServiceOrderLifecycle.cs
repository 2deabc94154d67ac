using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>What is known when a cancellation is looked at.</summary>
/// <param name="Order">The order; null where it is no longer there.</param>
/// <param name="Task">The request.</param>
/// <param name="Cancellation">How far it is.</param>
/// <param name="Items">How the order's items stand in the queue of work.</param>
/// <param name="Suspension">What the items were before the order was suspended.</param>
internal sealed record CancellationView(
    ServiceOrder? Order, CancelServiceOrder Task, Cancellation Cancellation, IReadOnlyDictionary<string, CancellableItem> Items, Suspension Suspension);

/// <summary>What a cancellation comes to.</summary>
/// <param name="Orders">The states that the order passes through; none where it stays.</param>
/// <param name="Tasks">The states that the request passes through.</param>
/// <param name="Next">How far it is then; null where it is decided.</param>
/// <param name="Mark">What the holders of items are told; null for nothing new.</param>
internal sealed record CancellationOutcome(IReadOnlyList<ServiceOrder> Orders, IReadOnlyList<CancelServiceOrder> Tasks, Cancellation? Next, string? Mark);

/// <summary>
/// How a request to cancel an order goes: TMF641's task, from accepted to done or terminatedWithError, and what it makes of the
/// order. Pure: it is told what there is, and tells what follows.
/// </summary>
internal static class CancelServiceOrderLifecycle
{
    public const string Asked = "asked";
    public const string Agreed = "agreed";
    public const string Pending = "pending";
    public const string Withdrawn = "withdrawn";

    // A milestone of this name on an item that is in work: it can no longer be cancelled.
    private const string PointOfNoReturn = "PointOfNoReturn";

    /// <summary>What follows from how things stand.</summary>
    public static CancellationOutcome Decide(CancellationView view, DateTimeOffset now, TimeSpan answerTimeout)
    {
        var course = new Course(view, now);
        if (view.Order is not { } order)
            return course.Fail("orderDeleted", "The order is no longer there", $"Order '{view.Cancellation.OrderId}' was deleted.");
        if (ServiceOrderLifecycle.IsFinal(order.State))
            return course.CloseFinal();
        if (course.Next.Phase == CancellationPhase.Waiting)
        {
            if (view.Task.RequestedCancellationDate?.ToDateTimeOffset() is { } date && date > now)
                return course.Keep(date);
            if (!ServiceOrderLifecycle.HasStarted(order, view.Suspension) && ServiceOrderLifecycle.After(order.State).Contains(ServiceOrderState.Cancelled))
                return course.CancelAtOnce();
            course.Assess(answerTimeout);
        }
        if (course.Next.Phase == CancellationPhase.Assessing)
        {
            if (course.Refusal() is { } refusal)
                return course.Deny(refusal);
            if (course.Next.AnswerBy <= now)
                return course.TimeOut(answerTimeout);
            if (!course.IsAgreed())
                return course.Keep(course.Next.AnswerBy);
            course.Proceed();
        }
        return course.CancelFree();
    }

    /// <summary>One look at a cancellation, and where it has led so far.</summary>
    private sealed class Course(CancellationView view, DateTimeOffset now)
    {
        private readonly List<ServiceOrder> _orders = [];
        private readonly List<CancelServiceOrder> _tasks = [];
        private ServiceOrder _order = view.Order!;
        private string? _mark;

        public Cancellation Next { get; private set; } = view.Cancellation;

        public CancellationOutcome Keep(DateTimeOffset? due) => new(_orders, _tasks, Next with { Due = due?.ToUnixTimeMilliseconds() }, _mark);

        /// <summary>The order is final: by this cancellation, or by what was faster.</summary>
        public CancellationOutcome CloseFinal()
        {
            if (_order.State is ServiceOrderState.Cancelled or ServiceOrderState.Partial && Leaves(_order).Any(item => item.State == ServiceOrderItemState.Cancelled))
                return Done(null);
            var state = EnumNames.Json(_order.State);
            return Next.Phase == CancellationPhase.Waiting
                ? Fail("orderFinal", "The order cannot be cancelled any more", $"The order was {state} before its cancellation was due.")
                : Done($"The order was {state} before it could be cancelled.");
        }

        /// <summary>Whatever reason the order came with.</summary>
        private void GiveReason(ServiceOrder order)
        {
            order.ClearCancellationReason();
            if (Next.Reason.Length > 0)
                order.CancellationReason = Next.Reason;
        }

        /// <summary>Nobody has begun with anything.</summary>
        public CancellationOutcome CancelAtOnce()
        {
            Step(TaskState.InProgress);
            Step(order =>
            {
                GiveReason(order);
                SetAll(order, item => !ServiceOrderLifecycle.IsFinal(item.State), ServiceOrderItemState.Cancelled);
            });
            return Done(null);
        }

        public void Assess(TimeSpan answerTimeout)
        {
            Step(TaskState.InProgress);
            Next = Next with
            {
                Phase = CancellationPhase.Assessing,
                AnswerBy = now + answerTimeout,
                States = Leaves(_order).Where(item => !ServiceOrderLifecycle.IsFinal(item.State)).ToDictionary(item => item.Id, item => item.State),
            };
            Step(order => SetAll(order, item => !ServiceOrderLifecycle.IsFinal(item.State), ServiceOrderItemState.AssessingCancellation));
            _mark = Asked;
        }

        /// <summary>Why the order is not cancelled, or null.</summary>
        public string? Refusal()
        {
            if (Next.Refusal is not null)
                return Next.Refusal;
            foreach (var item in Leaves(_order).Where(item => !ServiceOrderLifecycle.IsFinal(item.State)))
            {
                if (ServiceOrderLifecycle.IsOfCancellation(item.State))
                {
                    if (IsInWork(item) && _order.Milestone.Any(milestone => milestone.Name == PointOfNoReturn && milestone.ServiceOrderItem.Any(reference => reference.ItemId == item.Id)))
                        return $"Item '{item.Id}' has reached its point of no return.";
                }
                // Who drives items by changes of the order refuses so.
                else if (Next.States.ContainsKey(item.Id))
                {
                    return $"Item '{item.Id}' was brought back to {EnumNames.Json(item.State)}.";
                }
            }
            return null;
        }

        /// <summary>Whether everybody who has something in work lets it be cancelled.</summary>
        public bool IsAgreed() => Leaves(_order).Where(item => item.State == ServiceOrderItemState.AssessingCancellation)
            .All(item => !IsInWork(item) || view.Items.GetValueOrDefault(item.Id) is { IsLeased: true, Answer: Agreed });

        public CancellationOutcome Deny(string refusal)
        {
            Return();
            return Done($"The order is not cancelled: {refusal}", isCancelled: false);
        }

        public CancellationOutcome TimeOut(TimeSpan answerTimeout)
        {
            var silent = Leaves(_order).Where(item => item.State == ServiceOrderItemState.AssessingCancellation && IsInWork(item)
                && view.Items.GetValueOrDefault(item.Id)?.Answer != Agreed).Select(item => $"'{item.Id}'");
            Return();
            return Fail("cancellationTimeout", "No answer in time",
                FormattableString.Invariant($"Nobody has answered for item {string.Join(", ", silent)} within {answerTimeout.TotalSeconds:0.###} s; the order goes on."));
        }

        /// <summary>All have agreed: what was assessed is to be cancelled.</summary>
        public void Proceed()
        {
            Next = Next with { Phase = CancellationPhase.Pending };
            Step(order =>
            {
                GiveReason(order);
                SetAll(order, item => item.State == ServiceOrderItemState.AssessingCancellation, ServiceOrderItemState.PendingCancellation);
            });
            _mark = Pending;
        }

        /// <summary>Cancels what nobody has in work any more; the holders of the rest say when theirs is.</summary>
        public CancellationOutcome CancelFree()
        {
            if (Leaves(_order).Any(item => item.State == ServiceOrderItemState.PendingCancellation && !IsInWork(item)))
                Step(order => SetAll(order, item => item.State == ServiceOrderItemState.PendingCancellation && !IsInWork(item), ServiceOrderItemState.Cancelled));
            return ServiceOrderLifecycle.IsFinal(_order.State) ? Done(null) : Keep(null);
        }

        public CancellationOutcome Fail(string code, string reason, string message)
        {
            if (view.Task.State == TaskState.Accepted && _tasks.Count == 0)
                Step(TaskState.InProgress);
            Step(TaskState.TerminatedWithError, task => task.ErrorMessage = new ErrorMessage { Code = code, Reason = reason, Message = message });
            return Close();
        }

        /// <summary>Every item goes on as what it was.</summary>
        private void Return()
        {
            _mark = Withdrawn;
            Step(order =>
            {
                foreach (var item in Leaves(order).Where(item => ServiceOrderLifecycle.IsOfCancellation(item.State)))
                    item.State = Next.States.GetValueOrDefault(item.Id, ServiceOrderItemState.Acknowledged);
            });
        }

        private CancellationOutcome Done(string? message, bool isCancelled = true)
        {
            if (view.Task.State == TaskState.Accepted && _tasks.Count == 0)
                Step(TaskState.InProgress);
            Step(TaskState.Done, task =>
            {
                if (message is not null)
                    task.CompletionMessage = message;
                else if (isCancelled)
                    task.EffectiveCancellationDate = _order.CancellationDate ?? TmfDate.Of(now);
            });
            return Close();
        }

        private CancellationOutcome Close() => new(_orders, _tasks, null, _mark);

        private void Step(TaskState state, Action<CancelServiceOrder>? change = null)
        {
            var task = (_tasks.Count > 0 ? _tasks[^1] : view.Task).Clone();
            task.State = state;
            change?.Invoke(task);
            _tasks.Add(task);
        }

        private void Step(Action<ServiceOrder> change)
        {
            var order = _order.Clone();
            change(order);
            ServiceOrderLifecycle.Settle(order, now);
            if (!order.Equals(_order))
                _orders.Add(order);
            _order = order;
        }

        /// <summary>Whether somebody works on an item, and has a say: who holds it, or who has driven it by changes of the order.</summary>
        private bool IsInWork(ServiceOrderItem item) =>
            view.Items.GetValueOrDefault(item.Id) is { } work && (work.IsLeased || (!work.WasHandedOut && Next.States.GetValueOrDefault(item.Id) == ServiceOrderItemState.InProgress));

        private static IEnumerable<ServiceOrderItem> Leaves(ServiceOrder order) => ServiceOrderLifecycle.Leaves(order);

        private static void SetAll(ServiceOrder order, Predicate<ServiceOrderItem> isMeant, ServiceOrderItemState state)
        {
            foreach (var item in Leaves(order).Where(item => isMeant(item)).ToList())
                item.State = state;
        }
    }
}
