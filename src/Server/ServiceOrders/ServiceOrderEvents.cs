using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
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
    private static readonly EventKind Delete = new(nameof(ServiceOrderDeleteEvent), Domain, "Service order deleted");

    /// <summary>What is not told as it stands: who the order is, and what has rules of its own.</summary>
    private static readonly int[] ToldElsewhere =
    [
        ServiceOrder.IdFieldNumber, ServiceOrder.HrefFieldNumber, ServiceOrder.StateFieldNumber, ServiceOrder.TypeFieldNumber,
        ServiceOrder.ServiceOrderItemFieldNumber, ServiceOrder.ExtensionsFieldNumber,
    ];

    /// <param name="session">The write.</param>
    /// <param name="order">The new order.</param>
    /// <param name="body">The same as it is stored.</param>
    /// <param name="correlationId">What the event has in common with the call that caused it.</param>
    public static void Created(Session session, ServiceOrder order, ReadOnlySpan<byte> body, string correlationId) =>
        EventEnvelope.Append(session, Create, Resource, order.Id, body, TmfDate.Text(order.OrderDate), correlationId);

    /// <summary>
    /// First the attributes, then the state: who acts on the state knows the rest. What the event of the state tells, the
    /// states of the items, is not told twice.
    /// </summary>
    public static void Changed(Session session, ServiceOrder before, ServiceOrder after, DateTimeOffset now, string correlationId)
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

        if (names.Count > 0)
            Append(session, AttributeValueChange, changed, now, correlationId, string.Join(',', names));
        if (isNewState)
            Append(session, StateChange, States(after), now, correlationId);
    }

    public static void Deleted(Session session, ServiceOrder order, DateTimeOffset now, string correlationId) =>
        Append(session, Delete, Identity(order), now, correlationId);

    private static void Append(Session session, EventKind kind, ServiceOrder told, DateTimeOffset now, string correlationId, string? fieldPath = null) =>
        EventEnvelope.Append(session, kind, Resource, told.Id, JsonFormat.ToUtf8Bytes(told), TmfDate.Text(TmfDate.Of(now)), correlationId, fieldPath);

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
        if (order.HasExternalId)
            told.ExternalId = order.ExternalId;
        return told;

        static ServiceOrderItem States(ServiceOrderItem item) => new() { Id = item.Id, State = item.State, ServiceOrderItem_ = { item.ServiceOrderItem_.Select(States) } };
    }
}
