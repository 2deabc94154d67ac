using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Transcoding.Json;
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

    private static readonly FieldDescriptor[] Attributes = [.. ServiceOrder.Descriptor.Fields.InDeclarationOrder().Where(field =>
        field.FieldNumber is not (ServiceOrder.IdFieldNumber or ServiceOrder.HrefFieldNumber or ServiceOrder.StateFieldNumber
            or ServiceOrder.TypeFieldNumber or ServiceOrder.ServiceOrderItemFieldNumber or ServiceOrder.ExtensionsFieldNumber))];

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
        foreach (var attribute in Attributes)
            TakeIfChanged(attribute, before, after, changed, names);
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

    private static void TakeIfChanged(FieldDescriptor attribute, ServiceOrder before, ServiceOrder after, ServiceOrder changed, List<string> names)
    {
        var value = attribute.Accessor.GetValue(after);
        var isThere = !attribute.HasPresence || attribute.Accessor.HasValue(after);
        var wasThere = !attribute.HasPresence || attribute.Accessor.HasValue(before);
        if (isThere == wasThere && Equals(attribute.Accessor.GetValue(before), value))
            return;
        names.Add(attribute.JsonName);
        if (attribute.IsRepeated)
        {
            foreach (var element in (System.Collections.IEnumerable)value)
                ((System.Collections.IList)attribute.Accessor.GetValue(changed)).Add(element);
        }
        else if (isThere)
        {
            attribute.Accessor.SetValue(changed, value);
        }
    }

    private static void TakeChangedExtensions(ServiceOrder before, ServiceOrder after, ServiceOrder changed, List<string> names)
    {
        var old = before.Extensions?.Fields ?? new MapField<string, Value>();
        var now = after.Extensions?.Fields ?? new MapField<string, Value>();
        foreach (var name in old.Keys.Union(now.Keys))
        {
            var value = now.GetValueOrDefault(name);
            if (Equals(old.GetValueOrDefault(name), value))
                continue;
            names.Add(name);
            if (value is not null)
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
