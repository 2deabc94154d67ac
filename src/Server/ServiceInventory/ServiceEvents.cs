using Google.Protobuf.Reflection;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>The events of TMF638 v5, appended in the transaction that they tell of.</summary>
internal static class ServiceEvents
{
    private static readonly EventKind Create = Kind(nameof(ServiceCreateEvent), "Service created");
    private static readonly EventKind AttributeValueChange = Kind(nameof(ServiceAttributeValueChangeEvent), "Service changed");
    private static readonly EventKind OperatingStatusChange = Kind(nameof(ServiceOperatingStatusChangeEvent), "Operating status of service changed");
    private static readonly EventKind StateChange = Kind(nameof(ServiceStateChangeEvent), "State of service changed");
    private static readonly EventKind Delete = Kind(nameof(ServiceDeleteEvent), "Service deleted");

    /// <param name="session">The write.</param>
    /// <param name="service">The new service.</param>
    /// <param name="body">The same as it is stored.</param>
    /// <param name="now">When that was.</param>
    /// <param name="correlationId">What the event has in common with the call that caused it.</param>
    public static void Created(Session session, Service service, ReadOnlySpan<byte> body, DateTimeOffset now, string correlationId) =>
        Append(session, Create, service.Id, body, now, correlationId);

    /// <summary>Whoever acts on a state knows the rest by then: the attributes' event comes first, the state's last.</summary>
    public static void Changed(Session session, Service before, Service after, DateTimeOffset now, string correlationId)
    {
        var changed = Attributes.Changed(before, after).ToLookup(attribute => attribute.FieldNumber switch
        {
            Service.StateFieldNumber => StateChange,
            Service.OperatingStatusFieldNumber => OperatingStatusChange,
            _ => AttributeValueChange,
        });
        foreach (var kind in new[] { AttributeValueChange, OperatingStatusChange, StateChange }.Where(changed.Contains))
            Append(session, kind, after.Id, JsonFormat.ToUtf8Bytes(Only(after, changed[kind])), now, correlationId);
    }

    public static void Deleted(Session session, Service service, DateTimeOffset now, string correlationId) =>
        Append(session, Delete, service.Id, JsonFormat.ToUtf8Bytes(Only(service, [])), now, correlationId);

    private static EventKind Kind(string type, string title) => new(type, "serviceInventory", title) { IsEntity = true };

    private static void Append(Session session, EventKind kind, string id, ReadOnlySpan<byte> body, DateTimeOffset now, string correlationId) =>
        EventEnvelope.Append(session, kind, ServiceStore.Kind.Name, id, body, TmfDate.Text(TmfDate.Of(now)), correlationId);

    /// <summary>The service's id and class, and some of its attributes.</summary>
    private static Service Only(Service service, IEnumerable<FieldDescriptor> attributes)
    {
        var kept = attributes.Select(attribute => attribute.FieldNumber).Append(Service.IdFieldNumber).Append(Service.TypeFieldNumber).ToHashSet();
        var told = service.Clone();
        foreach (var attribute in Service.Descriptor.Fields.InDeclarationOrder().Where(attribute => !kept.Contains(attribute.FieldNumber)))
            attribute.Accessor.Clear(told);
        return told;
    }
}
