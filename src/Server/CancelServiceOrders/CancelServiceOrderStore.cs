using Microsoft.Extensions.Options;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>What is done to requests to cancel orders, each a script of steps in one write.</summary>
internal sealed class CancelServiceOrderStore(
    Database database, ServiceOrderStore store, ResourceTable<ServiceOrder> orders, ResourceTable<CancelServiceOrder> tasks, ResourceKind<CancelServiceOrder> kind,
    IOptions<CancellationOptions> options, TimeProvider time)
{
    /// <summary>Accepts a request, and takes it as far as it goes by itself.</summary>
    public Task<Stored<CancelServiceOrder>> CreateAsync(
        Caller caller, CancelServiceOrder task, RequestId? requestId, Action<Draft<CancelServiceOrder>> makeRoom, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        if (requestId is not null
            && await database.ReadAsync(session => RequestIds.FindAnswerAsync<CancelServiceOrder>(session, caller, kind.Name, requestId, time.GetUtcNow())) is { } answer)
        {
            return answer;
        }
        var create = await PrepareCreateAsync(task, caller.Sight, makeRoom, requestId);
        return await database.WriteAsync(caller, create, cancellationToken);
    });

    /// <summary>What a write has to do to create a request, and may do together with other things. An order that is not seen is not there.</summary>
    public async ValueTask<Func<Write, ValueTask<Stored<CancelServiceOrder>>>> PrepareCreateAsync(
        CancelServiceOrder task, Sight sight, Action<Draft<CancelServiceOrder>> makeRoom, RequestId? requestId = null)
    {
        var orderId = task.ServiceOrder.Id;
        var (stored, open) = await database.ReadAsync(async session => (await orders.FindAsync(session, orderId, sight), await Cancellation.FindAsync(session, orderId)));
        if (stored is null)
            throw ApiErrors.ServiceOrderUnknown(orderId);
        if (ServiceOrderLifecycle.IsFinal(stored.Resource.State))
            throw ApiErrors.ServiceOrderNotCancellable(orderId, $"it is {EnumNames.Json(stored.Resource.State)}, which is final.");
        if (open is not null)
            throw ApiErrors.ServiceOrderNotCancellable(orderId, $"request '{open.TaskId}' to cancel it is open.");

        var begun = new Cancellation(orderId, task.Id, CancellationPhase.Waiting) { Reason = task.CancellationReason };
        var view = await SeeAsync(stored.Resource, task, begun);
        var outcome = Prepare(view, new Draft<CancelServiceOrder>(task));
        makeRoom(outcome.Tasks[^1]);
        return async write =>
        {
            await RequestIds.AddAsync(write, kind.Name, requestId, outcome.Tasks[^1].Body);
            if (outcome.Decided.Next is { } next)
                await next.AddAsync(write);
            return await WriteAsync(write, stored, null, outcome);
        };
    }

    /// <summary>Takes a cancellation as far as it goes now.</summary>
    public Task<bool> LookAsync(string orderId, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        if (await database.ReadAsync(session => Cancellation.FindAsync(session, orderId)) is not { } cancellation)
            return false;
        var (stored, task) = await database.ReadAsync(async session => (await orders.FindAsync(session, orderId, Sight.All), await tasks.GetAsync(session, cancellation.TaskId, Sight.All)));
        var view = await SeeAsync(stored?.Resource, task.Resource, cancellation);
        var outcome = Prepare(view);
        return await database.WriteAsync(
            Caller.Server,
            async write =>
            {
                if (outcome.Decided.Next is { } next)
                    await next.UpdateAsync(write, cancellation.Due);
                else
                    await cancellation.RemoveAsync(write);
                await WriteAsync(write, stored, task, outcome);
                return true;
            },
            cancellationToken);
    });

    private sealed record Prepared(CancellationOutcome Decided, int Held, IReadOnlyList<Draft<ServiceOrder>> Orders, IReadOnlyList<Draft<CancelServiceOrder>> Tasks);

    private Prepared Prepare(CancellationView view, params IEnumerable<Draft<CancelServiceOrder>> first)
    {
        var outcome = CancelServiceOrderLifecycle.Decide(view, time.GetUtcNow(), options.Value.AnswerTimeout);
        return new Prepared(outcome, view.Items.Values.Count(item => item.IsLeased), [.. outcome.Orders.Select(order => new Draft<ServiceOrder>(order))], [.. first, .. outcome.Tasks.Select(task => new Draft<CancelServiceOrder>(task))]);
    }

    private async ValueTask<CancellationView> SeeAsync(ServiceOrder? order, CancelServiceOrder task, Cancellation cancellation)
    {
        var (items, suspension) = await database.ReadAsync(async session => (await CancellableItem.FindAsync(session, cancellation.OrderId), await Suspension.FindAsync(session, cancellation.OrderId)));
        return new CancellationView(order, task, cancellation, items, suspension);
    }

    private async ValueTask<Stored<CancelServiceOrder>> WriteAsync(Write write, Stored<ServiceOrder>? order, Stored<CancelServiceOrder>? task, Prepared outcome)
    {
        if (outcome.Orders.Count > 0)
        {
            await CancellableItem.ExpectHeldAsync(write, order!.Resource.Id, outcome.Held);
            await store.WriteStepsAsync(write, order, outcome.Orders);
            // What is over is not resumed.
            if (ServiceOrderLifecycle.IsFinal(outcome.Orders[^1].Resource.State))
                await Suspension.None.SaveAsync(write, order.Resource.Id);
            if (outcome.Decided.Mark is { } mark)
                await CancellableItem.MarkAsync(write, order.Resource.Id, mark);
        }
        foreach (var step in outcome.Tasks)
        {
            var before = task?.Resource;
            task = await tasks.WriteAsync(write, task, step);
            await CancelServiceOrderEvents.ChangedAsync(write, before, step.Resource, order?.Resource);
        }
        return task!;
    }
}
