using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>What is done to service orders, each a script of steps in one write.</summary>
internal sealed class ServiceOrderStore(
    Database database, ResourceTable<ServiceOrder> orders, ResourceKind<ServiceOrder> kind, ResourceTable<Service> services, ServiceOrderChecking checking, IOptions<CheckingOptions> options, TimeProvider time)
{
    private static readonly IReadOnlyDictionary<string, ItemLease> NoLeases = new Dictionary<string, ItemLease>();

    /// <summary>Creates it, where there is room for the answer.</summary>
    /// <param name="caller">Who asks for it.</param>
    /// <param name="order">The order.</param>
    /// <param name="requestId">The client's name for the request, or null.</param>
    /// <param name="checksFirst">Whether it is checked before the answer, where the configuration says so; else only afterwards.</param>
    /// <param name="makeRoom">Makes room for the answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<Stored<ServiceOrder>> CreateAsync(
        Caller caller, ServiceOrder order, RequestId? requestId, bool checksFirst, Action<Draft<ServiceOrder>> makeRoom, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        if (requestId is not null
            && await database.ReadAsync(session => RequestIds.FindAnswerAsync<ServiceOrder>(session, caller, kind.Name, requestId, time.GetUtcNow())) is { } answer)
        {
            return answer;
        }
        if (checksFirst && options.Value.Mode == CheckingMode.Synchronous)
            await CheckAsync(order, caller.Sight, cancellationToken);
        var draft = new Draft<ServiceOrder>(order);
        makeRoom(draft);
        return await database.WriteAsync(caller, async write =>
        {
            var refused = await FindRefusedAsync(write, before: null, order);
            if (refused.Count > 0)
                throw ApiErrors.RequestInvalid([.. refused.Select(violation => new FieldViolation(violation) { Field = $"service_order.{violation.Field}" })]);
            await RequestIds.AddAsync(write, kind.Name, requestId, draft.Body);
            return await orders.WriteAsync(write, before: null, draft);
        }, cancellationToken);
    });

    /// <summary>Changes an order by its life's rules.</summary>
    public Task<Stored<ServiceOrder>> UpdateAsync(
        Caller caller, string id, string etag, ResourceChange<ServiceOrder> change, Action<Draft<ServiceOrder>> makeRoom, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var before = await orders.GetAsync(id, etag, caller.Sight);
        return await PrepareUpdateAsync(caller, before, change, makeRoom) is { } update ? await database.WriteAsync(caller, update, cancellationToken) : before;
    });

    /// <summary>What a write has to do to change an order, and may do together with other things; null where nothing changes.</summary>
    public async ValueTask<Func<Write, ValueTask<Stored<ServiceOrder>>>?> PrepareUpdateAsync(
        Caller caller, Stored<ServiceOrder> before, ResourceChange<ServiceOrder> change, Action<Draft<ServiceOrder>> makeRoom)
    {
        var id = before.Resource.Id;
        var suspended = ServiceOrderLifecycle.HasSuspended(before.Resource) ? await database.ReadAsync(session => Suspension.FindAsync(session, id)) : Suspension.None;
        var leases = before.Resource.StartDate is null ? NoLeases : await database.ReadAsync(session => ItemLease.FindAsync(session, id));
        var (after, suspension) = ServiceOrderChanges.Apply(before.Resource, suspended, leases, change, Actors.Of(caller), time.GetUtcNow());
        if (before.Resource.Equals(after))
            return null;
        var steps = ServiceOrderLifecycle.Steps(before.Resource, after).Select(step => new Draft<ServiceOrder>(step)).ToList();
        makeRoom(steps[^1]);
        return async write =>
        {
            var refused = await FindRefusedAsync(write, before.Resource, after);
            if (refused.Count > 0)
                throw ApiErrors.RequestInvalid(change.Locate(refused));
            if (suspended.States.Count > 0 || suspension.States.Count > 0)
                await suspension.SaveAsync(write, id);
            return await WriteStepsAsync(write, before, steps);
        };
    }

    /// <summary>What a write has to do to bring an order to where its items have been brought: its steps, and what is left of its suspension.</summary>
    /// <param name="before">The order as it was read.</param>
    /// <param name="after">The order as it shall be; the same where nothing changes.</param>
    /// <param name="heldByItself">An item that is held whatever becomes of the order's suspension; null for none.</param>
    public async ValueTask<Func<Write, ValueTask>> PrepareStepsAsync(Stored<ServiceOrder> before, ServiceOrder after, string? heldByItself = null)
    {
        if (before.Resource.Equals(after))
            return _ => ValueTask.CompletedTask;
        var id = before.Resource.Id;
        var steps = ServiceOrderLifecycle.Steps(before.Resource, after).Select(step => new Draft<ServiceOrder>(step)).ToList();
        var suspended = ServiceOrderLifecycle.HasSuspended(before.Resource) ? await database.ReadAsync(session => Suspension.FindAsync(session, id)) : Suspension.None;
        var items = ServiceOrderItems.All(before.Resource, "").ToDictionary(placed => placed.Item.Id, placed => placed.Item);
        var remaining = ServiceOrderLifecycle.Remaining(suspended.Without(heldByItself), items, after);
        return async write =>
        {
            if (suspended.States.Count > 0)
                await remaining.SaveAsync(write, id);
            await WriteStepsAsync(write, before, steps);
        };
    }

    /// <summary>Writes each state that an order passes through, so that there is an event for each.</summary>
    public async ValueTask<Stored<ServiceOrder>> WriteStepsAsync(Write write, Stored<ServiceOrder> before, IEnumerable<Draft<ServiceOrder>> steps)
    {
        foreach (var step in steps)
            before = await orders.WriteAsync(write, before, step);
        return before;
    }

    /// <summary>Deletes it, and with it what there is of work on it.</summary>
    /// <param name="caller">Who asks for it.</param>
    /// <param name="id">The order.</param>
    /// <param name="etag">The entity tags that it may have.</param>
    /// <param name="isDeletable">The states in which it may be deleted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task DeleteAsync(Caller caller, string id, string etag, Predicate<ServiceOrderState> isDeletable, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var before = await orders.GetAsync(id, etag, caller.Sight);
        if (!isDeletable(before.Resource.State))
            throw ApiErrors.ServiceOrderNotDeletable(id, EnumNames.Json(before.Resource.State));
        return await database.WriteAsync(
            caller,
            async write =>
            {
                if (ServiceOrderLifecycle.HasSuspended(before.Resource))
                    await Suspension.None.SaveAsync(write, id);
                return await orders.WriteAsync(write, before, after: null);
            },
            cancellationToken);
    });

    /// <summary>Those of some ids that orders have which somebody sees.</summary>
    public async ValueTask<IReadOnlySet<string>> FindKnownAsync(IReadOnlyCollection<string> ids, Sight sight) => ids.Count == 0 ? new HashSet<string>() : await database.ReadAsync(async session =>
        (await session.ListAsync<string>(Known(session, kind.Seen(sight)), Parameters.Of("ids", JsonSerializer.Serialize(ids)).With(sight))).ToHashSet());

    internal static string Known(Session session, string seen) => $"select value from ({session.Each("@ids")}) wanted where exists (select 1 from service_order where id = wanted.value{seen})";

    private async ValueTask CheckAsync(ServiceOrder order, Sight sight, CancellationToken cancellationToken)
    {
        try
        {
            var problems = await checking.CheckAsync(order, sight, "service_order.", cancellationToken);
            if (problems.Count > 0)
                throw ApiErrors.RequestInvalid([.. problems.Select(problem => problem.Violation)]);
        }
        catch (CatalogUnavailableException e)
        {
            throw ApiErrors.ServerUnavailable(e.Message);
        }
    }

    /// <summary>
    /// What cannot be written, by who writes it and what is there: seen in the write that makes it matter. Who does not see everything
    /// cannot newly name what it does not see, whichever checks there are besides: for that is not there.
    /// </summary>
    private async ValueTask<List<FieldViolation>> FindRefusedAsync(Write write, ServiceOrder? before, ServiceOrder after)
    {
        var sight = write.Caller.Sight;
        var refused = await FindUnknownReferencesAsync(write, before, after);
        if (sight.SeesAll)
            return refused;
        refused.AddRange(kind.Visibility.Missing(after, sight));
        var named = before is null ? [] : ServiceOrderChecks.ServicesTouched(before).Select(place => place.Id).ToHashSet();
        foreach (var (id, path) in ServiceOrderChecks.ServicesTouched(after).Where(place => !named.Contains(place.Id)))
        {
            if (await services.FindAsync(write.Session, id, sight) is null)
                refused.Add(ServiceOrderChecks.UnknownService(path, id));
        }
        var awaited = before is null ? [] : ServiceOrderItems.PredecessorsOf(before).ToHashSet();
        foreach (var (id, path) in ServiceOrderItems.PredecessorsOf(after, "").Where(place => !awaited.Contains(place.Id)))
        {
            if (await orders.FindAsync(write.Session, id, sight) is null)
                refused.Add(ServiceOrderRequests.UnknownPredecessor(path, id));
        }
        return refused;
    }

    /// <summary>Items of other orders that this one newly refers to and that are not there; seen in the write that makes them matter.</summary>
    private async ValueTask<List<FieldViolation>> FindUnknownReferencesAsync(Write write, ServiceOrder? before, ServiceOrder after)
    {
        var known = before is null ? [] : ServiceOrderItems.ReferencesToOtherOrders(before).Select(place => place.Reference).ToHashSet();
        var unknown = new List<FieldViolation>();
        foreach (var (reference, path) in ServiceOrderItems.ReferencesToOtherOrders(after).Where(place => !known.Contains(place.Reference)))
        {
            var other = await orders.FindAsync(write.Session, reference.ServiceOrderId, write.Caller.Sight);
            if (other is null)
                unknown.Add(ServiceOrderRequests.UnknownOrder($"{path}.service_order_id", reference));
            else if (reference.HasItemId && ServiceOrderItems.All(other.Resource, "").All(placed => placed.Item.Id != reference.ItemId))
                unknown.Add(ServiceOrderRequests.UnknownItem($"{path}.item_id", reference));
        }
        return unknown;
    }
}
