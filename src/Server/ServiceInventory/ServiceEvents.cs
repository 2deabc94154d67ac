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

    /// <summary>Tells of a change of a service. Whoever acts on a state knows the rest by then: the attributes' event comes first, the state's last.</summary>
    public static async ValueTask FollowAsync(Write write, Service? before, Draft<Service>? after)
    {
        if (before is null)
            await AppendAsync(write, Create, after!.Resource, body: null);
        else if (after is null)
            await AppendAsync(write, Delete, before, JsonFormat.ToText(Only(before, [])));
        else
            await ChangedAsync(write, before, after.Resource);
    }

    private static async ValueTask ChangedAsync(Write write, Service before, Service after)
    {
        var changed = Attributes.Changed(before, after).ToLookup(attribute => attribute.FieldNumber switch
        {
            Service.StateFieldNumber => StateChange,
            Service.OperatingStatusFieldNumber => OperatingStatusChange,
            _ => AttributeValueChange,
        });
        foreach (var kind in new[] { AttributeValueChange, OperatingStatusChange, StateChange }.Where(changed.Contains))
            await AppendAsync(write, kind, after, JsonFormat.ToText(Only(after, changed[kind])));
    }

    private static EventKind Kind(string type, string title) => new(type, "serviceInventory", title) { IsEntity = true };

    private static ValueTask AppendAsync(Write write, EventKind kind, Service service, string? body) =>
        EventEnvelope.AppendAsync(write, kind, "service", service.Id, ServiceKind.PartiesOf(service), body);

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
