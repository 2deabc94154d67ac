using System.Buffers;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Service orders in the database.</summary>
internal sealed class ServiceOrderStore(Database database, TimeProvider time)
{
    public static readonly ResourceKind<ServiceOrder> Kind = new(
        Name: "serviceOrder",
        Table: "service_order",
        Route: "/tmf-api/serviceOrdering/v4/serviceOrder",
        Attributes: new Dictionary<string, string>
        {
            ["id"] = "id",
            ["state"] = "state",
            ["orderDate"] = "order_date",
            ["externalId"] = "external_id",
        },
        DateColumn: "order_date",
        Id: order => order.Id,
        State: order => EnumNames.Json(order.State),
        Date: order => TmfDate.Text(order.OrderDate),
        NotFound: ApiErrors.ServiceOrderNotFound,
        Changed: ApiErrors.ServiceOrderChanged);

    private readonly ResourceStore<ServiceOrder> _resources = new(database, Kind, time);

    public Stored<ServiceOrder> Get(string id) => _resources.Get(id);

    public string CopyTo(IBufferWriter<byte> output, string id, string href) => _resources.CopyTo(output, id, href);

    public ResourcePage<ServiceOrder> List(ResourceQuery query, CancellationToken cancellationToken) => _resources.List(query, cancellationToken);

    public Task<Stored<ServiceOrder>> CreateAsync(ServiceOrder order, RequestId? requestId, string correlationId, CancellationToken cancellationToken) =>
        _resources.CreateAsync(order, requestId, (session, created, body) =>
        {
            CheckReferences(session, created, before: null, field => $"service_order.{field}");
            ServiceOrderEvents.Created(session, created, body.Span, correlationId);
        }, cancellationToken);

    /// <summary>Changes an order by its life's rules; <paramref name="show"/> gives it the form that the caller has seen.</summary>
    public Task<Stored<ServiceOrder>> UpdateAsync(
        string id, string etag, ResourceChange<ServiceOrder> change, Func<ServiceOrder, ServiceOrder> show, string correlationId,
        CancellationToken cancellationToken) =>
        _resources.UpdateAsync(
            id,
            etag,
            before => ServiceOrderChanges.Apply(show(before.Clone()), change, time.GetUtcNow()),
            (session, before, after) =>
            {
                CheckReferences(session, after, before, change.Locate);
                ServiceOrderEvents.Changed(session, before, after, time.GetUtcNow(), correlationId);
            },
            cancellationToken);

    public Task<bool> DeleteAsync(string id, string etag, string correlationId, CancellationToken cancellationToken) =>
        _resources.DeleteAsync(id, etag, (session, order) =>
        {
            if (!ServiceOrderLifecycle.IsDeletable(order.State))
                throw ApiErrors.ServiceOrderNotDeletable(id, EnumNames.Json(order.State));
            ServiceOrderEvents.Deleted(session, order, time.GetUtcNow(), correlationId);
        }, cancellationToken);

    /// <summary>Items of other orders that this one newly refers to are there; seen in the transaction that makes them matter.</summary>
    private void CheckReferences(Session session, ServiceOrder order, ServiceOrder? before, Func<string, string> locate)
    {
        var known = before is null ? [] : ServiceOrderItems.ReferencesToOtherOrders(before).Select(place => place.Reference).ToHashSet();
        var violations = new List<FieldViolation>();
        foreach (var (reference, path) in ServiceOrderItems.ReferencesToOtherOrders(order).Where(place => !known.Contains(place.Reference)))
        {
            var other = _resources.Find(session, reference.ServiceOrderId)?.Resource;
            if (other is null)
                violations.Add(ServiceOrderRequests.UnknownOrder(locate($"{path}.service_order_id"), reference));
            else if (reference.HasItemId && ServiceOrderItems.All(other, "").All(placed => placed.Item.Id != reference.ItemId))
                violations.Add(ServiceOrderRequests.UnknownItem(locate($"{path}.item_id"), reference));
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
    }
}
