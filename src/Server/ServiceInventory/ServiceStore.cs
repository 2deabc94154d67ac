using ServiceOrdering.Inventory.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>What is done to services, each a script of steps in one write.</summary>
internal sealed class ServiceStore(Database database, ResourceTable<Service> services, ResourceKind<Service> kind, TimeProvider time)
{
    /// <summary>Creates it, where there is room for the answer.</summary>
    public Task<Stored<Service>> CreateAsync(
        Caller caller, Service service, RequestId? requestId, Action<Draft<Service>> makeRoom, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        if (requestId is not null
            && await database.ReadAsync(session => RequestIds.FindAnswerAsync<Service>(session, caller, kind.Name, requestId, time.GetUtcNow())) is { } answer)
        {
            return answer;
        }
        if (kind.Visibility.Missing(service, caller.Sight).ToList() is { Count: > 0 } missing)
            throw ApiErrors.RequestInvalid([.. missing.Select(violation => new FieldViolation(violation) { Field = $"service.{violation.Field}" })]);
        var draft = new Draft<Service>(service);
        makeRoom(draft);
        return await database.WriteAsync(caller, async write =>
        {
            await RequestIds.AddAsync(write, kind.Name, requestId, draft.Body);
            return await services.WriteAsync(write, before: null, draft);
        }, cancellationToken);
    });

    /// <summary>Changes a service by its life's rules.</summary>
    public Task<Stored<Service>> UpdateAsync(
        Caller caller, string id, string etag, ResourceChange<Service> change, Action<Draft<Service>> makeRoom, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var before = await services.GetAsync(id, etag, caller.Sight);
        var after = ServiceChanges.Apply(before.Resource, change, time.GetUtcNow());
        if (before.Resource.Equals(after))
            return before;
        var draft = new Draft<Service>(after);
        makeRoom(draft);
        return await database.WriteAsync(caller, write => services.WriteAsync(write, before, draft), cancellationToken);
    });

    public Task DeleteAsync(Caller caller, string id, string etag, CancellationToken cancellationToken) => Database.RetryAsync(async () =>
    {
        var before = await services.GetAsync(id, etag, caller.Sight);
        return await database.WriteAsync(caller, async write =>
        {
            var users = await ServiceRelations.UsersOfAsync(write.Session, id);
            if (users.Count > 0)
                throw ApiErrors.ServiceInUse(id, users);
            return await services.WriteAsync(write, before, after: null);
        }, cancellationToken);
    });

    public ValueTask<ServiceTopology> GetTopologyAsync(string id, Sight sight, ServiceTopologyDirection direction, int depth, CancellationToken cancellationToken) =>
        database.ScanAsync(
            async session => await ServiceRelations.FollowLinksAsync(session, id, sight, kind.Seen(sight), direction, depth) ?? throw ApiErrors.ServiceNotFound(id), cancellationToken);
}
