using ServiceOrdering.Errors.V1;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>What a request about service orders must be, and what the server adds to it. Pure.</summary>
internal static class ServiceOrderRequests
{
    /// <summary>Refuses what TMF641 refuses, all of it at once, and makes the order a new one.</summary>
    public static (ServiceOrder Order, RequestId? RequestId) Check(CreateServiceOrderRequest request, TimeProvider time)
    {
        var violations = RequestFields.Check(request);
        if (request.ServiceOrder is { } sent)
            CheckItems(sent, "service_order.", violations);
        var requestId = RequestId.Of(request.RequestId, request.ServiceOrder, violations);
        if (violations.Count > 0)
            throw ApiErrors.RequestInvalid(violations);

        var order = request.ServiceOrder;
        if (!order.HasType)
            order.Type = "ServiceOrder";
        Accept(order, time);
        return (order, requestId);
    }

    /// <summary>Makes what was sent an order that is accepted now.</summary>
    public static void Accept(ServiceOrder order, TimeProvider time)
    {
        order.Id = ResourceId.New();
        order.State = ServiceOrderState.Acknowledged;
        order.OrderDate = time.Now();
        foreach (var (item, _) in ServiceOrderItems.All(order, ""))
            item.State = ServiceOrderItemState.Acknowledged;
    }

    public static ResourceQuery Check(ListServiceOrdersRequest request, Sight sight, UnknownAttributes unknown) => ResourceQuery.Check(
        sight, ResourceSchema.For(ServiceOrder.Descriptor), unknown, request.Filter, request.Sort, request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);

    public static ResourceChange<ServiceOrder> Check(UpdateServiceOrderRequest request, string href) =>
        new MaskChange<ServiceOrder>("service_order", request.ServiceOrder, request.UpdateMask, href);

    public static ResourceChange<ServiceOrder> Check(PatchServiceOrderRequest request, string href, bool isStrict) =>
        new PatchChange<ServiceOrder>(request.Patch, href, isStrict);

    /// <summary>Item ids are unique, and relationships lead to items that are there and do not go round in a circle.</summary>
    public static void CheckItems(ServiceOrder order, string path, List<FieldViolation> violations)
    {
        var byId = new Dictionary<string, ServiceOrderItem>();
        foreach (var (item, place) in ServiceOrderItems.All(order, path))
        {
            if (item is { HasId: true, Id: "" })
                violations.Add(Violation($"{place}.id", ErrorReason.FieldInvalid, "An item's id must not be empty."));
            else if (item.HasId && !byId.TryAdd(item.Id, item))
                violations.Add(Violation($"{place}.id", ErrorReason.ServiceOrderItemDuplicate, $"Another item of this order has the id '{item.Id}'."));
            if (item is { HasQuantity: true, Quantity: < 0 })
                violations.Add(Violation($"{place}.quantity", ErrorReason.FieldInvalid, $"'quantity' is {item.Quantity}; allowed is 0 or more."));
        }

        foreach (var (item, place) in ServiceOrderItems.All(order, path))
            CheckRelationships(item, place, byId, violations);

        if (ServiceOrderItems.FindCycle(byId) is { } cycle)
            violations.Add(Violation($"{path}service_order_item", ErrorReason.ServiceOrderItemCycle,
                $"Items depend on each other in a circle: {string.Join(" -> ", cycle)}."));
    }

    private static void CheckRelationships(
        ServiceOrderItem item, string place, Dictionary<string, ServiceOrderItem> byId, List<FieldViolation> violations)
    {
        for (var i = 0; i < item.ServiceOrderItemRelationship.Count; i++)
        {
            var other = item.ServiceOrderItemRelationship[i].OrderItem;
            if (!ServiceOrderItems.IsInThisOrder(other))
                continue;
            var field = $"{place}.service_order_item_relationship[{i}].order_item.item_id";
            if (!byId.ContainsKey(other.ItemId))
                violations.Add(UnknownItem(field, other));
        }
    }

    public static FieldViolation UnknownItem(string field, ServiceOrderItemRef reference) =>
        Violation(field, ErrorReason.ServiceOrderItemUnknown, reference.HasServiceOrderId
            ? $"Service order '{reference.ServiceOrderId}' has no item with id '{reference.ItemId}'."
            : $"This order has no item with id '{reference.ItemId}'; an item of another order needs its serviceOrderId.");

    public static FieldViolation UnknownPredecessor(string field, string id) =>
        Violation(field, ErrorReason.ServiceOrderUnknown, $"There is no service order with id '{id}'.");

    public static FieldViolation UnknownOrder(string field, ServiceOrderItemRef reference) =>
        Violation(field, ErrorReason.ServiceOrderItemUnknown, $"There is no service order with id '{reference.ServiceOrderId}'.");
}
