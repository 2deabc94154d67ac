using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What people decide about items that fell out, each a script of steps in one write: the item, its order, the queue, the inventory.</summary>
internal sealed class FalloutStore(
    Database database, OrderTurns turns, ServiceOrderStore store, ResourceTable<ServiceOrder> orders, ResourceTable<FalloutItem> items, Delivery delivery, TimeProvider time)
{
    public Task<FalloutItem> RetryAsync(Caller caller, string id, Decision decision, IReadOnlyCollection<Characteristic> characteristics, CancellationToken cancellationToken) =>
        DecideAsync(caller, id, () => PrepareRetryAsync(id, decision, characteristics), cancellationToken);

    public Task<FalloutItem> CompleteAsync(Caller caller, string id, Decision decision, Completion completion, CancellationToken cancellationToken) =>
        DecideAsync(caller, id, () => PrepareCompletionAsync(id, decision, completion), cancellationToken);

    public Task<FalloutItem> FailAsync(Caller caller, string id, Decision decision, IReadOnlyCollection<ServiceOrderItemErrorMessage> messages, CancellationToken cancellationToken) =>
        DecideAsync(caller, id, () => PrepareFailureAsync(id, decision, messages), cancellationToken);

    /// <summary>Says who looks after an open item.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="id">The fallout.</param>
    /// <param name="decision">Who says so, and what.</param>
    /// <param name="assignee">Who looks after it; null for as before.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<FalloutItem> AssignAsync(Caller caller, string id, Decision decision, string? assignee, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var before = await GetOpenAsync(id);
        var after = before.Resource.Clone();
        var text = assignee is null ? decision.Note : $"{(assignee.Length > 0 ? $"Assigned to {assignee}" : "Assigned to nobody")}. {decision.Note}";
        after.Assignee = assignee ?? after.Assignee;
        FalloutTable.AddNote(after, decision.Author, text.TrimEnd(), time.GetUtcNow());
        var draft = new Draft<FalloutItem>(after);
        return (await database.WriteAsync(caller, write => items.WriteAsync(write, before, draft), cancellationToken)).Resource;
    });

    /// <summary>What a write has to do to put an item back into the queue, and may do together with other things.</summary>
    public async ValueTask<Func<Write, ValueTask<FalloutItem>>> PrepareRetryAsync(string id, Decision decision, IReadOnlyCollection<Characteristic> characteristics)
    {
        var (fallout, order) = await GetOpenWithOrderAsync(id);
        var now = time.GetUtcNow();
        var after = order.Resource.Clone();
        var item = ServiceOrderLifecycle.Leaves(after).First(each => each.Id == fallout.Resource.ItemId);
        item.Service = DeliveredService.Complete(item.Service, new ServiceRefOrValue { ServiceCharacteristic = { characteristics } });
        Move(after, item, ServiceOrderItemState.InProgress, now);
        var decided = Decide(fallout.Resource, after, FalloutState.Retried, "retried", decision, now);
        decided.Retries++;
        decided.JobId = decision.JobId;
        var draft = new Draft<FalloutItem>(decided);
        var steps = await store.PrepareStepsAsync(order, after);
        return async write =>
        {
            // First: what follows from the order's change finds it decided.
            await items.WriteAsync(write, fallout, draft);
            await steps(write);
            await WorkTable.StartAnewAsync(write, after.Id, item.Id);
            return decided;
        };
    }

    /// <summary>The same to fail an item for good, and what depends on it.</summary>
    public async ValueTask<Func<Write, ValueTask<FalloutItem>>> PrepareFailureAsync(string id, Decision decision, IReadOnlyCollection<ServiceOrderItemErrorMessage> messages)
    {
        var (fallout, order) = await GetOpenWithOrderAsync(id);
        var now = time.GetUtcNow();
        var after = order.Resource.Clone();
        var item = ServiceOrderLifecycle.Leaves(after).First(each => each.Id == fallout.Resource.ItemId);
        foreach (var message in messages.Select(message => message.Clone()))
        {
            message.Timestamp ??= TmfDate.Of(now);
            item.ErrorMessage.Add(message);
        }
        Move(after, item, ServiceOrderItemState.Failed, now);
        var decided = Decide(fallout.Resource, after, FalloutState.Failed, "failed", decision, now);
        var draft = new Draft<FalloutItem>(decided);
        var steps = await store.PrepareStepsAsync(order, after);
        return async write =>
        {
            await items.WriteAsync(write, fallout, draft);
            await steps(write);
            return decided;
        };
    }

    private async ValueTask<Func<Write, ValueTask<FalloutItem>>> PrepareCompletionAsync(string id, Decision decision, Completion completion)
    {
        var (fallout, order) = await GetOpenWithOrderAsync(id);
        var now = time.GetUtcNow();
        var after = order.Resource.Clone();
        var item = ServiceOrderLifecycle.Leaves(after).First(each => each.Id == fallout.Resource.ItemId);
        var delivered = await delivery.PrepareAsync(completion, after, item, now);
        Move(after, item, ServiceOrderItemState.Completed, now);
        var decided = Decide(fallout.Resource, after, FalloutState.Completed, "completed by hand", decision, now);
        var draft = new Draft<FalloutItem>(decided);
        var steps = await store.PrepareStepsAsync(order, after);
        return async write =>
        {
            await items.WriteAsync(write, fallout, draft);
            await delivery.WriteAsync(write, delivered);
            await steps(write);
            return decided;
        };
    }

    private async Task<FalloutItem> DecideAsync(Caller caller, string id, Func<ValueTask<Func<Write, ValueTask<FalloutItem>>>> prepare, CancellationToken cancellationToken)
    {
        var orderId = (await items.GetAsync(id, Sight.All)).Resource.ServiceOrderId;
        return await turns.TakeAsync(orderId, async () => await database.WriteAsync(caller, await prepare(), cancellationToken), cancellationToken);
    }

    private async ValueTask<(Stored<FalloutItem> Fallout, Stored<ServiceOrder> Order)> GetOpenWithOrderAsync(string id)
    {
        var fallout = await GetOpenAsync(id);
        // It goes with its order.
        var order = await database.ReadAsync(session => orders.FindAsync(session, fallout.Resource.ServiceOrderId, Sight.All)) ?? throw ApiErrors.FalloutItemNotFound(id);
        return ServiceOrderLifecycle.Leaves(order.Resource).Any(item => item.Id == fallout.Resource.ItemId) ? (fallout, order) : throw new ConflictException();
    }

    private async ValueTask<Stored<FalloutItem>> GetOpenAsync(string id)
    {
        var fallout = await items.GetAsync(id, Sight.All);
        return fallout.Resource.State == FalloutState.Open ? fallout : throw ApiErrors.FalloutItemNotOpen(id, EnumNames.Json(fallout.Resource.State));
    }

    private static void Move(ServiceOrder order, ServiceOrderItem item, ServiceOrderItemState state, DateTimeOffset now)
    {
        var from = item.State;
        if (!ServiceOrderLifecycle.Report(item, state))
        {
            throw ApiErrors.ServiceOrderChangeForbidden(order.Id, [Violation("id", ErrorReason.ServiceOrderTransitionForbidden,
                $"Item '{item.Id}' cannot go from {EnumNames.Json(from)} to {EnumNames.Json(state)}.")]);
        }
        ServiceOrderLifecycle.Settle(order, now);
    }

    /// <summary>What is decided, with a note in the item and one in the order, for those who see only that.</summary>
    private static FalloutItem Decide(FalloutItem before, ServiceOrder order, FalloutState state, string done, Decision decision, DateTimeOffset now)
    {
        order.Note.Add(new Note
        {
            Id = ResourceId.New(),
            Author = decision.Author,
            Date = TmfDate.Of(now),
            Text = $"Item {before.ItemId}: {done}. {decision.Note}".TrimEnd(),
        });
        var decided = before.Clone();
        decided.State = state;
        if (state != FalloutState.Retried)
            decided.ResolvedDate = TmfDate.Of(now);
        FalloutTable.AddNote(decided, decision.Author, $"{char.ToUpperInvariant(done[0])}{done[1..]}. {decision.Note}".TrimEnd(), now);
        return decided;
    }
}

/// <summary>Who decides, and why.</summary>
/// <param name="Author">Who.</param>
/// <param name="Note">Why, for people; may be empty.</param>
/// <param name="JobId">The job that it is a part of; empty for none.</param>
internal sealed record Decision(string Author, string Note, string JobId = "")
{
    private const string Nobody = "operator";

    /// <summary>A decision of who is named, or else of the caller.</summary>
    public static Decision Of(string actor, Caller caller, string note) => new(actor.Length > 0 ? actor : caller.Actor.Length > 0 ? caller.Actor : Nobody, note);
}
