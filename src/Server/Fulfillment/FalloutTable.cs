using System.Text.Json;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// The items that fell out, in a table that follows the orders: whatever else moves an item, a row tells what became of it. An
/// item has one row that is open or retried at most: one that falls out again opens its own anew.
/// </summary>
internal sealed class FalloutTable(Database database, ResourceTable<FalloutItem> items)
{
    /// <summary>Who has done what followed by itself.</summary>
    public const string Server = "server";

    internal const string UnresolvedOfItem = "select id from fallout_item where service_order_id = @orderId and item_id = @itemId and state in ('open', 'retried')";

    internal const string UnresolvedOfOrder = "select id from fallout_item where service_order_id = @orderId and state in ('open', 'retried')";

    internal const string OfOrder = "select id from fallout_item where service_order_id = @orderId";

    private const int MostNotes = 100;

    /// <summary>What a write has to do to keep that an item has fallen out.</summary>
    /// <param name="order">The order with the item held, and its error message.</param>
    /// <param name="row">The item's row of the queue, as it was read.</param>
    /// <param name="type">Why.</param>
    /// <param name="now">When.</param>
    public async ValueTask<Func<Write, ValueTask>> PrepareOpeningAsync(ServiceOrder order, WorkRow row, FalloutType type, DateTimeOffset now)
    {
        var before = await database.ReadAsync(async session =>
            await session.FindAsync<string>(UnresolvedOfItem, Parameters.Of("orderId", row.OrderId).With("itemId", row.ItemId)) is { } id ? await items.FindAsync(session, id, Sight.All) : null);
        var draft = new Draft<FalloutItem>(Open(before?.Resource, order, row, type, now));
        return async write => await items.WriteAsync(write, before, draft);
    }

    /// <summary>Brings the rows of an order from one state of it to the next.</summary>
    public async ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after)
    {
        if (before is null || !IsConcerned(before, after?.Resource))
            return;
        foreach (var id in await write.Session.ListAsync<string>(after is null ? OfOrder : UnresolvedOfOrder, Parameters.Of("orderId", before.Id)))
        {
            var stored = await items.GetAsync(write.Session, id, Sight.All);
            if (after is null)
                await items.WriteAsync(write, stored, after: null);
            else
                await FollowAsync(write, stored, ServiceOrderLifecycle.Leaves(after.Resource).FirstOrDefault(item => item.Id == stored.Resource.ItemId));
        }
    }

    /// <summary>How many of those that a job retried last have recovered, by the jobs.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, long>> RecoveredAsync(Session session, IReadOnlyCollection<string> jobIds) =>
        (await session.ListAsync<(string JobId, long Count)>(Recovered(session), Parameters.Of("jobIds", JsonSerializer.Serialize(jobIds)))).ToDictionary(row => row.JobId, row => row.Count);

    internal static string Recovered(Session session) =>
        $"select value, (select count(*) from fallout_item where job_id = value and state = 'recovered') from ({session.Each("@jobIds")}) wanted";

    /// <summary>Adds what was done, or said. The oldest go where there are too many.</summary>
    public static void AddNote(FalloutItem item, string author, string text, DateTimeOffset now)
    {
        item.Notes.Add(new FalloutNote { Author = author, Date = TmfDate.Of(now), Text = text });
        while (item.Notes.Count > MostNotes)
            item.Notes.RemoveAt(0);
    }

    /// <summary>What becomes of a row with its item; null where that tells nothing new.</summary>
    internal static FalloutState? StateAfter(FalloutState state, ServiceOrderItemState? item) => (item, state) switch
    {
        (ServiceOrderItemState.Completed, FalloutState.Retried) => FalloutState.Recovered,
        (ServiceOrderItemState.Completed, _) => FalloutState.Completed,
        (ServiceOrderItemState.Failed, _) => FalloutState.Failed,
        (null or ServiceOrderItemState.Cancelled or ServiceOrderItemState.Rejected, _) => FalloutState.Cancelled,
        (ServiceOrderItemState.InProgress or ServiceOrderItemState.Acknowledged, FalloutState.Open) => FalloutState.Retried,
        _ => null,
    };

    /// <summary>
    /// Whether an order's change can concern a row, seen without the database: it goes, one of its items is no longer held or
    /// what a held one became, or one that had failed before is finished.
    /// </summary>
    private static bool IsConcerned(ServiceOrder before, ServiceOrder? after)
    {
        if (after is null)
            return true;
        var candidates = ServiceOrderLifecycle.Leaves(before).Where(item => !ServiceOrderLifecycle.IsFinal(item.State) && (!IsGoingOn(item) || item.ErrorMessage.Count > 0)).ToList();
        if (candidates.Count == 0)
            return false;
        var states = ServiceOrderLifecycle.Leaves(after).ToDictionary(item => item.Id, item => item.State);
        return candidates.Exists(item =>
            !states.TryGetValue(item.Id, out var state) || (state != item.State && (!IsGoingOn(item) || ServiceOrderLifecycle.IsFinal(state))));
    }

    private static bool IsGoingOn(ServiceOrderItem item) => item.State is ServiceOrderItemState.Acknowledged or ServiceOrderItemState.InProgress;

    private async ValueTask FollowAsync(Write write, Stored<FalloutItem> stored, ServiceOrderItem? item)
    {
        if (StateAfter(stored.Resource.State, item?.State) is not { } state)
            return;
        var after = stored.Resource.Clone();
        after.State = state;
        if (state != FalloutState.Retried)
            after.ResolvedDate = TmfDate.Of(write.Now);
        AddNote(after, Server, state switch
        {
            FalloutState.Retried => "Retried: somebody has changed the item's state.",
            FalloutState.Recovered => "Recovered: it was completed after a retry.",
            FalloutState.Completed => "Completed: somebody has changed the item's state.",
            FalloutState.Failed => $"Failed: {item!.ErrorMessage.LastOrDefault()?.Message}",
            _ => item is null ? "Withdrawn: the order has the item no more." : "The order was cancelled.",
        }, write.Now);
        await items.WriteAsync(write, stored, new Draft<FalloutItem>(after));
        if (state == FalloutState.Retried)
            await WorkTable.StartAnewAsync(write, after.ServiceOrderId, after.ItemId);
    }

    private static FalloutItem Open(FalloutItem? before, ServiceOrder order, WorkRow row, FalloutType type, DateTimeOffset now)
    {
        var item = ServiceOrderLifecycle.Leaves(order).First(each => each.Id == row.ItemId);
        var cause = item.ErrorMessage[^1];
        var opened = before?.Clone() ?? new FalloutItem { Id = ResourceId.New(), ServiceOrderId = order.Id, ItemId = item.Id, Retries = 0 };
        opened.State = FalloutState.Open;
        opened.FalloutType = type;
        opened.CauseCode = cause.Code;
        opened.Cause = cause.HasMessage ? cause.Message : cause.Reason;
        opened.Attempts = (int)row.Attempt;
        opened.Since = TmfDate.Of(now);
        opened.Worker = row.Worker ?? "";
        opened.Action = item.Action;
        opened.ServiceType = item.Service.ServiceType;
        opened.SpecificationId = item.Service.ServiceSpecification?.Id ?? "";
        opened.Category = item.Service.HasCategory ? item.Service.Category : order.Category;
        opened.Priority = WorkItems.PriorityOf(order);
        opened.Customer = WorkItems.CustomerOf(order);
        opened.ExternalId = order.ExternalId;
        if (before is not null)
            AddNote(opened, Server, $"Fell out again: {opened.Cause}", now);
        return opened;
    }
}
