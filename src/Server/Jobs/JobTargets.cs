using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.CancelServiceOrders;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.Jobs;

/// <summary>What jobs are about, newest first, and what they do to each.</summary>
internal sealed class JobTargets(
    Database database, ResourceTable<FalloutItem> items, FalloutStore fallout, ResourceTable<ServiceOrder> orders, ResourceKind<ServiceOrder> kind, ServiceOrderStore store,
    CancelServiceOrderStore cancellations, TimeProvider time)
{
    private const string All = "*";

    /// <summary>Which fallout items or orders an operation is about: those that a filter lets through, in a state that it can be done in.</summary>
    /// <exception cref="QueryException">The filter is none.</exception>
    public static Filter FilterOf(JobOperation operation, string filter, UnknownAttributes unknown = UnknownAttributes.MatchNothing)
    {
        var schema = ResourceSchema.For(IsAboutFallout(operation) ? FalloutItem.Descriptor : ServiceOrder.Descriptor);
        var states = operation switch
        {
            JobOperation.HoldOrders => "state=acknowledged,pending,inProgress",
            JobOperation.ResumeOrders => "state=held,pending",
            JobOperation.CancelOrders => "state=acknowledged,pending,held,inProgress",
            _ => "state=open",
        };
        return Filter.And(filter == All ? Filter.All : FilterQuery.Parse(filter, schema, unknown), FilterQuery.Parse(states, schema));
    }

    /// <summary>The place where a job begins: before all that there is when it is asked for, and after what comes later.</summary>
    public static PagePlace Start(Job job) => PagePlace.Before(TmfDate.Text(job.CreatedDate));

    internal static ResourceQuery QueryOf(Job job, PagePlace after, int limit) => new(Sight.All, FilterOf(job.Operation, job.Filter), Sort: null, Offset: 0, limit, after, Fingerprint: "");

    public ValueTask<long> CountAsync(Job job, CancellationToken cancellationToken)
    {
        var query = QueryOf(job, Start(job), limit: 0);
        return IsAboutFallout(job.Operation) ? items.CountAsync(query, cancellationToken) : orders.CountAsync(query, cancellationToken);
    }

    /// <summary>The next ones behind a place.</summary>
    public ValueTask<List<PagePlace>> NextAsync(Job job, PagePlace after, int limit, CancellationToken cancellationToken)
    {
        var query = QueryOf(job, after, limit);
        return IsAboutFallout(job.Operation) ? items.PlacesAsync(query, cancellationToken) : orders.PlacesAsync(query, cancellationToken);
    }

    /// <summary>The order that one belongs to, or is.</summary>
    public async ValueTask<string> OrderOfAsync(Job job, string id) =>
        IsAboutFallout(job.Operation) && await database.ReadAsync(session => items.FindAsync(session, id, Sight.All)) is { } item ? item.Resource.ServiceOrderId : id;

    /// <summary>What a write has to do to one, together with keeping that it was done; null where it is as it shall be.</summary>
    public async ValueTask<Func<Write, ValueTask>?> PrepareAsync(Job job, string id)
    {
        switch (job.Operation)
        {
            case JobOperation.RetryFallout:
                var retry = await fallout.PrepareRetryAsync(id, DecisionOf(job), job.ServiceCharacteristic);
                return async write => await retry(write);
            case JobOperation.FailFallout:
                var failure = await fallout.PrepareFailureAsync(id, DecisionOf(job), []);
                return async write => await failure(write);
            case JobOperation.HoldOrders:
                return await PrepareMoveAsync(job, id, ServiceOrderState.Held, "Held");
            case JobOperation.ResumeOrders:
                // Where it had not begun it is acknowledged then, by its items.
                var resumption = await PrepareMoveAsync(job, id, ServiceOrderState.InProgress, "Resumed");
                // What holds only some of its items is no suspension: fallout is decided one by one, or by a job of its own.
                return (await database.ReadAsync(session => Suspension.FindAsync(session, id))).States.Count > 0
                    ? resumption
                    : throw ApiErrors.ServiceOrderChangeForbidden(id, [Violation("state", ErrorReason.ServiceOrderTransitionForbidden, "The order is not suspended as a whole: its items make it what it is.")]);
            case JobOperation.CancelOrders:
                var reason = job.Note.Length > 0 ? job.Note : $"Cancelled by a job of {job.Actor}.";
                var task = CancelServiceOrderRequests.Begin(new CancelServiceOrder { ServiceOrder = new ServiceOrderRef { Id = id }, CancellationReason = reason });
                var cancellation = await cancellations.PrepareCreateAsync(task, Sight.All, _ => { });
                return async write => await cancellation(write);
            default:
                throw ApiErrors.OperationNotSupported($"Jobs cannot do {job.Operation}.");
        }
    }

    private async ValueTask<Func<Write, ValueTask>?> PrepareMoveAsync(Job job, string id, ServiceOrderState state, string done)
    {
        var before = await orders.GetAsync(id, Sight.All);
        var after = new ServiceOrder { Id = id, State = state };
        if (await store.PrepareUpdateAsync(Caller.Server, before, Change("state"), _ => { }) is null)
            return null;
        after.Note.Add(before.Resource.Note);
        after.Note.Add(new Note { Id = ResourceId.New(), Author = job.Actor, Date = time.Now(), Text = $"{done} by a job. {job.Note}".TrimEnd() });
        var update = await store.PrepareUpdateAsync(Caller.Server, before, Change("state", "note"), _ => { });
        return async write => await update!(write);

        MaskChange<ServiceOrder> Change(params string[] fields) => new("service_order", after, new FieldMask { Paths = { fields } }, $"{kind.Route}/{id}");
    }

    private static bool IsAboutFallout(JobOperation operation) => operation is JobOperation.RetryFallout or JobOperation.FailFallout;

    private static Decision DecisionOf(Job job) => new(job.Actor, job.Note, job.Id);
}
