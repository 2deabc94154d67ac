using Google.Protobuf.Reflection;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding.Json;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>What may be changed of an order, and what follows from a change. Pure.</summary>
internal static class ServiceOrderChanges
{
    private static readonly HashSet<string> Changeable =
    [
        "description", "expected_completion_date", "external_id", "notification_contact", "priority", "requested_completion_date",
        "requested_start_date", "external_reference", "note", "order_relationship", "related_party", "service_order_item", "state", "extensions",
    ];

    private static readonly HashSet<string> ChangeableWhenFinal = ["external_reference", "note"];

    /// <summary>States that an order can be moved to as a whole; the others follow from its items or from a cancellation.</summary>
    private static readonly HashSet<ServiceOrderState> Reachable =
        [ServiceOrderState.Acknowledged, ServiceOrderState.Pending, ServiceOrderState.Held, ServiceOrderState.InProgress, ServiceOrderState.Cancelled];

    /// <summary>The order after a change, without its href; or every reason why it may not be changed so.</summary>
    public static ServiceOrder Apply(ServiceOrder before, ResourceChange<ServiceOrder> change, DateTimeOffset now)
    {
        var after = change.Propose(before);
        var itemsBefore = ById(before);
        KeepWhatTheServerSet(after, itemsBefore);

        var invalid = RequestFields.Check(after, keepServerSet: true);
        ServiceOrderRequests.CheckItems(after, "", invalid);
        CheckImmutable(before, after, invalid);
        if (invalid.Count > 0)
            throw ApiErrors.RequestInvalid(change.Locate(invalid));

        var forbidden = new List<FieldViolation>();
        CheckFinal(before, after, forbidden);
        CheckItems(itemsBefore, after, forbidden);
        Follow(before, after, now, forbidden);
        if (forbidden.Count > 0)
            throw ApiErrors.ServiceOrderChangeForbidden(before.Id, change.Locate(forbidden));

        after.ClearHref();
        return after;
    }

    /// <summary>Items that come without a state keep theirs; new ones start where those of a new order do.</summary>
    private static void KeepWhatTheServerSet(ServiceOrder after, Dictionary<string, ServiceOrderItem> before)
    {
        foreach (var (item, _) in ServiceOrderItems.All(after, ""))
        {
            if (!before.TryGetValue(item.Id, out var known))
                item.State = ServiceOrderItemState.Acknowledged;
            else if (!item.HasState)
                item.State = known.State;
        }
        if (!after.HasState)
            after.State = ServiceOrderState.Unspecified;
    }

    private static void CheckImmutable(ServiceOrder before, ServiceOrder after, List<FieldViolation> violations)
    {
        foreach (var field in Changed(before, after).Where(field => !Changeable.Contains(field.Name)))
            violations.Add(Violation(field.Name, ErrorReason.FieldImmutable, $"'{field.JsonName}' cannot be changed."));
    }

    private static void CheckFinal(ServiceOrder before, ServiceOrder after, List<FieldViolation> violations)
    {
        if (!ServiceOrderLifecycle.IsFinal(before.State))
            return;
        foreach (var field in Changed(before, after).Where(field => !ChangeableWhenFinal.Contains(field.Name)))
        {
            violations.Add(Violation(field.Name, ErrorReason.ServiceOrderFinal,
                $"The order is {EnumNames.Json(before.State)}: of a final order 'note' and 'externalReference' can be changed, '{field.JsonName}' cannot."));
        }
    }

    private static void CheckItems(Dictionary<string, ServiceOrderItem> before, ServiceOrder after, List<FieldViolation> violations)
    {
        var remaining = new HashSet<string>();
        foreach (var (item, path) in ServiceOrderItems.All(after, ""))
        {
            remaining.Add(item.Id);
            if (!before.TryGetValue(item.Id, out var known))
                continue;
            if (!ServiceOrderLifecycle.IsOpenToChange(known.State) && !Ordered(known).Equals(Ordered(item)))
                violations.Add(Fixed(path, known));
            if (item.State != known.State && !ServiceOrderLifecycle.After(known).Contains(ServiceOrderLifecycle.AsOrder(item.State)))
            {
                violations.Add(Violation($"{path}.state", ErrorReason.ServiceOrderTransitionForbidden,
                    Transition($"Item '{item.Id}'", EnumNames.Json(known.State), EnumNames.Json(item.State), ServiceOrderLifecycle.After(known))));
            }
        }
        violations.AddRange(before.Values
            .Where(known => !remaining.Contains(known.Id) && !ServiceOrderLifecycle.IsOpenToChange(known.State))
            .Select(known => Fixed("service_order_item", known)));
    }

    /// <summary>Moves the order where the caller wants it, and lets the rest follow.</summary>
    private static void Follow(ServiceOrder before, ServiceOrder after, DateTimeOffset now, List<FieldViolation> violations)
    {
        if (violations.Count > 0)
            return;
        var wanted = after.State;
        ServiceOrderLifecycle.Settle(after, now);
        if (wanted == before.State || wanted == after.State)
            return;

        if (Reachable.Contains(wanted) && ServiceOrderLifecycle.After(before.State).Contains(wanted)
            && (wanted != ServiceOrderState.Cancelled || before.StartDate is null))
        {
            ServiceOrderLifecycle.Move(after, wanted);
            ServiceOrderLifecycle.Settle(after, now);
        }
        if (wanted != after.State)
        {
            var allowed = ServiceOrderLifecycle.After(before.State).Where(Reachable.Contains);
            violations.Add(Violation("state", ErrorReason.ServiceOrderTransitionForbidden,
                Transition("The order", EnumNames.Json(before.State), EnumNames.Json(wanted), allowed)
                + " A state that follows from the items or from a cancellation cannot be set."));
        }
    }

    private static FieldViolation Fixed(string path, ServiceOrderItem item) => ServiceOrderLifecycle.IsFinal(item.State)
        ? Violation(path, ErrorReason.ServiceOrderItemFinal, $"Item '{item.Id}' is {EnumNames.Json(item.State)}, which is final: it cannot be changed.")
        : Violation(path, ErrorReason.ServiceOrderItemStarted,
            $"Item '{item.Id}' is {EnumNames.Json(item.State)}: its state and error messages can be changed, what is ordered cannot.");

    private static string Transition(string what, string from, string to, IEnumerable<ServiceOrderState> allowed)
    {
        var names = string.Join(", ", allowed.Select(EnumNames.Json));
        return $"{what} cannot go from {from} to {to}; allowed from {from}: {(names.Length == 0 ? "none" : names)}.";
    }

    /// <summary>The part of an item that says what is ordered.</summary>
    private static ServiceOrderItem Ordered(ServiceOrderItem item)
    {
        var ordered = item.Clone();
        ordered.ClearState();
        ordered.ErrorMessage.Clear();
        ordered.ServiceOrderItem_.Clear();
        return ordered;
    }

    private static IEnumerable<FieldDescriptor> Changed(ServiceOrder before, ServiceOrder after) =>
        ServiceOrder.Descriptor.Fields.InDeclarationOrder().Where(field =>
            (field.HasPresence && field.Accessor.HasValue(before) != field.Accessor.HasValue(after))
            || !Equals(field.Accessor.GetValue(before), field.Accessor.GetValue(after)));

    private static Dictionary<string, ServiceOrderItem> ById(ServiceOrder order) =>
        ServiceOrderItems.All(order, "").ToDictionary(placed => placed.Item.Id, placed => placed.Item);
}
