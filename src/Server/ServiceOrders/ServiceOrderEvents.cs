using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>
/// The events of TMF641 about service orders, appended in the transaction that they tell of. Whoever applies them to an
/// order, each in its turn, has the order as it is stored.
/// </summary>
internal static class ServiceOrderEvents
{
    private const string Resource = "serviceOrder";
    private const string Domain = "serviceOrdering";

    private static readonly EventKind Create = new(nameof(ServiceOrderCreateEvent), Domain, "Service order created");
    private static readonly EventKind AttributeValueChange = new(nameof(ServiceOrderAttributeValueChangeEvent), Domain, "Service order changed");
    private static readonly EventKind StateChange = new(nameof(ServiceOrderStateChangeEvent), Domain, "State of service order changed");
    private static readonly EventKind Milestone = new(nameof(ServiceOrderMilestoneEvent), Domain, "Milestone of service order reached");
    private static readonly EventKind Jeopardy = new(nameof(ServiceOrderJeopardyEvent), Domain, "Service order at risk");
    private static readonly EventKind InformationRequired = new(nameof(ServiceOrderInformationRequiredEvent), Domain, "Service order needs information");
    private static readonly EventKind Delete = new(nameof(ServiceOrderDeleteEvent), Domain, "Service order deleted");

    /// <summary>What is not told as it stands: who the order is, and what has rules of its own.</summary>
    private static readonly int[] ToldElsewhere =
    [
        ServiceOrder.IdFieldNumber, ServiceOrder.HrefFieldNumber, ServiceOrder.StateFieldNumber, ServiceOrder.TypeFieldNumber,
        ServiceOrder.ServiceOrderItemFieldNumber, ServiceOrder.ExtensionsFieldNumber,
        ServiceOrder.MilestoneFieldNumber, ServiceOrder.JeopardyAlertFieldNumber,
    ];

    /// <summary>Tells of a change of an order.</summary>
    public static ValueTask FollowAsync(Write write, ServiceOrder? before, Draft<ServiceOrder>? after) =>
        before is null ? EventEnvelope.AppendAsync(
            write, Create, Resource, after!.Resource.Id, ServiceOrderKind.PartiesOf(after.Resource), resourceJson: null, at: after.Resource.OrderDate)
        : after is null ? AppendAsync(write, Delete, before, Identity(before))
        : ChangedAsync(write, before, after.Resource);

    /// <summary>Tells that the consumer of an order has to say something, in the write that makes the order wait for it.</summary>
    /// <param name="write">The write.</param>
    /// <param name="order">The order as it is then.</param>
    /// <param name="fieldPath">The attributes that are missing.</param>
    public static ValueTask RequireInformationAsync(Write write, ServiceOrder order, string fieldPath) =>
        AppendAsync(write, InformationRequired, order, States(order), fieldPath);

    /// <summary>
    /// First the attributes, then the state: who acts on the state knows the rest. What the event of the state tells, the
    /// states of the items, is not told twice.
    /// </summary>
    private static async ValueTask ChangedAsync(Write write, ServiceOrder before, ServiceOrder after)
    {
        var isNewState = before.State != after.State;
        var changed = Identity(after);
        var names = new List<string>();
        foreach (var attribute in Attributes.Changed(before, after).Where(attribute => !ToldElsewhere.Contains(attribute.FieldNumber)))
        {
            names.Add(attribute.JsonName);
            Take(attribute, after, changed);
        }
        if (!Equal(before.ServiceOrderItem, after.ServiceOrderItem, ignoreStates: isNewState))
        {
            names.Add("serviceOrderItem");
            changed.ServiceOrderItem.Add(after.ServiceOrderItem);
        }
        if (before.Type != after.Type)
            names.Add("@type");
        TakeChangedExtensions(before, after, changed, names);

        var previous = isNewState || changed.ServiceOrderItem.Count > 0 ? Previous(before, after) : null;

        // These tell all of the order, with whatever else this write has changed of it.
        if (after.Milestone.Count > before.Milestone.Count)
            await AppendAsync(write, Milestone, after, after);
        if (after.JeopardyAlert.Count > before.JeopardyAlert.Count)
            await AppendAsync(write, Jeopardy, after, after);
        if (names.Count > 0)
            await AppendAsync(write, AttributeValueChange, after, changed, string.Join(',', names), isNewState ? null : previous);
        if (isNewState)
            await AppendAsync(write, StateChange, after, States(after), previous: previous);
    }

