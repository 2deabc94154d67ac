using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
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
using Service = Tmf.ServiceInventory.V5.Service;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// What becomes of items in work, each a script of steps in one write: whoever reports must hold the lease in the very write
/// that keeps the report.
/// </summary>
internal sealed class WorkStore(
    Database database, ServiceOrderStore store, ResourceTable<ServiceOrder> orders, ResourceTable<Service> services, IOptions<FulfillmentOptions> options, TimeProvider time)
{
    private const string Reports = "workReport";

    // What is done to one order here is done one after the other, where all but one would else be done in vain: compare-and-set
    // decides against other servers and callers. Orders that share a turn by chance wait a commit longer.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 1024).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Hands items of an order over, those that still wait.</summary>
    /// <param name="orderId">The order.</param>
    /// <param name="takers">Who is to get which item.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The assignments, by the items.</returns>
    public Task<IReadOnlyDictionary<string, Assignment>> TakeAsync(string orderId, IReadOnlyDictionary<string, string> takers, CancellationToken cancellationToken) => InTurnAsync(orderId, async () =>
    {
        IReadOnlyDictionary<string, Assignment> given = new Dictionary<string, Assignment>();
        var (stored, rows) = await database.ReadAsync(async session => (await orders.FindAsync(session, orderId), await WorkTable.OfAsync(session, orderId)));
        var waiting = rows.Where(row => row.State == "waiting" && takers.ContainsKey(row.ItemId)).ToDictionary(row => row.ItemId);
        if (stored is null || waiting.Count == 0)
            return given;
        var after = stored.Resource.Clone();
        foreach (var item in ServiceOrderLifecycle.Leaves(after).Where(item => waiting.ContainsKey(item.Id)))
            item.State = ServiceOrderItemState.InProgress;
        var now = time.GetUtcNow();
        ServiceOrderLifecycle.Settle(after, now);
        var draft = stored.Resource.Equals(after) ? null : new Draft<ServiceOrder>(after);
        var tokens = waiting.Keys.ToDictionary(item => item, item => LeaseToken.New(orderId, item));
        var clock = await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                foreach (var (item, token) in tokens)
                    await WorkTable.TakeAsync(write, orderId, item, token.Secret, takers[item], options.Value);
                if (draft is not null)
                    await orders.WriteAsync(write, stored, draft);
                return write.Clock;
            },
            cancellationToken);
        var told = after.Clone();
        told.ServiceOrderItem.Clear();
        var leaves = ServiceOrderLifecycle.Leaves(after).ToList();
        return tokens.ToDictionary(token => token.Key, token => new Assignment
        {
            LeaseToken = token.Value.ToString(),
            LeaseExpires = TmfDate.Of(clock + options.Value.LeaseDuration),
            LeaseDuration = options.Value.LeaseDuration.ToDuration(),
            Attempt = (int)waiting[token.Key].Attempt + 1,
            Item = leaves.First(item => item.Id == token.Key),
            ServiceOrder = told,
            ServiceIds = { leaves.Where(item => item.Id != token.Key && item.Service.HasId && (item.Action != OrderItemAction.Add || item.State == ServiceOrderItemState.Completed)).ToDictionary(item => item.Id, item => item.Service.Id) },
        });
    }, cancellationToken);

    /// <summary>Keeps a report of the holder of a lease.</summary>
    public Task<ReportWorkResponse> ReportAsync(Caller caller, LeaseToken token, RequestId? requestId, ReportWorkRequest request, CancellationToken cancellationToken) => InTurnAsync(token.OrderId, async () =>
    {
        var now = time.GetUtcNow();
        if (requestId is not null
            && await database.ReadAsync(session => RequestIds.FindAnswerAsync<ReportWorkResponse>(session, Reports, requestId, now)) is { Resource: var answer })
        {
            answer.Replayed = true;
            return answer;
        }
        var (row, stored) = await database.ReadAsync(async session => (await WorkTable.FindAsync(session, token.OrderId, token.ItemId), await orders.FindAsync(session, token.OrderId)));
        if (row is not { State: "leased" } || row.Token != token.Secret || stored is null)
            throw ApiErrors.LeaseLost($"item '{token.ItemId}' of order '{token.OrderId}' is finished, waits, or is held by another worker.");
        if (row.Due <= now.ToUnixTimeMilliseconds())
            throw ApiErrors.LeaseLost($"the lease on item '{token.ItemId}' of order '{token.OrderId}' has run out.");

        var report = await ApplyAsync(request, row, stored.Resource, now);
        var drafts = Drafts(stored.Resource, report.After ?? stored.Resource);
        var suspended = drafts.Count > 0 && ServiceOrderLifecycle.HasSuspended(stored.Resource)
            ? await database.ReadAsync(session => Suspension.FindAsync(session, row.OrderId))
            : Suspension.None;
        var order = report.After ?? stored.Resource;
        var item = ServiceOrderLifecycle.Leaves(order).First(each => each.Id == row.ItemId);
        var response = new ReportWorkResponse { ItemState = item.State, ServiceOrderState = order.State, ServiceId = item.Service.Id };
        return await database.WriteAsync(
            caller,
            async write =>
            {
                response.LeaseExpires = report.Ends is null ? Expiry(write, row) : null;
                await RequestIds.AddAsync(write, Reports, requestId, JsonFormat.ToUtf8Bytes(response));
                if (report.Ends is { } end)
                    await WorkTable.EndAsync(write, row, end.State, end.Due, end.Attempt);
                else
                    await WorkTable.RenewAsync(write, row, options.Value.LeaseDuration, request.Renewal is { HasPercentage: true } renewal ? renewal.Percentage : null);
                foreach (var (before, service) in report.Services)
                    await services.WriteAsync(write, before, service);
                await WriteAsync(write, stored, drafts, suspended);
                if (request.InformationRequest is { } information)
                    await ServiceOrderEvents.RequireInformationAsync(write, order, information.FieldPath);
                return response;
            },
            cancellationToken);
    }, cancellationToken);

    /// <summary>Takes those out of a list of tokens whose leases have ended.</summary>
    /// <returns>How many are left.</returns>
    public async Task<int> ForgetFinishedAsync(List<string> tokens)
    {
        var held = new List<string>();
        foreach (var token in tokens)
        {
            var (orderId, itemId, secret) = LeaseToken.Parse(token)!;
            if (await database.ReadAsync(session => WorkTable.FindAsync(session, orderId, itemId)) is { } row && row.Token == secret)
                held.Add(token);
        }
        tokens.Clear();
        tokens.AddRange(held);
        return held.Count;
    }

    /// <summary>Ends a lease whose holder has gone.</summary>
    public async Task LoseAsync(string token, CancellationToken cancellationToken)
    {
        var (orderId, itemId, secret) = LeaseToken.Parse(token)!;
        if (await database.ReadAsync(session => WorkTable.FindAsync(session, orderId, itemId)) is { } row && row.Token == secret)
            await LoseAsync(row, isExpired: false, cancellationToken);
    }

    /// <summary>Ends a lease that nobody was told of.</summary>
    public async Task GiveBackAsync(string token, CancellationToken cancellationToken)
    {
        var lease = LeaseToken.Parse(token)!;
        try
        {
            await ReportAsync(Caller.Server, lease, null, new ReportWorkRequest { Return = new Return() }, cancellationToken);
        }
        catch (Grpc.Core.RpcException)
        {
            // It has run out, or does so by itself.
        }
    }

    /// <summary>Ends a lease that ran out, or whose holder has gone: the item is tried again, or fails where it was tried too often.</summary>
    /// <param name="seen">The row as it was seen.</param>
    /// <param name="isExpired">Whether it ran out by the clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<bool> LoseAsync(WorkRow seen, bool isExpired, CancellationToken cancellationToken) => InTurnAsync(seen.OrderId, async () =>
    {
        var now = time.GetUtcNow();
        var (row, stored) = await database.ReadAsync(async session => (await WorkTable.FindAsync(session, seen.OrderId, seen.ItemId), await orders.FindAsync(session, seen.OrderId)));
        if (row is not { State: "leased" } || row.Token != seen.Token || stored is null || (isExpired && row.Due > now.ToUnixTimeMilliseconds()))
            return false;
        var item = ServiceOrderLifecycle.Leaves(stored.Resource).First(each => each.Id == row.ItemId);
        var isOverdue = row.Deadline <= now.ToUnixTimeMilliseconds();
        var after = stored.Resource;
        var end = AfterAttempt(row, item, now, null);
        if (isOverdue || row.Attempt >= options.Value.MaxAttempts)
        {
            after = stored.Resource.Clone();
            Fail(after, row.ItemId, now,
            [
                new ServiceOrderItemErrorMessage
                {
                    Code = isOverdue ? "workTimeout" : "leaseLost",
                    Reason = isOverdue ? "The item was in work for too long" : "No worker has finished the item",
                    Message = isOverdue
                        ? $"Worker '{row.Worker}' had it last."
                        : $"The item was tried {row.Attempt} times; worker '{row.Worker}', who had it last, neither finished it nor said so.",
                },
            ]);
            end = ("blocked", null, row.Attempt);
        }
        var drafts = Drafts(stored.Resource, after);
        var suspended = drafts.Count > 0 && ServiceOrderLifecycle.HasSuspended(stored.Resource)
            ? await database.ReadAsync(session => Suspension.FindAsync(session, row.OrderId))
            : Suspension.None;
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                await WorkTable.EndAsync(write, row, end.State, end.Due, end.Attempt, isExpired: true);
                await WriteAsync(write, stored, drafts, suspended);
                return true;
            },
            cancellationToken);
    }, cancellationToken);

    private async Task<T> InTurnAsync<T>(string orderId, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)orderId.GetHashCode(StringComparison.Ordinal) % _turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await Database.RetryAsync(work);
        }
        finally
        {
            turn.Release();
        }
    }

    private sealed record Outcome(ServiceOrder? After, (string State, DateTimeOffset? Due, long Attempt)? Ends)
    {
        public IReadOnlyList<(Stored<Service>? Before, Draft<Service> After)> Services { get; init; } = [];
    }

    private async ValueTask<Outcome> ApplyAsync(ReportWorkRequest request, WorkRow row, ServiceOrder before, DateTimeOffset now)
    {
        var after = before.Clone();
        var item = ServiceOrderLifecycle.Leaves(after).First(each => each.Id == row.ItemId);
        var itself = new ServiceOrderItemRef { ItemId = item.Id, ServiceOrderId = after.Id };
        switch (request.ReportCase)
        {
            case ReportWorkRequest.ReportOneofCase.Milestone:
                var milestone = request.Milestone.Clone();
                milestone.Id = milestone.HasId ? milestone.Id : Guid.CreateVersion7().ToString();
                milestone.MilestoneDate ??= TmfDate.Of(now);
                milestone.ServiceOrderItem.Add(itself);
                after.Milestone.Add(milestone);
                return new Outcome(after, null);
            case ReportWorkRequest.ReportOneofCase.JeopardyAlert:
                var alert = request.JeopardyAlert.Clone();
                alert.Id = alert.HasId ? alert.Id : Guid.CreateVersion7().ToString();
                alert.AlertDate ??= TmfDate.Of(now);
                alert.ServiceOrderItem.Add(itself);
                after.JeopardyAlert.Add(alert);
                return new Outcome(after, null);
            case ReportWorkRequest.ReportOneofCase.Hold:
                Move(after, item, ServiceOrderItemState.Held, now);
                AddNote(after, row, request.Hold.Reason, now);
                return new Outcome(after, null);
            case ReportWorkRequest.ReportOneofCase.Resumption:
                Move(after, item, ServiceOrderItemState.InProgress, now);
                return new Outcome(after, null);
            case ReportWorkRequest.ReportOneofCase.InformationRequest:
                Move(after, item, ServiceOrderItemState.Pending, now);
                AddNote(after, row, request.InformationRequest.Message, now);
                return new Outcome(after, ("blocked", null, row.Attempt - 1));
            case ReportWorkRequest.ReportOneofCase.Completion:
                var delivered = await DeliverAsync(request.Completion, after, item, now);
                Move(after, item, ServiceOrderItemState.Completed, now);
                return new Outcome(after, ("blocked", null, row.Attempt)) { Services = delivered };
            case ReportWorkRequest.ReportOneofCase.Failure when request.Failure.Retryable && row.Attempt < options.Value.MaxAttempts && row.Deadline > now.ToUnixTimeMilliseconds():
                return new Outcome(null, AfterAttempt(row, item, now, request.Failure.RetryAfter?.ToTimeSpan()));
            case ReportWorkRequest.ReportOneofCase.Failure:
                Fail(after, row.ItemId, now, request.Failure.ErrorMessages);
                return new Outcome(after, ("blocked", null, row.Attempt));
            case ReportWorkRequest.ReportOneofCase.Return:
                return new Outcome(null, (item.State == ServiceOrderItemState.InProgress ? "waiting" : "blocked", null, row.Attempt - 1));
            default:
                return new Outcome(null, null);
        }
    }

    /// <summary>Where an item stands that is to be tried again: one that was suspended meanwhile waits to be resumed.</summary>
    private (string State, DateTimeOffset? Due, long Attempt) AfterAttempt(WorkRow row, ServiceOrderItem item, DateTimeOffset now, TimeSpan? after) =>
        item.State == ServiceOrderItemState.InProgress ? ("delayed", now + (after ?? options.Value.Backoff(row.Attempt)), row.Attempt) : ("blocked", null, row.Attempt);

    private static void Fail(ServiceOrder order, string itemId, DateTimeOffset now, IReadOnlyCollection<ServiceOrderItemErrorMessage> messages)
    {
        var item = ServiceOrderLifecycle.Leaves(order).First(each => each.Id == itemId);
        foreach (var message in messages.Select(message => message.Clone()))
        {
            message.Timestamp ??= TmfDate.Of(now);
            item.ErrorMessage.Add(message);
        }
        Move(order, item, ServiceOrderItemState.Failed, now);
    }

    private static void Move(ServiceOrder order, ServiceOrderItem item, ServiceOrderItemState state, DateTimeOffset now)
    {
        var from = item.State;
        if (!ServiceOrderLifecycle.Report(item, state))
        {
            throw ApiErrors.ServiceOrderChangeForbidden(order.Id, [Violation("lease_token", ErrorReason.ServiceOrderTransitionForbidden,
                $"Item '{item.Id}' cannot go from {EnumNames.Json(from)} to {EnumNames.Json(state)}.")]);
        }
        ServiceOrderLifecycle.Settle(order, now);
    }

    private static void AddNote(ServiceOrder order, WorkRow row, string text, DateTimeOffset now)
    {
        if (text.Length > 0)
            order.Note.Add(new Note { Id = Guid.CreateVersion7().ToString(), Author = row.Worker, Date = TmfDate.Of(now), Text = $"Item {row.ItemId}: {text}" });
    }

    /// <summary>The states that the order passes through, as they are written; none where nothing changes.</summary>
    private static List<Draft<ServiceOrder>> Drafts(ServiceOrder before, ServiceOrder after) =>
        before.Equals(after) ? [] : [.. ServiceOrderLifecycle.Steps(before, after).Select(step => new Draft<ServiceOrder>(step))];

    private async ValueTask WriteAsync(Write write, Stored<ServiceOrder> stored, List<Draft<ServiceOrder>> drafts, Suspension suspended)
    {
        if (drafts.Count == 0)
            return;
        if (suspended.States.Count > 0)
        {
            var before = ServiceOrderItems.All(stored.Resource, "").ToDictionary(placed => placed.Item.Id, placed => placed.Item);
            await ServiceOrderLifecycle.Remaining(suspended, before, drafts[^1].Resource).SaveAsync(write, stored.Resource.Id);
        }
        await store.WriteStepsAsync(write, stored, drafts);
    }

    /// <summary>What the inventory has then, with the item's service and those that it is related to.</summary>
    private async ValueTask<IReadOnlyList<(Stored<Service>? Before, Draft<Service> After)>> DeliverAsync(Completion completion, ServiceOrder order, ServiceOrderItem item, DateTimeOffset now)
    {
        var complete = DeliveredService.Complete(item.Service, completion.Service);
        if (item.Action != OrderItemAction.Add)
        {
            var before = await database.ReadAsync(session => services.FindAsync(session, item.Service.Id));
            if (before is null || before.Resource.State == Tmf.ServiceInventory.V5.ServiceState.Terminated)
                throw ApiErrors.ServiceOrderChangeForbidden(order.Id, [Violation("completion", ErrorReason.ServiceUnknown, $"There is no service with id '{item.Service.Id}' any more that is not terminated.")]);
            var after = item.Action == OrderItemAction.Delete
                ? DeliveredService.Terminate(before.Resource, order, item, now)
                : DeliveredService.Modify(before.Resource, order, item, complete, now);
            return [(before, new Draft<Service>(after))];
        }

        var service = DeliveredService.Add(order, item, complete, now);
        item.Service.Id = service.Id;
        var items = ServiceOrderItems.All(order, "").Select(placed => placed.Item).ToList();
        foreach (var (type, other) in RelatedOf(item, items).Where(related => related.Item.State == ServiceOrderItemState.Completed))
            DeliveredService.Relate(service, type, other.Service.Id);
        var written = new List<(Stored<Service>? Before, Draft<Service> After)> { (null, new Draft<Service>(service)) };
        // Those that were there first refer to it as their items do.
        foreach (var other in items.Where(each => each != item && each is { Action: OrderItemAction.Add, State: ServiceOrderItemState.Completed, Service.HasId: true }))
        {
            var types = RelatedOf(other, items).Where(related => related.Item == item).Select(related => related.Type).ToList();
            if (types.Count == 0 || await database.ReadAsync(session => services.FindAsync(session, other.Service.Id)) is not { } stored)
                continue;
            var changed = stored.Resource.Clone();
            types.ForEach(type => DeliveredService.Relate(changed, type, service.Id));
            written.Add((stored, new Draft<Service>(changed)));
        }
        return written;
    }

    private static IEnumerable<(string Type, ServiceOrderItem Item)> RelatedOf(ServiceOrderItem item, IReadOnlyList<ServiceOrderItem> items) =>
        from relationship in item.ServiceOrderItemRelationship
        where ServiceOrderItems.IsInThisOrder(relationship.OrderItem)
        let other = items.FirstOrDefault(each => each.Id == relationship.OrderItem.ItemId)
        where other is { Action: OrderItemAction.Add } && other.Id != item.Id
        select (relationship.RelationshipType, other);

    private Timestamp Expiry(Write write, WorkRow row)
    {
        var until = write.Clock + options.Value.LeaseDuration;
        var deadline = DateTimeOffset.FromUnixTimeMilliseconds(row.Deadline ?? long.MaxValue / 2);
        return TmfDate.Of(until < deadline ? until : deadline);
    }
}
