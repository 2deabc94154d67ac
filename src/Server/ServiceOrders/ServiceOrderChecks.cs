using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Why an order cannot be worked as it was placed.</summary>
/// <param name="ItemId">The item that is to blame; null for the order as a whole.</param>
/// <param name="Violation">The field and what is wrong with it.</param>
internal sealed record ServiceOrderProblem(string? ItemId, FieldViolation Violation);

/// <summary>What a dialect checks in orders besides: all that is wrong.</summary>
/// <param name="order">The order.</param>
/// <param name="sight">How much is seen by who has placed it.</param>
/// <param name="path">What leads to the order in the request, with its dot at the end.</param>
internal delegate ValueTask<IReadOnlyList<ServiceOrderProblem>> ServiceOrderCheck(ServiceOrder order, Sight sight, string path);

/// <summary>
/// What an order that is well formed may still have wrong, seen from the inventory and the catalog. Actions and what they are
/// about must go together: TMF641 leaves the rules to the implementation. Pure.
/// </summary>
internal static class ServiceOrderChecks
{
    private const string Title = "The order did not pass its checks";

    private static readonly string Unavailable = ErrorTable.NameOf(ErrorReason.CatalogUnavailable);

    /// <summary>Ids of the services that an order names: that its items are about, and that they refer to.</summary>
    public static IReadOnlySet<string> NamedServices(ServiceOrder order) => ServiceOrderItems.All(order, "")
        .SelectMany(placed => References(placed.Item, placed.Path).Select(reference => reference.Id).Append(placed.Item.Service.Id))
        .Where(id => id.Length > 0)
        .ToHashSet();

    /// <summary>
    /// Ids of the services that an order is about or refers to, with their places. What an item adds gets an id when it is delivered: its
    /// own touches nothing.
    /// </summary>
    public static IEnumerable<(string Id, string Path)> ServicesTouched(ServiceOrder order) => ServiceOrderItems.All(order, "")
        .SelectMany(placed => placed.Item.Action == OrderItemAction.Add || !placed.Item.Service.HasId
            ? References(placed.Item, placed.Path)
            : References(placed.Item, placed.Path).Append((placed.Item.Service.Id, $"{placed.Path}.service.id")))
        .Where(place => place.Item1.Length > 0);

    public static FieldViolation UnknownService(string field, string id) => Violation(field, ErrorReason.ServiceUnknown, $"There is no service with id '{id}'.");

    /// <summary>Ids of the specifications that an order names.</summary>
    public static IReadOnlySet<string> NamedSpecifications(ServiceOrder order) => ServiceOrderItems.All(order, "")
        .Select(placed => placed.Item.Service.ServiceSpecification?.Id ?? "")
        .Where(id => id.Length > 0)
        .ToHashSet();

    /// <summary>Finds all that is wrong.</summary>
    /// <param name="order">The order.</param>
    /// <param name="services">Of the services that it names those that there are, and whether they are still alive.</param>
    /// <param name="unknownSpecifications">Of the specifications that it names those that the catalog does not know.</param>
    /// <param name="path">What leads to the order in the request, with its dot at the end.</param>
    public static IReadOnlyList<ServiceOrderProblem> Check(
        ServiceOrder order, IReadOnlyDictionary<string, bool> services, IReadOnlySet<string> unknownSpecifications, string path = "")
    {
        var problems = new List<ServiceOrderProblem>();
        var actions = new Dictionary<string, ServiceOrderItem>();
        var deleted = ServiceOrderItems.All(order, "").Where(placed => placed.Item.Action == OrderItemAction.Delete).Select(placed => placed.Item.Service.Id).ToHashSet();
        foreach (var (item, place) in ServiceOrderItems.All(order, path))
        {
            // What items of an item say is what is ordered; the item itself only gathers them.
            if (item.ServiceOrderItem_.Count == 0)
                CheckService(item, $"{place}.service.id", services, actions, problems);
            foreach (var (id, field) in References(item, place))
            {
                if (!services.TryGetValue(id, out var isAlive) || !isAlive)
                    Add(item, field, ErrorReason.ServiceUnknown, $"There is no service with id '{id}'{(services.ContainsKey(id) ? " that is not terminated" : "")}.");
                else if (deleted.Contains(id) && item.Action != OrderItemAction.Delete)
                    Add(item, field, ErrorReason.ServiceOrderItemConflict, $"Item '{item.Id}' refers to the service '{id}', which the same order deletes.");
            }
            if (item.Service.ServiceSpecification is { } specification && unknownSpecifications.Contains(specification.Id))
                Add(item, $"{place}.service.service_specification.id", ErrorReason.SpecificationUnknown, $"The catalog has no service specification with id '{specification.Id}'.");
        }
        return problems;

        void Add(ServiceOrderItem item, string field, ErrorReason reason, string message) =>
            problems.Add(new ServiceOrderProblem(item.Id, Violation(field, reason, message)));
    }

