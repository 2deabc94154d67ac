using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>
/// A request to cancel an order that is not decided: one for an order at most, in a table that has only those. It is looked at
/// when it is due, and soon after anything happens to its order or to who works on that.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="TaskId">The request.</param>
/// <param name="Phase">How far it is.</param>
internal sealed record Cancellation(string OrderId, string TaskId, CancellationPhase Phase)
{
    internal const string First = "select min(due) from cancellation where due is not null";

    private const string Columns =
        "select order_id as OrderId, task_id as TaskId, phase as Phase, due as Due, answer_by as AnswerBy, reason as Reason, items as Items, refusal as Refusal from cancellation";

    private const string AtOnce = "due = case when due <= 0 then due - 1 else 0 end";

    internal const string DueByNow = $"{Columns} where due <= @now order by due limit @limit";

    /// <summary>When it is to be looked at next, in milliseconds since 1970; null where something has to happen first.</summary>
    public long? Due { get; init; }

    /// <summary>Until when those who work on the order are waited for.</summary>
    public DateTimeOffset? AnswerBy { get; init; }

    /// <summary>Why the order is to be cancelled.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What the items that were not final were before they were assessed: what they become again where the order is not cancelled.</summary>
    public IReadOnlyDictionary<string, ServiceOrderItemState> States { get; init; } = new Dictionary<string, ServiceOrderItemState>();

    /// <summary>Why a holder does not let its item be cancelled.</summary>
    public string? Refusal { get; init; }

    /// <summary>What is not decided about an order, or null.</summary>
    public static async ValueTask<Cancellation?> FindAsync(Session session, string orderId) =>
        (await session.FindAsync<Row>($"{Columns} where order_id = @orderId", Parameters.Of("orderId", orderId)))?.Read();

    /// <summary>Those that are due, the longest ones first.</summary>
    public static async ValueTask<List<Cancellation>> ListDueAsync(Session session, DateTimeOffset now, int limit) =>
        (await session.ListAsync<Row>(DueByNow, Parameters.Of("now", now.ToUnixTimeMilliseconds()).With("limit", limit))).ConvertAll(row => row.Read());

