using ServiceOrdering.Errors.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;
using Service = Tmf.ServiceInventory.V5.Service;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>What completing an item makes of the inventory: made before the writer's turn, and written with the order.</summary>
internal sealed class Delivery(Database database, ResourceTable<Service> services)
{
    /// <summary>The services that change with an item: its own, whose id the item is given, and those that it is related to.</summary>
    public async ValueTask<IReadOnlyList<DeliveredChange>> PrepareAsync(Completion completion, ServiceOrder order, ServiceOrderItem item, DateTimeOffset now)
    {
        var complete = DeliveredService.Complete(item.Service, completion.Service);
        if (item.Action != OrderItemAction.Add)
        {
            var before = await database.ReadAsync(session => services.FindAsync(session, item.Service.Id, Sight.All));
            if (before is null || before.Resource.State == Tmf.ServiceInventory.V5.ServiceState.Terminated)
                throw ApiErrors.ServiceOrderChangeForbidden(order.Id, [Violation("completion", ErrorReason.ServiceUnknown, $"There is no service with id '{item.Service.Id}' any more that is not terminated.")]);
            var after = item.Action == OrderItemAction.Delete
                ? DeliveredService.Terminate(before.Resource, order, item, now)
                : DeliveredService.Modify(before.Resource, order, item, complete, now);
            return [new(before, new Draft<Service>(after))];
        }

        var service = DeliveredService.Add(order, item, complete, now);
        item.Service.Id = service.Id;
        var items = ServiceOrderItems.All(order, "").Select(placed => placed.Item).ToList();
        foreach (var (type, other) in RelatedOf(item, items).Where(related => related.Item.State == ServiceOrderItemState.Completed))
            DeliveredService.Relate(service, type, other.Service.Id);
        var changes = new List<DeliveredChange> { new(null, new Draft<Service>(service)) };
        // Those that were there first refer to it as their items do.
        foreach (var other in items.Where(each => each != item && each is { Action: OrderItemAction.Add, State: ServiceOrderItemState.Completed, Service.HasId: true }))
        {
            var types = RelatedOf(other, items).Where(related => related.Item == item).Select(related => related.Type).ToList();
            if (types.Count == 0 || await database.ReadAsync(session => services.FindAsync(session, other.Service.Id, Sight.All)) is not { } stored)
                continue;
            var changed = stored.Resource.Clone();
            types.ForEach(type => DeliveredService.Relate(changed, type, service.Id));
            changes.Add(new(stored, new Draft<Service>(changed)));
        }
        return changes;
    }

    public async ValueTask WriteAsync(Write write, IReadOnlyList<DeliveredChange> changes)
    {
        foreach (var (before, after) in changes)
            await services.WriteAsync(write, before, after);
    }

    private static IEnumerable<(string Type, ServiceOrderItem Item)> RelatedOf(ServiceOrderItem item, IReadOnlyList<ServiceOrderItem> items) =>
        from relationship in item.ServiceOrderItemRelationship
        where ServiceOrderItems.IsInThisOrder(relationship.OrderItem)
        let other = items.FirstOrDefault(each => each.Id == relationship.OrderItem.ItemId)
        where other is { Action: OrderItemAction.Add } && other.Id != item.Id
        select (relationship.RelationshipType, other);
}

/// <summary>A service before and after; before is null where it is new.</summary>
internal sealed record DeliveredChange(Stored<Service>? Before, Draft<Service> After);