    /// <summary>Rejects an order, and says why: for the order and for each item.</summary>
    public static void Reject(ServiceOrder order, IReadOnlyList<ServiceOrderProblem> problems, DateTimeOffset now)
    {
        var at = TmfDate.Of(now);
        var items = ServiceOrderItems.All(order, "").ToDictionary(placed => placed.Item.Id, placed => placed.Item);
        GoOn(order);
        foreach (var (itemId, violation) in problems)
        {
            var (code, message, field) = (violation.Reason, violation.Description, violation.Field);
            var told = new ServiceOrderErrorMessage { Code = code, Reason = Title, Message = message, ReferenceError = field, Timestamp = at };
            order.ErrorMessage.Add(told);
            if (itemId is null)
                continue;
            told.ServiceOrderItem.Add(new ServiceOrderItemRef { ItemId = itemId, ServiceOrderId = order.Id });
            items[itemId].ErrorMessage.Add(new ServiceOrderItemErrorMessage { Code = code, Reason = Title, Message = message, ReferenceError = field, Timestamp = at });
        }
        // One that is rejected takes all with it.
        ServiceOrderLifecycle.Leaves(order).First().State = ServiceOrderItemState.Rejected;
        ServiceOrderLifecycle.Settle(order, now);
    }

    /// <summary>Says of an order that it cannot be checked yet.</summary>
    /// <returns>Whether that is new.</returns>
    public static bool Wait(ServiceOrder order, string why, DateTimeOffset now)
    {
        if (order.ErrorMessage.Any(IsOfWaiting))
            return false;
        order.ErrorMessage.Add(new ServiceOrderErrorMessage { Code = Unavailable, Reason = "The order cannot be checked yet", Message = why, Timestamp = TmfDate.Of(now) });
        return true;
    }

    /// <summary>Takes back that an order cannot be checked yet.</summary>
    /// <returns>Whether that was said.</returns>
    public static bool GoOn(ServiceOrder order)
    {
        var waits = order.ErrorMessage.Where(IsOfWaiting).ToList();
        waits.ForEach(wait => order.ErrorMessage.Remove(wait));
        return waits.Count > 0;
    }

    private static bool IsOfWaiting(ServiceOrderErrorMessage message) => message.Code == Unavailable;

    private static void CheckService(
        ServiceOrderItem item, string field, IReadOnlyDictionary<string, bool> services, Dictionary<string, ServiceOrderItem> actions, List<ServiceOrderProblem> problems)
    {
        var id = item.Service.Id;
        var isThere = services.TryGetValue(id, out var isAlive);
        var (reason, message) = item.Action switch
        {
            OrderItemAction.Add => isThere ? (ErrorReason.ServiceKnown, $"Item '{item.Id}' adds a service under the id '{id}', which another one has.") : default,
            _ when id.Length == 0 => (ErrorReason.ServiceUnknown, $"Item '{item.Id}' does not say which service it is about: its action needs a service.id."),
            _ when !isThere => (ErrorReason.ServiceUnknown, $"There is no service with id '{id}'."),
            _ when !isAlive => (ErrorReason.ServiceUnknown, $"The service '{id}' is terminated."),
            _ => default,
        };
        if (message is null && id.Length > 0 && !actions.TryAdd(id, item))
            (reason, message) = (ErrorReason.ServiceOrderItemConflict, $"Items '{actions[id].Id}' and '{item.Id}' are about the same service '{id}'.");
        if (message is not null)
            problems.Add(new ServiceOrderProblem(item.Id, Violation(field, reason, message)));
    }

    private static IEnumerable<(string Id, string Path)> References(ServiceOrderItem item, string path)
    {
        for (var i = 0; i < item.Service.ServiceRelationship.Count; i++)
        {
            if (item.Service.ServiceRelationship[i].Service is { HasId: true } related)
                yield return (related.Id, $"{path}.service.service_relationship[{i}].service.id");
        }
        for (var i = 0; i < item.Service.SupportingService.Count; i++)
        {
            if (item.Service.SupportingService[i] is { HasId: true } supporting)
                yield return (supporting.Id, $"{path}.service.supporting_service[{i}].id");
        }
    }
}