    /// <summary>Has it looked at where something has happened to the order that it is about; one that waits for its date, where the order has ended before.</summary>
    public static ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after) =>
        before is null || ServiceOrderLifecycle.IsFinal(before.State) ? ValueTask.CompletedTask
        : after is null || ServiceOrderLifecycle.IsFinal(after.Resource.State) ? TouchAsync(write, before.Id, evenWaiting: true)
        : IsAbout(before.State) || IsAbout(after.Resource.State) ? TouchAsync(write, before.Id)
        : ValueTask.CompletedTask;

    /// <summary>Has it looked at, at once. Each time the due time is another one, so that nobody who has seen the one before puts it off.</summary>
    public static ValueTask TouchAsync(Write write, string orderId, bool evenWaiting = false) => write.Session.SendAsync(
        $"update cancellation set {AtOnce} where order_id = @orderId{(evenWaiting ? "" : " and phase <> 'waiting'")}", Parameters.Of("orderId", orderId));

    /// <summary>A holder does not let its item be cancelled.</summary>
    public static ValueTask RefuseAsync(Write write, string orderId, string refusal) => write.Session.SendAsync(
        $"update cancellation set refusal = coalesce(refusal, @refusal), {AtOnce} where order_id = @orderId and phase = 'assessing'",
        Parameters.Of("orderId", orderId).With("refusal", refusal),
        expect: 1);

    /// <summary>Begins it. A conflict where the order has one.</summary>
    public ValueTask AddAsync(Write write) => write.Session.SendAsync(
        """
        insert into cancellation (order_id, task_id, phase, due, answer_by, reason, items, refusal) values (@orderId, @taskId, @phase, @due, @answerBy, @reason, @items, @refusal)
        on conflict (order_id) do nothing
        """,
        Values(),
        expect: 1);

    /// <summary>Takes it on. To be done before the order is written, which has it looked at again.</summary>
    /// <param name="write">The write.</param>
    /// <param name="seen">When it was due as it was read.</param>
    /// <exception cref="ConflictException">Something has happened since.</exception>
    public ValueTask UpdateAsync(Write write, long? seen) => write.Session.SendAsync(
        """
        update cancellation set phase = @phase, due = @due, answer_by = @answerBy, items = @items, refusal = @refusal
        where order_id = @orderId and task_id = @taskId and due is not distinct from @seen
        """,
        Values().With("seen", seen),
        expect: 1);

    /// <summary>Puts off the next look, unless something has happened since it was read.</summary>
    public ValueTask PutOffAsync(Write write, DateTimeOffset due) => write.Session.SendAsync(
        "update cancellation set due = @next where order_id = @orderId and due = @seen",
        Parameters.Of("next", due.ToUnixTimeMilliseconds()).With("orderId", OrderId).With("seen", Due));

    /// <summary>It is decided.</summary>
    public ValueTask RemoveAsync(Write write) => write.Session.SendAsync(
        "delete from cancellation where order_id = @orderId and task_id = @taskId", Parameters.Of("orderId", OrderId).With("taskId", TaskId), expect: 1);

    private static bool IsAbout(ServiceOrderState state) => state is ServiceOrderState.AssessingCancellation or ServiceOrderState.PendingCancellation;

    private Parameters Values() => Parameters.Of("orderId", OrderId).With("taskId", TaskId).With("phase", Phase.ToString().ToLowerInvariant())
        .With("due", Due).With("answerBy", AnswerBy?.ToUnixTimeMilliseconds()).With("reason", Reason).With("refusal", Refusal)
        .With("items", JsonFormat.ToText(new ServiceOrder { ServiceOrderItem = { States.Select(item => new ServiceOrderItem { Id = item.Key, State = item.Value }) } }));

    private sealed class Row
    {
        public required string OrderId { get; init; }

        public required string TaskId { get; init; }

        public required string Phase { get; init; }

        public long? Due { get; init; }

        public long? AnswerBy { get; init; }

        public string? Reason { get; init; }

        public string? Items { get; init; }

        public string? Refusal { get; init; }

        public Cancellation Read() => new(OrderId, TaskId, Enum.Parse<CancellationPhase>(Phase, ignoreCase: true))
        {
            Due = Due,
            AnswerBy = AnswerBy is { } answerBy ? DateTimeOffset.FromUnixTimeMilliseconds(answerBy) : null,
            Reason = Reason ?? "",
            States = Items is null ? new Dictionary<string, ServiceOrderItemState>() : JsonFormat.Parse<ServiceOrder>(Items).ServiceOrderItem.ToDictionary(item => item.Id, item => item.State),
            Refusal = Refusal,
        };
    }
}

/// <summary>How far a cancellation is.</summary>
internal enum CancellationPhase
{
    /// <summary>Its date has not come.</summary>
    Waiting,

    /// <summary>Those who work on the order are asked.</summary>
    Assessing,

    /// <summary>All have agreed, and cancel what they have.</summary>
    Pending,
}

/// <summary>How an item that is not final stands in the queue of work, as a cancellation sees it.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="IsLeased">Whether a worker holds it.</param>
/// <param name="WasHandedOut">Whether a worker ever did.</param>
/// <param name="Answer">What its holder was asked, or has answered.</param>
internal sealed record CancellableItem(string ItemId, bool IsLeased, bool WasHandedOut, string? Answer)
{
    /// <summary>The items of an order, by their ids.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, CancellableItem>> FindAsync(Session session, string orderId) =>
        (await session.ListAsync<(string ItemId, string State, long HandedOut, string? Answer)>(
            "select item_id, state, handed_out, cancellation from work where order_id = @orderId", Parameters.Of("orderId", orderId)))
        .ToDictionary(row => row.ItemId, row => new CancellableItem(row.ItemId, row.State == "leased", row.HandedOut > 0, row.Answer));

    /// <summary>Marks what the holders of the order's items are told.</summary>
    public static ValueTask MarkAsync(Write write, string orderId, string mark) => write.Session.SendAsync(
        "update work set cancellation = @mark where order_id = @orderId and state = 'leased'", Parameters.Of("mark", mark).With("orderId", orderId));

    /// <summary>Makes sure that as many items are held as was seen. A conflict where somebody has taken or given back one by now.</summary>
    public static ValueTask ExpectHeldAsync(Write write, string orderId, int held) => write.Session.SendAsync(
        "update work set cancellation = cancellation where order_id = @orderId and state = 'leased'", Parameters.Of("orderId", orderId), expect: held);
}
