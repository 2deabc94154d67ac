using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Transcoding.Json;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>A service order and the version of it that its entity tag names.</summary>
internal sealed record StoredServiceOrder(ServiceOrder Order, long Version)
{
    public string ETag => $"\"{Version}\"";
}

/// <summary>A page of service orders.</summary>
internal sealed record ServiceOrderPage(IReadOnlyList<ServiceOrder> Orders, int TotalCount);

/// <summary>Service orders in the database.</summary>
internal sealed class ServiceOrderStore(Database database)
{
    public async Task<StoredServiceOrder> CreateAsync(ServiceOrder order, string correlationId, CancellationToken cancellationToken)
    {
        var body = JsonFormat.ToUtf8Bytes(order);
        return await database.WriteAsync(session =>
        {
            CheckReferences(session, order);
            session.Prepare("insert into service_order (id, version, body) values (@id, 1, @body)")
                .With("@id", order.Id)
                .WithUtf8("@body", body)
                .Execute();
            Count(session, order.State, 1);
            ServiceOrderEvents.Created(session, order, body, correlationId);
            return new StoredServiceOrder(order, 1);
        }, cancellationToken);
    }

    public StoredServiceOrder Get(string id) => database.Read(session => Find(session, id)) ?? throw ApiErrors.ServiceOrderNotFound(id);

    /// <summary>Newest order date first, by id among equals.</summary>
    public ServiceOrderPage List(int offset, int limit) => database.ReadConsistently(session =>
    {
        var total = session.Prepare("select coalesce(sum(total), 0) from service_order_count").ReadFirst(row => row.Integer(0));
        // The inner query pages through the index alone; bodies are read for the page only.
        var orders = session.Prepare(
            """
            select service_order.body
            from (select rowid from service_order order by order_date desc, id limit @limit offset @offset) page
            join service_order on service_order.rowid = page.rowid
            order by order_date desc, id
            """)
            .With("@limit", limit)
            .With("@offset", offset)
            .Read(row => JsonFormat.Parse<ServiceOrder>(row.Utf8(0)));
        return new ServiceOrderPage(orders, (int)total);
    });

    public Task<bool> DeleteAsync(string id, string etag, TimeProvider time, string correlationId, CancellationToken cancellationToken) => database.WriteAsync(session =>
    {
        var stored = Find(session, id) ?? throw ApiErrors.ServiceOrderNotFound(id);
        if (!EntityTag.Matches(etag, stored.ETag))
            throw ApiErrors.ServiceOrderChanged(id, stored.ETag);
        if (!ServiceOrderLifecycle.IsDeletable(stored.Order.State))
            throw ApiErrors.ServiceOrderNotDeletable(id, EnumNames.Json(stored.Order.State));

        session.Prepare("delete from service_order where id = @id").With("@id", id).Execute();
        Count(session, stored.Order.State, -1);
        ServiceOrderEvents.Deleted(session, stored.Order, time.GetUtcNow(), correlationId);
        return true;
    }, cancellationToken);

    private static StoredServiceOrder? Find(Session session, string id) =>
        session.Prepare("select version, body from service_order where id = @id")
            .With("@id", id)
            .ReadFirst(row => new StoredServiceOrder(JsonFormat.Parse<ServiceOrder>(row.Utf8(1)), row.Integer(0)));

    /// <summary>Items of other orders that this one refers to are there; seen in the transaction that makes them matter.</summary>
    private static void CheckReferences(Session session, ServiceOrder order)
    {
        var violations = new List<FieldViolation>();
        foreach (var (reference, path) in ServiceOrderItems.ReferencesToOtherOrders(order, "service_order"))
        {
            var other = Find(session, reference.ServiceOrderId)?.Order;
            if (other is null)
                violations.Add(ServiceOrderRequests.UnknownOrder($"{path}.service_order_id", reference));
            else if (reference.HasItemId && ServiceOrderItems.All(other, "").All(placed => placed.Item.Id != reference.ItemId))
                violations.Add(ServiceOrderRequests.UnknownItem($"{path}.item_id", reference));
        }
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);
    }

    private static void Count(Session session, ServiceOrderState state, int change) =>
        session.Prepare(
            """
            insert into service_order_count (state, total) values (@state, @change)
            on conflict (state) do update set total = total + excluded.total
            """)
            .With("@state", EnumNames.Json(state))
            .With("@change", change)
            .Execute();
}
