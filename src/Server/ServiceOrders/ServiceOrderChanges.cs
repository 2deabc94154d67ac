using Google.Protobuf.Reflection;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>What may be changed of an order, and what follows from a change. Pure.</summary>
internal static class ServiceOrderChanges
{
    /// <summary>The order after a change, without its href, and the suspension that it is then in; or every reason why it may not be changed so.</summary>
    public static (ServiceOrder Order, Suspension Suspension) Apply(
        ServiceOrder stored, Suspension suspension, IReadOnlyDictionary<string, ItemLease> leases, ResourceChange<ServiceOrder> change, Actor actor, DateTimeOffset now)
    {
        var before = change.Seen(stored);
        var after = change.Propose(before);
        var itemsBefore = ById(before);
        KeepWhatTheServerSet(after, itemsBefore);

        var invalid = RequestFields.Check(after, before);
        ServiceOrderRequests.CheckItems(after, "", invalid);
        invalid.AddRange(Attributes.CheckImmutable(before, after));
        if (!after.HasState)
            invalid.Add(Violation("state", ErrorReason.FieldInvalid, "'state' cannot be removed."));
        if (invalid.Count > 0)
            throw ApiErrors.RequestInvalid(change.Locate(invalid));

        CheckActor(itemsBefore, after, actor);
        var forbidden = new List<FieldViolation>();
        CheckFinal(before, after, forbidden);
        CheckItems(itemsBefore, after, leases, actor, forbidden);
        if (forbidden.Count == 0)
            suspension = Follow(before, itemsBefore, after, suspension, now, forbidden);
        if (forbidden.Count > 0)
            throw ApiErrors.ServiceOrderChangeForbidden(before.Id, change.Locate(forbidden));

        after.ClearHref();
        return (after, suspension);
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
    }

    /// <summary>Who may not say what becomes of items is told so whatever else is wrong: no other request of this kind would do.</summary>
    private static void CheckActor(Dictionary<string, ServiceOrderItem> before, ServiceOrder after, Actor actor)
    {
        if (actor == Actor.OrderDesk
            || !ServiceOrderItems.All(after, "").Any(placed => before.TryGetValue(placed.Item.Id, out var known) && known.State != placed.Item.State))
        {
            return;
        }
        throw actor == Actor.Partner
            ? ApiErrors.PartyNotAllowed("The states of items are set by who fulfils them. A caller that is bound to a party acts on the order as a whole, by its 'state'.")
            : ApiErrors.ScopeMissing(Scopes.Work);
    }

    private static void CheckFinal(ServiceOrder before, ServiceOrder after, List<FieldViolation> violations)
    {
        if (!ServiceOrderLifecycle.IsFinal(before.State))
            return;
        foreach (var field in Attributes.Changed(before, after).Where(field => !FieldRules.IsSettable(field, Phase.Final)))
        {
            violations.AddRange(Places(field, before, after).Select(place => Violation(place, ErrorReason.ServiceOrderFinal,
                $"The order is {EnumNames.Json(before.State)}: of a final order 'note' and 'externalReference' can be changed, nothing else.")));
        }
    }

    private static void CheckItems(
        Dictionary<string, ServiceOrderItem> before, ServiceOrder after, IReadOnlyDictionary<string, ItemLease> leases, Actor actor, List<FieldViolation> violations)
    {
        var remaining = new HashSet<string>();
        foreach (var (item, path) in ServiceOrderItems.All(after, ""))
        {
            remaining.Add(item.Id);
            if (!before.TryGetValue(item.Id, out var known))
                continue;
            if (!ServiceOrderLifecycle.IsOpenToChange(known.State) && !Ordered(known).Equals(Ordered(item)))
                violations.Add(Fixed(path, known));
            var choices = ServiceOrderLifecycle.Choices(known, actor, leases.ContainsKey(item.Id)).ToList();
            if (item.State != known.State && leases.TryGetValue(item.Id, out var lease))
            {
                violations.Add(Violation($"{path}.state", ErrorReason.ServiceOrderItemLeased, lease.Describe()));
            }
            else if (item.State != known.State && !choices.Contains(ServiceOrderLifecycle.AsOrder(item.State)))
            {
                violations.Add(Violation($"{path}.state", ErrorReason.ServiceOrderTransitionForbidden,
                    Transition($"Item '{item.Id}'", EnumNames.Json(known.State), EnumNames.Json(item.State), choices)));
            }
            else if (item.State != known.State && item.State == ServiceOrderItemState.Rejected && FindNotRejectable(before) is { } other)
            {
                violations.Add(Violation($"{path}.state", ErrorReason.ServiceOrderTransitionForbidden,
                    $"Item '{item.Id}' cannot be rejected, since that rejects the whole order and item '{other.Id}' is {EnumNames.Json(other.State)}."));
            }
        }
        violations.AddRange(before.Values
            .Where(known => !remaining.Contains(known.Id) && !ServiceOrderLifecycle.IsOpenToChange(known.State))
            .Select(known => Fixed("service_order_item", known)));
        violations.AddRange(leases.Values
            .Where(lease => !remaining.Contains(lease.ItemId) && before.TryGetValue(lease.ItemId, out var known) && ServiceOrderLifecycle.IsOpenToChange(known.State))
            .Select(lease => Violation("service_order_item", ErrorReason.ServiceOrderItemLeased, lease.Describe())));
    }

