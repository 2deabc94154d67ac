using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Telemetry;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// What becomes of items in work, each a script of steps in one write: whoever reports must hold the lease in the very write
/// that keeps the report.
/// </summary>
internal sealed class WorkStore(
    Database database, OrderTurns turns, ServiceOrderStore store, ResourceTable<ServiceOrder> orders, ResourceTable<CancelServiceOrder> tasks, Delivery delivery, FalloutTable fallout,
    IOptions<FulfillmentOptions> options, TimeProvider time)
{
    private const string Reports = "workReport";

    /// <summary>Hands items of an order over, those that still wait.</summary>
    /// <param name="orderId">The order.</param>
    /// <param name="takers">Who is to get which item.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The assignments, by the items.</returns>
    public Task<IReadOnlyDictionary<string, Assignment>> TakeAsync(string orderId, IReadOnlyDictionary<string, string> takers, CancellationToken cancellationToken) => turns.TakeAsync(orderId, async () =>
    {
        IReadOnlyDictionary<string, Assignment> given = new Dictionary<string, Assignment>();
        var (stored, rows) = await database.ReadAsync(async session => (await orders.FindAsync(session, orderId, Sight.All), await WorkTable.OfAsync(session, orderId)));
        var waiting = rows.Where(row => row.State == "waiting" && takers.ContainsKey(row.ItemId)).ToDictionary(row => row.ItemId);
        if (stored is null || waiting.Count == 0)
            return given;
        var after = stored.Resource.Clone();
        foreach (var item in ServiceOrderLifecycle.Leaves(after))
        {
            // What stands still, or is to be cancelled, is handed to nobody, whatever the queue says.
            if (item.State is not (ServiceOrderItemState.Acknowledged or ServiceOrderItemState.InProgress))
                waiting.Remove(item.Id);
            else if (waiting.ContainsKey(item.Id))
                item.State = ServiceOrderItemState.InProgress;
        }
        if (waiting.Count == 0)
            return given;
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
        foreach (var row in waiting.Values)
            Metrics.HandoutWait.Record(Math.Max(0, clock.ToUnixTimeMilliseconds() - row.Since) / 1000.0);
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
    public Task<ReportWorkResponse> ReportAsync(Caller caller, LeaseToken token, RequestId? requestId, ReportWorkRequest request, CancellationToken cancellationToken) => turns.TakeAsync(token.OrderId, async () =>
    {
        var now = time.GetUtcNow();
        if (requestId is not null
            && await database.ReadAsync(session => RequestIds.FindAnswerAsync<ReportWorkResponse>(session, caller, Reports, requestId, now)) is { Resource: var answer })
        {
            answer.Replayed = true;
            return answer;
        }
        var (row, stored) = await database.ReadAsync(async session => (await WorkTable.FindAsync(session, token.OrderId, token.ItemId), await orders.FindAsync(session, token.OrderId, Sight.All)));
        if (row is not { State: "leased" } || row.Token != token.Secret || stored is null)
            throw ApiErrors.LeaseLost($"item '{token.ItemId}' of order '{token.OrderId}' is finished, waits, or is held by another worker.");
        if (row.Due <= now.ToUnixTimeMilliseconds())
            throw ApiErrors.LeaseLost($"the lease on item '{token.ItemId}' of order '{token.OrderId}' has run out.");

        var report = await ApplyAsync(request, row, stored.Resource, now);
        var cancellation = request.InformationRequest is not null && row.Cancellation == CancelServiceOrderLifecycle.Asked ? await FindCancellationAsync(row.OrderId) : null;
        var order = report.After ?? stored.Resource;
        var follow = await PrepareAsync(stored, order, row, report.Fallout, now);
        var item = ServiceOrderLifecycle.Leaves(order).First(each => each.Id == row.ItemId);
        var response = new ReportWorkResponse { ItemState = item.State, ServiceOrderState = order.State, ServiceId = item.Service.Id };
        if (report.Ends is null)
            response.Cancellation = await database.ReadAsync(session => CancellationNotices.FindAsync(session, row with { Cancellation = report.IsAgreed ? CancelServiceOrderLifecycle.Agreed : row.Cancellation }));
        return await database.WriteAsync(
            caller,
            async write =>
            {
                response.LeaseExpires = report.Ends is null ? Expiry(write, row) : null;
                await RequestIds.AddAsync(write, Reports, requestId, JsonFormat.ToUtf8Bytes(response));
                if (report.Ends is { } end)
                    await EndAsync(write, row, end, stored);
                else
                    await WorkTable.RenewAsync(write, row, options.Value.LeaseDuration, request.Renewal is { HasPercentage: true } renewal ? renewal.Percentage : null);
                await delivery.WriteAsync(write, report.Services);
                await follow(write);
                if (report.IsAgreed)
                {
                    await WorkTable.AgreeAsync(write, row);
                    await Cancellation.TouchAsync(write, row.OrderId);
                }
                if (report.Refusal is { } refusal)
                    await Cancellation.RefuseAsync(write, row.OrderId, refusal);
                if (request.InformationRequest is { } information && cancellation is not null)
                    await CancelServiceOrderEvents.RequireInformationAsync(write, cancellation.Resource, order, information.FieldPath);
                else if (request.InformationRequest is not null)
                    await ServiceOrderEvents.RequireInformationAsync(write, order, request.InformationRequest.FieldPath);
                return response;
            },
            cancellationToken);
    }, cancellationToken);

    /// <summary>Those of some leases that have ended.</summary>
    public async Task<IReadOnlyList<string>> FindEndedAsync(IEnumerable<string> tokens)
    {
        var ended = new List<string>();
        foreach (var token in tokens)
        {
            var (orderId, itemId, secret) = LeaseToken.Parse(token)!;
            if (await database.ReadAsync(session => WorkTable.FindAsync(session, orderId, itemId)) is not { } row || row.Token != secret)
                ended.Add(token);
        }
        return ended;
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

    /// <summary>Ends a lease that ran out, or whose holder has gone: the item is tried again, or falls out where it was tried too often.</summary>
    /// <param name="seen">The row as it was seen.</param>
    /// <param name="isExpired">Whether it ran out by the clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<bool> LoseAsync(WorkRow seen, bool isExpired, CancellationToken cancellationToken) => turns.TakeAsync(seen.OrderId, async () =>
    {
        var now = time.GetUtcNow();
        var (row, stored) = await database.ReadAsync(async session => (await WorkTable.FindAsync(session, seen.OrderId, seen.ItemId), await orders.FindAsync(session, seen.OrderId, Sight.All)));
        if (row is not { State: "leased" } || row.Token != seen.Token || stored is null || (isExpired && row.Due > now.ToUnixTimeMilliseconds()))
            return false;
        var item = ServiceOrderLifecycle.Leaves(stored.Resource).First(each => each.Id == row.ItemId);
        var isOverdue = row.Deadline <= now.ToUnixTimeMilliseconds();
        var after = stored.Resource;
        var end = AfterAttempt(row, item, now, null);
        FalloutType? why = null;
        if ((isOverdue || row.Attempt >= options.Value.MaxAttempts) && !ServiceOrderLifecycle.IsOfCancellation(item.State))
        {
            after = stored.Resource.Clone();
            var isHeld = FallOut(after, row, now,
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
            why = !isHeld ? null : isOverdue ? FalloutType.Overdue : FalloutType.LeaseLost;
            end = ("blocked", null, row.Attempt);
        }
        var follow = await PrepareAsync(stored, after, row, why, now);
        await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                await EndAsync(write, row, end, stored, isExpired: true);
                await follow(write);
                return true;
            },
            cancellationToken);
        Metrics.LostLeases.Add(1, new KeyValuePair<string, object?>("reason", isExpired ? "expired" : "disconnected"));
        return true;
    }, cancellationToken);

    private sealed record Outcome(ServiceOrder? After, (string State, DateTimeOffset? Due, long Attempt)? Ends)
    {
        public IReadOnlyList<DeliveredChange> Services { get; init; } = [];

        public FalloutType? Fallout { get; init; }

        /// <summary>Whether the holder lets the item be cancelled.</summary>
        public bool IsAgreed { get; init; }

        /// <summary>Why the holder does not.</summary>
        public string? Refusal { get; init; }
    }

    /// <summary>Ends a lease, and has a cancellation go on that waits for its holder.</summary>
    private static async ValueTask EndAsync(Write write, WorkRow row, (string State, DateTimeOffset? Due, long Attempt) end, Stored<ServiceOrder> order, bool isExpired = false)
    {
        await WorkTable.EndAsync(write, row, end.State, end.Due, end.Attempt, order.Version, isExpired);
        if (row.Cancellation is not null)
            await Cancellation.TouchAsync(write, row.OrderId);
    }

    private ValueTask<Stored<CancelServiceOrder>?> FindCancellationAsync(string orderId) => database.ReadAsync(async session =>
        await Cancellation.FindAsync(session, orderId) is { } cancellation ? await tasks.FindAsync(session, cancellation.TaskId, Sight.All) : null);

    private async ValueTask<Outcome> ApplyAsync(ReportWorkRequest request, WorkRow row, ServiceOrder before, DateTimeOffset now)
    {
        var after = before.Clone();
        var item = ServiceOrderLifecycle.Leaves(after).First(each => each.Id == row.ItemId);
        var itself = new ServiceOrderItemRef { ItemId = item.Id, ServiceOrderId = after.Id };
        switch (request.ReportCase)
        {
            case ReportWorkRequest.ReportOneofCase.Milestone:
                var milestone = request.Milestone.Clone();
                milestone.Id = milestone.HasId ? milestone.Id : ResourceId.New();
                milestone.MilestoneDate ??= TmfDate.Of(now);
                milestone.ServiceOrderItem.Add(itself);
                after.Milestone.Add(milestone);
                return new Outcome(after, null);
            case ReportWorkRequest.ReportOneofCase.JeopardyAlert:
                var alert = request.JeopardyAlert.Clone();
                alert.Id = alert.HasId ? alert.Id : ResourceId.New();
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
            // Whoever has asked for the cancellation is to say something before it can be decided.
            case ReportWorkRequest.ReportOneofCase.InformationRequest when row.Cancellation == CancelServiceOrderLifecycle.Asked:
                AddNote(after, row, request.InformationRequest.Message, now);
                return new Outcome(after, null);
            case ReportWorkRequest.ReportOneofCase.InformationRequest:
                Move(after, item, ServiceOrderItemState.Pending, now);
                AddNote(after, row, request.InformationRequest.Message, now);
                return new Outcome(after, ("blocked", null, row.Attempt - 1));
            case ReportWorkRequest.ReportOneofCase.Completion:
                var delivered = await delivery.PrepareAsync(request.Completion, after, item, now);
                Move(after, item, ServiceOrderItemState.Completed, now);
                return new Outcome(after, ("blocked", null, row.Attempt)) { Services = delivered };
            case ReportWorkRequest.ReportOneofCase.Failure when request.Failure.Retryable && row.Attempt < options.Value.MaxAttempts && row.Deadline > now.ToUnixTimeMilliseconds():
                return new Outcome(null, AfterAttempt(row, item, now, request.Failure.RetryAfter?.ToTimeSpan()));
            case ReportWorkRequest.ReportOneofCase.Failure:
                var type = !request.Failure.Retryable ? FalloutType.Failure : row.Deadline <= now.ToUnixTimeMilliseconds() ? FalloutType.Overdue : FalloutType.AttemptsExhausted;
                return new Outcome(after, ("blocked", null, row.Attempt)) { Fallout = FallOut(after, row, now, request.Failure.ErrorMessages) ? type : null };
            case ReportWorkRequest.ReportOneofCase.Return:
                return new Outcome(null, (item.State == ServiceOrderItemState.InProgress ? "waiting" : "blocked", null, row.Attempt - 1));
            case ReportWorkRequest.ReportOneofCase.CancellationAnswer:
                return Answer(request.CancellationAnswer, row, before.Id);
            case ReportWorkRequest.ReportOneofCase.Cancelled:
                Move(after, item, ServiceOrderItemState.Cancelled, now);
                return new Outcome(after, ("blocked", null, row.Attempt));
            default:
                return new Outcome(null, null);
        }
    }

    /// <summary>What a holder answers who is asked. What it has agreed to stands.</summary>
    private static Outcome Answer(CancellationAnswer answer, WorkRow row, string orderId) => (row.Cancellation, answer.Agreed) switch
    {
        (CancelServiceOrderLifecycle.Asked, true) => new Outcome(null, null) { IsAgreed = true },
        (CancelServiceOrderLifecycle.Asked, false) => new Outcome(null, null) { Refusal = answer.Reason.Length > 0 ? $"Item '{row.ItemId}': {answer.Reason}" : $"Item '{row.ItemId}' cannot be cancelled any more." },
        (CancelServiceOrderLifecycle.Agreed or CancelServiceOrderLifecycle.Pending, true) => new Outcome(null, null),
        _ => throw ApiErrors.ServiceOrderChangeForbidden(orderId, [Violation("cancellation_answer", ErrorReason.ServiceOrderTransitionForbidden,
            row.Cancellation is CancelServiceOrderLifecycle.Agreed or CancelServiceOrderLifecycle.Pending
                ? $"It was agreed already that item '{row.ItemId}' is cancelled."
                : $"Nobody asks whether item '{row.ItemId}' can be cancelled.")]),
    };

    /// <summary>Where an item stands that is to be tried again: one that was suspended meanwhile waits to be resumed.</summary>
    private (string State, DateTimeOffset? Due, long Attempt) AfterAttempt(WorkRow row, ServiceOrderItem item, DateTimeOffset now, TimeSpan? after) =>
        item.State == ServiceOrderItemState.InProgress ? ("delayed", now + (after ?? options.Value.Backoff(row.Attempt)), row.Attempt) : ("blocked", null, row.Attempt);

    /// <summary>Ends the attempts at an item: it fails, or is held for somebody to decide, who is told why in any case. What is being cancelled is not held.</summary>
    /// <returns>Whether it is held.</returns>
    private bool FallOut(ServiceOrder order, WorkRow row, DateTimeOffset now, RepeatedField<ServiceOrderItemErrorMessage> messages)
    {
        var item = ServiceOrderLifecycle.Leaves(order).First(each => each.Id == row.ItemId);
        var isHeld = options.Value.OnFailure == FailureMode.Hold && !ServiceOrderLifecycle.IsOfCancellation(item.State);
        if (isHeld && messages.Count == 0)
            messages = [new ServiceOrderItemErrorMessage { Code = "unknown", Reason = "No reason was given", Message = $"Worker '{row.Worker}' has not said why the item has failed." }];
        foreach (var message in messages.Select(message => message.Clone()))
        {
            message.Timestamp ??= TmfDate.Of(now);
            item.ErrorMessage.Add(message);
        }
        Move(order, item, isHeld ? ServiceOrderItemState.Held : ServiceOrderItemState.Failed, now);
        return isHeld;
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
            order.Note.Add(new Note { Id = ResourceId.New(), Author = row.Worker, Date = TmfDate.Of(now), Text = $"Item {row.ItemId}: {text}" });
    }

    /// <summary>What a write has to do to bring an order to where a report has brought it, and to keep what has fallen out.</summary>
    private async ValueTask<Func<Write, ValueTask>> PrepareAsync(Stored<ServiceOrder> stored, ServiceOrder after, WorkRow row, FalloutType? why, DateTimeOffset now)
    {
        if (why is not { } type)
            return await store.PrepareStepsAsync(stored, after);
        var steps = await store.PrepareStepsAsync(stored, after, heldByItself: row.ItemId);
        var opening = await fallout.PrepareOpeningAsync(after, row, type, now);
        return async write =>
        {
            await steps(write);
            await opening(write);
        };
    }

    private Timestamp Expiry(Write write, WorkRow row)
    {
        var until = write.Clock + options.Value.LeaseDuration;
        var deadline = DateTimeOffset.FromUnixTimeMilliseconds(row.Deadline ?? long.MaxValue / 2);
        return TmfDate.Of(until < deadline ? until : deadline);
    }
}
