using System.Text.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// The queue of work: the unfinished items of orders that have begun, in a table that has only those. It follows the orders;
/// leases are given, extended and ended here. Customers take turns by a number that an item is given when its order begins: one
/// more than its customer's last, and no less than that of the newest item in work (start-time fair queuing).
/// </summary>
internal static class WorkTable
{
    // The server's own ids are shorter; nobody has another.
    private const int LongestOrderId = 100;

    private const string Columns =
        """
        order_id as OrderId, item_id as ItemId, state as State, since as Since, due as Due, deadline as Deadline, attempt as Attempt,
        token as Token, worker as Worker, percentage as Percentage, priority as Priority, customer as Customer, turn as Turn, kind as Kind,
        cancellation as Cancellation
        """;

    internal const string Waiting = $"select {Columns} from work where state = 'waiting' order by priority, turn, order_id, item_id limit @limit";

    internal const string WaitingOfKind = $"select {Columns} from work where state = 'waiting' and kind = @kind order by priority, turn, order_id, item_id limit @limit";

    /// <summary>The kinds that wait, each looked for in an index from the one before it, as a table "kinds" that ends with null.</summary>
    internal const string Kinds =
        """
        with recursive kinds(kind) as (
            select min(kind) from work where state = 'waiting'
            union all
            select (select min(work.kind) from work where state = 'waiting' and work.kind > kinds.kind) from kinds where kinds.kind is not null
        )
        """;

    internal const string WaitingKinds = $"{Kinds} select kind from kinds where kind is not null limit 1000";

    internal const string ByDue = $"select {Columns} from work where due is not null and state = @state order by due limit @limit";

    internal const string Due = $"select {Columns} from work where due <= @now order by due limit @limit";

    internal const string Add =
        """
        insert into work (order_id, item_id, state, since, attempt, handed_out, priority, customer, turn, kind)
        select @orderId, @itemId, @state, @clock, 0, 0, @priority, @customer, max(turn), @kind from (
            select coalesce(max(turn), 0) + 1 as turn from work where priority = @priority and customer = @customer
            union all
            select coalesce(
                (select max(turn) from work where state = 'leased' and priority = @priority),
                (select min(turn) from work where state = 'waiting' and priority = @priority), 0)) turns
        """;