    private static ServiceOrderItem? FindNotRejectable(Dictionary<string, ServiceOrderItem> items) =>
        items.Values.FirstOrDefault(item => !ServiceOrderLifecycle.After(item).Contains(ServiceOrderState.Rejected));

    /// <summary>Moves the order where the caller wants it, and lets the rest follow.</summary>
    /// <returns>The suspension that the order is then in.</returns>
    private static Suspension Follow(
        ServiceOrder before, Dictionary<string, ServiceOrderItem> itemsBefore, ServiceOrder after, Suspension suspension, DateTimeOffset now, List<FieldViolation> violations)
    {
        var wanted = after.State;
        var chosen = ServiceOrderItems.All(after, "")
            .Where(placed => itemsBefore.TryGetValue(placed.Item.Id, out var known) && known.State != placed.Item.State)
            .Select(placed => (placed.Item, placed.Path, placed.Item.State))
            .ToList();
        ServiceOrderLifecycle.Settle(after, now);
        suspension = ServiceOrderLifecycle.Remaining(suspension, itemsBefore, after);
        violations.AddRange(chosen
            .Where(choice => choice.Item.State != choice.State)
            .Select(choice => Violation($"{choice.Path}.state", ErrorReason.ServiceOrderTransitionForbidden,
                $"Item '{choice.Item.Id}' cannot become {EnumNames.Json(choice.State)}: what else is there makes it {EnumNames.Json(choice.Item.State)}.")));
        if (wanted == before.State || wanted == after.State)
            return suspension;

        var choices = ServiceOrderLifecycle.Choices(before, suspension).ToList();
        if (!choices.Contains(wanted))
        {
            violations.Add(Violation("state", ErrorReason.ServiceOrderTransitionForbidden,
                Transition("The order", EnumNames.Json(before.State), EnumNames.Json(wanted), choices)
                + " A state that follows from the items or from a cancellation cannot be set."));
            return suspension;
        }
        return Move(after, wanted, suspension, now, violations);
    }

    /// <summary>Moves all of the order: into a suspension, out of it, or to another state.</summary>
    private static Suspension Move(ServiceOrder order, ServiceOrderState wanted, Suspension suspension, DateTimeOffset now, List<FieldViolation> violations)
    {
        var isResumed = wanted is ServiceOrderState.InProgress or ServiceOrderState.Acknowledged && suspension.States.Count > 0;
        var after = Suspension.None;
        if (isResumed)
            ServiceOrderLifecycle.Resume(order, suspension);
        else if (wanted is ServiceOrderState.Held or ServiceOrderState.Pending)
            after = ServiceOrderLifecycle.Suspend(order, wanted, suspension);
        else if (wanted == ServiceOrderState.InProgress && order.StartDate is not null)
            ServiceOrderLifecycle.TakeUp(order);
        else
            ServiceOrderLifecycle.Move(order, wanted);
        ServiceOrderLifecycle.Settle(order, now);
        // Who resumes an order gets the state that it has by its items then.
        if (!isResumed && order.State != wanted)
        {
            violations.Add(Violation("state", ErrorReason.ServiceOrderTransitionForbidden,
                $"The order cannot become {EnumNames.Json(wanted)}: its items make it {EnumNames.Json(order.State)}."));
        }
        return after;
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

    /// <summary>The part of an item that says what is ordered. Of its own items only which they are: each has its own say.</summary>
    private static ServiceOrderItem Ordered(ServiceOrderItem item)
    {
        var ordered = item.Clone();
        ordered.ClearState();
        ordered.ErrorMessage.Clear();
        ordered.ServiceOrderItem_.Clear();
        ordered.ServiceOrderItem_.AddRange(item.ServiceOrderItem_.Select(inner => new ServiceOrderItem { Id = inner.Id }));
        return ordered;
    }

    /// <summary>Where a changed field is: extension members have no field of their own and are named one by one.</summary>
    private static IEnumerable<string> Places(FieldDescriptor field, ServiceOrder before, ServiceOrder after)
    {
        return field.FieldNumber == ServiceOrder.ExtensionsFieldNumber
            ? Attributes.ChangedExtensions(before.Extensions, after.Extensions).Select(name => $"{field.Name}.{name}")
            : [field.Name];
    }

    private static Dictionary<string, ServiceOrderItem> ById(ServiceOrder order) =>
        ServiceOrderItems.All(order, "").ToDictionary(placed => placed.Item.Id, placed => placed.Item);
}