    /// <summary>Those hear it whom the order names as it is then; whom it no longer names hear nothing of that.</summary>
    private static ValueTask AppendAsync(Write write, EventKind kind, ServiceOrder order, ServiceOrder told, string? fieldPath = null, string? previous = null) =>
        EventEnvelope.AppendAsync(write, kind, Resource, order.Id, ServiceOrderKind.PartiesOf(order), JsonFormat.ToText(told), fieldPath, previous: previous);

    /// <summary>
    /// What an event says besides of an order whose state, or an item's, has changed, for who tells it in another dialect: how the order was
    /// before, and of the items those whose state has changed. Null where none has.
    /// </summary>
    private static string? Previous(ServiceOrder before, ServiceOrder after)
    {
        var states = ServiceOrderItems.All(before, "").GroupBy(placed => placed.Item.Id).ToDictionary(items => items.Key, items => items.First().Item.State);
        var changed = ServiceOrderItems.All(after, "").Select(placed => placed.Item)
            .Where(item => states.TryGetValue(item.Id, out var state) && state != item.State)
            .Select(item => new ServiceOrderItem { Id = item.Id, State = states[item.Id] })
            .ToList();
        if (before.State == after.State && changed.Count == 0)
            return null;
        var previous = new ServiceOrder { State = before.State, OrderDate = before.OrderDate, CompletionDate = before.CompletionDate, ServiceOrderItem = { changed } };
        if (before.HasExternalId)
            previous.ExternalId = before.ExternalId;
        return JsonFormat.ToText(previous);
    }

    private static void Take(FieldDescriptor attribute, ServiceOrder after, ServiceOrder changed)
    {
        if (!Attributes.IsSet(attribute, after))
            return;
        if (!attribute.IsRepeated)
            attribute.Accessor.SetValue(changed, attribute.Accessor.GetValue(after));
        else
        {
            foreach (var element in (System.Collections.IEnumerable)attribute.Accessor.GetValue(after))
                ((System.Collections.IList)attribute.Accessor.GetValue(changed)).Add(element);
        }
    }

    private static void TakeChangedExtensions(ServiceOrder before, ServiceOrder after, ServiceOrder changed, List<string> names)
    {
        foreach (var name in Attributes.ChangedExtensions(before.Extensions, after.Extensions))
        {
            names.Add(name);
            if (after.Extensions?.Fields.GetValueOrDefault(name) is { } value)
                (changed.Extensions ??= new Struct()).Fields.Add(name, value);
        }
    }

    private static bool Equal(RepeatedField<ServiceOrderItem> before, RepeatedField<ServiceOrderItem> after, bool ignoreStates)
    {
        if (!ignoreStates)
            return before.Equals(after);
        return before.Count == after.Count && before.Zip(after).All(pair => Stateless(pair.First).Equals(Stateless(pair.Second)));
    }

    private static ServiceOrderItem Stateless(ServiceOrderItem item)
    {
        var copy = item.Clone();
        Clear(copy);
        return copy;

        static void Clear(ServiceOrderItem item)
        {
            item.ClearState();
            foreach (var inner in item.ServiceOrderItem_)
                Clear(inner);
        }
    }

    private static ServiceOrder Identity(ServiceOrder order)
    {
        var told = new ServiceOrder { Id = order.Id };
        if (order.HasType)
            told.Type = order.Type;
        return told;
    }

    private static ServiceOrder States(ServiceOrder order)
    {
        var told = Identity(order);
        told.State = order.State;
        told.ServiceOrderItem.Add(order.ServiceOrderItem.Select(States));
        told.OrderDate = order.OrderDate;
        told.CompletionDate = order.CompletionDate;
        if (order.HasExternalId)
            told.ExternalId = order.ExternalId;
        return told;

        // With what the standard requires of an item wherever there is one.
        static ServiceOrderItem States(ServiceOrderItem item)
        {
            var service = new ServiceRefOrValue();
            if (item.Service.HasId)
                service.Id = item.Service.Id;
            return new ServiceOrderItem
            {
                Id = item.Id,
                Action = item.Action,
                State = item.State,
                Service = service,
                ServiceOrderItem_ = { item.ServiceOrderItem_.Select(States) },
            };
        }
    }
}