    /// <summary>Brings the table from one state of an order to the next.</summary>
    public static async ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after)
    {
        var (old, current) = (WorkItems.Of(before), WorkItems.Of(after?.Resource));
        var hasFinished = before is not null && (after is null || Finished(after.Resource) > Finished(before));
        if (old.Count == 0 && current.Count == 0 && !hasFinished)
            return;
        var order = after?.Resource ?? before!;
        foreach (var (item, readiness) in current)
        {
            if (!old.TryGetValue(item, out var known))
                await AddAsync(write, order, item, readiness);
            else if (known != readiness)
                await MoveAsync(write, order.Id, item, readiness);
        }
        foreach (var item in old.Keys.Where(item => !current.ContainsKey(item)))
            await write.Session.SendAsync("delete from work where order_id = @orderId and item_id = @itemId", Key(order.Id, item));
        await FollowOthersAsync(write, order, old, current, hasFinished);
    }

    /// <summary>Lets an item be worked that nothing keeps from it any more.</summary>
    public static ValueTask ReleaseAsync(Write write, string orderId, string itemId) => write.Session.SendAsync(
        "update work set since = @clock, state = 'waiting' where order_id = @orderId and item_id = @itemId and state = 'blocked'", Clock(write).With("orderId", orderId).With("itemId", itemId));

    /// <summary>Gives a waiting item to a worker.</summary>
    /// <exception cref="ConflictException">It waits no longer.</exception>
    public static ValueTask TakeAsync(Write write, string orderId, string itemId, string token, string worker, FulfillmentOptions options) => write.Session.SendAsync(
        """
        update work set since = @clock, state = 'leased', attempt = attempt + 1, handed_out = handed_out + 1, token = @token, worker = @worker, percentage = null, cancellation = null,
            due = @until, deadline = coalesce(deadline, @deadline)
        where order_id = @orderId and item_id = @itemId and state = 'waiting'
        """,
        Clock(write).With("token", token).With("worker", worker).With("until", write.Clock.Add(options.LeaseDuration).ToUnixTimeMilliseconds())
            .With("deadline", write.Clock.Add(options.LongestWork).ToUnixTimeMilliseconds()).With("orderId", orderId).With("itemId", itemId),
        expect: 1);

    /// <summary>Extends a lease, though never beyond the time that the item may be in work in all.</summary>
    /// <exception cref="ConflictException">The lease has ended.</exception>
    public static ValueTask RenewAsync(Write write, WorkRow row, TimeSpan duration, int? percentage) => write.Session.SendAsync(
        """
        update work set percentage = coalesce(@percentage, percentage), due = case when deadline < @until then deadline else @until end
        where order_id = @orderId and item_id = @itemId and state = 'leased' and token = @token and due > @clock
        """,
        new Parameters().With("percentage", percentage).With("until", write.Clock.Add(duration).ToUnixTimeMilliseconds())
            .With("orderId", row.OrderId).With("itemId", row.ItemId).With("token", row.Token).With("clock", write.Clock.ToUnixTimeMilliseconds()),
        expect: 1);

    /// <summary>Ends a lease, as its holder says, and lets the item stand where it is put.</summary>
    /// <param name="write">The write.</param>
    /// <param name="row">The row as it was read.</param>
    /// <param name="state">Where it stands then.</param>
    /// <param name="due">When it may be tried again; null for at once, or never by itself.</param>
    /// <param name="attempt">How many attempts are counted.</param>
    /// <param name="orderVersion">Version of the order, by whose state this is so.</param>
    /// <param name="isExpired">Whether it is ended because it ran out, and not by its holder.</param>
    /// <exception cref="ConflictException">The lease has ended, or was extended meanwhile, or the order has changed.</exception>
    public static ValueTask EndAsync(Write write, WorkRow row, string state, DateTimeOffset? due, long attempt, long orderVersion, bool isExpired = false) => write.Session.SendAsync(
        $"""
        update work set since = @clock, state = @state, due = @next, attempt = @attempt, token = null, worker = null, percentage = null, cancellation = null
        where order_id = @orderId and item_id = @itemId and state = 'leased' and token = @token and due {(isExpired ? "= @due" : ">= @due and due > @clock")}
            and exists (select 1 from service_order where id = @orderId and version = @version)
        """,
        Clock(write).With("state", state).With("next", due?.ToUnixTimeMilliseconds()).With("attempt", attempt)
            .With("orderId", row.OrderId).With("itemId", row.ItemId).With("token", row.Token).With("due", row.Due).With("version", orderVersion),
        expect: 1);

    /// <summary>The holder of a lease lets its item be cancelled.</summary>
    /// <exception cref="ConflictException">It is not asked any more.</exception>
    public static ValueTask AgreeAsync(Write write, WorkRow row) => write.Session.SendAsync(
        "update work set cancellation = 'agreed' where order_id = @orderId and item_id = @itemId and state = 'leased' and token = @token and cancellation = 'asked'",
        Key(row.OrderId, row.ItemId).With("token", row.Token),
        expect: 1);

    /// <summary>Forgets how often an item was tried, and for how long.</summary>
    public static ValueTask StartAnewAsync(Write write, string orderId, string itemId) => write.Session.SendAsync(
        "update work set attempt = 0, deadline = null where order_id = @orderId and item_id = @itemId and state <> 'leased'", Key(orderId, itemId));

    /// <summary>An item's row, or null where it is finished.</summary>
    public static ValueTask<WorkRow?> FindAsync(Session session, string orderId, string itemId) =>
        session.FindAsync<WorkRow>($"select {Columns} from work where order_id = @orderId and item_id = @itemId", Key(orderId, itemId));

    /// <summary>The rows of an order.</summary>
    public static ValueTask<List<WorkRow>> OfAsync(Session session, string orderId) =>
        session.ListAsync<WorkRow>($"select {Columns} from work where order_id = @orderId", Parameters.Of("orderId", orderId));

    /// <summary>How much of items their holders say is done, by order and item.</summary>
    public static async ValueTask<IReadOnlyDictionary<(string OrderId, string ItemId), long>> PercentagesAsync(Session session, IReadOnlyCollection<string> orderIds) =>
        (await session.ListAsync<(string OrderId, string ItemId, long Percentage)>(Percentages(session), Parameters.Of("orderIds", JsonSerializer.Serialize(orderIds))))
        .ToDictionary(row => (row.OrderId, row.ItemId), row => row.Percentage);

    internal static string Percentages(Session session) =>
        $"select order_id, item_id, percentage from ({session.Each("@orderIds")}) wanted join work on work.order_id = value where percentage is not null";

    /// <summary>Items that wait, in the order in which they are handed out.</summary>
    /// <param name="session">The session.</param>
    /// <param name="kind">Of this kind alone; null for any.</param>
    /// <param name="limit">How many at most.</param>
    public static ValueTask<List<WorkRow>> WaitingAsync(Session session, string? kind, int limit) => kind is null
        ? session.ListAsync<WorkRow>(Waiting, Parameters.Of("limit", limit))
        : session.ListAsync<WorkRow>(WaitingOfKind, Parameters.Of("kind", kind).With("limit", limit));

    /// <summary>The kinds of items that wait, each looked for in the index from the one before it.</summary>
    public static ValueTask<List<string>> WaitingKindsAsync(Session session) => session.ListAsync<string>(WaitingKinds);

    /// <summary>Items whose time has come: leases that ran out, and pauses that are over.</summary>
    public static ValueTask<List<WorkRow>> DueAsync(Session session, DateTimeOffset now, int limit) =>
        session.ListAsync<WorkRow>(Due, Parameters.Of("now", now.ToUnixTimeMilliseconds()).With("limit", limit));

    /// <summary>Items of a state that ends by itself, those first whose time comes first.</summary>
    public static ValueTask<List<WorkRow>> ByDueAsync(Session session, string state, int limit) =>
        session.ListAsync<WorkRow>(ByDue, Parameters.Of("state", state).With("limit", limit));

    /// <summary>Has a lease that ran out looked at again later. It has run out for its holder all the same.</summary>
    public static ValueTask PutOffAsync(Write write, WorkRow row, DateTimeOffset due) => write.Session.SendAsync(
        "update work set token = 'lost', due = @next where order_id = @orderId and item_id = @itemId and state = 'leased' and due = @due",
        Parameters.Of("next", due.ToUnixTimeMilliseconds()).With("orderId", row.OrderId).With("itemId", row.ItemId).With("due", row.Due));

    /// <summary>Lets a paused item be tried again.</summary>
    public static ValueTask WakeAsync(Write write, WorkRow row) => write.Session.SendAsync(
        "update work set since = @clock, state = 'waiting', due = null where order_id = @orderId and item_id = @itemId and state = 'delayed' and due = @due",
        Clock(write).With("orderId", row.OrderId).With("itemId", row.ItemId).With("due", row.Due));

    /// <summary>A page of rows, by order and item.</summary>
    public static ValueTask<List<WorkRow>> ListAsync(Session session, IReadOnlyCollection<string> states, string? orderId, (string OrderId, string ItemId) after, int limit) =>
        session.ListAsync<WorkRow>(
            $"""
            select {Columns} from work
            where (order_id > @afterOrder or (order_id = @afterOrder and item_id > @afterItem))
                {(orderId is null ? "" : "and order_id = @orderId")} {(states.Count == 0 ? "" : $"and state in ({session.Each("@states")})")}
            order by order_id, item_id limit @limit
            """,
            Some(Parameters.Of("afterOrder", after.OrderId).With("afterItem", after.ItemId), orderId, states).With("limit", limit));

    private static Parameters Some(Parameters parameters, string? orderId, IReadOnlyCollection<string> states)
    {
        if (orderId is not null)
            parameters.With("orderId", orderId);
        if (states.Count > 0)
            parameters.With("states", JsonSerializer.Serialize(states));
        return parameters;
    }

    private static ValueTask AddAsync(Write write, ServiceOrder order, string itemId, Readiness readiness)
    {
        var item = ServiceOrderLifecycle.Leaves(order).First(leaf => leaf.Id == itemId);
        return write.Session.SendAsync(
            Add,
            Key(order.Id, itemId).With("state", readiness == Readiness.Ready ? "waiting" : "blocked").With("clock", write.Clock.ToUnixTimeMilliseconds())
                .With("priority", WorkItems.PriorityOf(order)).With("customer", WorkItems.CustomerOf(order)).With("kind", WorkKind.Of(order, item).ToString()));
    }

    // Who holds a lease keeps it whatever is done to the order. An item in progress that was handed out and came back waits for
    // the next attempt; one that was not is driven by whoever has made it so.
    private static ValueTask MoveAsync(Write write, string orderId, string itemId, Readiness readiness) => write.Session.SendAsync(
        readiness switch
        {
            Readiness.Ready => "update work set since = @clock, state = 'waiting', due = null where order_id = @orderId and item_id = @itemId and state = 'blocked'",
            Readiness.Working =>
                """
                update work set since = @clock, state = case when handed_out > 0 then 'waiting' else 'blocked' end, due = null
                where order_id = @orderId and item_id = @itemId and state = case when handed_out > 0 then 'blocked' else 'waiting' end
                """,
            _ => "update work set since = @clock, state = 'blocked', due = null where order_id = @orderId and item_id = @itemId and state in ('waiting', 'delayed')",
        },
        Clock(write).With("orderId", orderId).With("itemId", itemId));

    /// <summary>Keeps which orders wait for others, and has those looked at again that wait for what has just happened.</summary>
    private static async ValueTask FollowOthersAsync(
        Write write, ServiceOrder order, IReadOnlyDictionary<string, Readiness> old, IReadOnlyDictionary<string, Readiness> current, bool hasFinished)
    {
        var isWaiting = current.Any(item => item.Value == Readiness.Outside && old.GetValueOrDefault(item.Key) != Readiness.Outside);
        if (isWaiting)
        {
            foreach (var other in WorkItems.OtherOrders(order).Where(id => id.Length <= LongestOrderId))
            {
                await write.Session.SendAsync(
                    "insert into service_order_dependency (order_id, on_order_id) values (@orderId, @other) on conflict do nothing", Parameters.Of("orderId", order.Id).With("other", other));
            }
            await ServiceOrderDue.SetAsync(write, order.Id, write.Clock, Sight.All);
        }
        else if (old.Count > 0 && current.Count == 0 && WorkItems.OtherOrders(order).Count > 0)
        {
            await write.Session.SendAsync("delete from service_order_dependency where order_id = @orderId", Parameters.Of("orderId", order.Id));
        }
        if (hasFinished)
        {
            await write.Session.SendAsync(
                """
                insert into service_order_due (order_id, at)
                select order_id, @clock from service_order_dependency where on_order_id = @orderId
                on conflict (order_id) do update set at = excluded.at
                """,
                Clock(write).With("orderId", order.Id));
        }
    }

    private static int Finished(ServiceOrder order) => ServiceOrderItems.All(order, "").Count(placed => ServiceOrderLifecycle.IsFinal(placed.Item.State));

    private static Parameters Key(string orderId, string itemId) => Parameters.Of("orderId", orderId).With("itemId", itemId);

    private static Parameters Clock(Write write) => Parameters.Of("clock", write.Clock.ToUnixTimeMilliseconds());
}

/// <summary>A row of the queue. Times are milliseconds since 1970.</summary>
internal sealed record WorkRow
{
    public required string OrderId { get; init; }

    public required string ItemId { get; init; }

    public required string State { get; init; }

    public required long Since { get; init; }

    public long? Due { get; init; }

    public long? Deadline { get; init; }

    public required long Attempt { get; init; }

    public string? Token { get; init; }

    public string? Worker { get; init; }

    public long? Percentage { get; init; }

    public required long Priority { get; init; }

    public required string Customer { get; init; }

    public required long Turn { get; init; }

    public required string Kind { get; init; }

    /// <summary>What its holder is told of a cancellation, or has answered.</summary>
    public string? Cancellation { get; init; }
}
