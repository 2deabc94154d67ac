using Google.Protobuf;
using Google.Protobuf.Reflection;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Transcoding.Json;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>The events of TMF638 v5, appended in the transaction that they tell of. Their envelopes have the same fields.</summary>
internal static class ServiceEvents
{
    private static readonly HashSet<string> OfTheirOwn = ["state", "operating_status"];

    public static void Created(Session session, Service service, DateTimeOffset now) =>
        Append<ServiceCreateEvent>(session, "Service created", service, now);

    /// <summary>The state's event, the operating status's, then one for all other attributes.</summary>
    public static void Changed(Session session, Service before, Service after, DateTimeOffset now)
    {
        var changed = Attributes.Changed(before, after).ToList();
        if (changed.Any(attribute => attribute.Name == "state"))
            Append<ServiceStateChangeEvent>(session, "State of service changed", Only(after, changed.Where(attribute => attribute.Name == "state")), now);
        if (changed.Any(attribute => attribute.Name == "operating_status"))
        {
            Append<ServiceOperatingStatusChangeEvent>(session, "Operating status of service changed",
                Only(after, changed.Where(attribute => attribute.Name == "operating_status")), now);
        }
        if (changed.Any(attribute => !OfTheirOwn.Contains(attribute.Name)))
        {
            Append<ServiceAttributeValueChangeEvent>(session, "Attributes of service changed",
                Only(after, changed.Where(attribute => !OfTheirOwn.Contains(attribute.Name))), now);
        }
    }

    public static void Deleted(Session session, Service service, DateTimeOffset now) =>
        Append<ServiceDeleteEvent>(session, "Service deleted", Only(service, []), now);

    /// <summary>The service's id and class, and some of its attributes.</summary>
    private static Service Only(Service service, IEnumerable<FieldDescriptor> attributes)
    {
        var kept = attributes.Select(attribute => attribute.Name).Append("id").Append("type").ToHashSet();
        var shown = service.Clone();
        foreach (var attribute in Service.Descriptor.Fields.InDeclarationOrder().Where(attribute => !kept.Contains(attribute.Name)))
            attribute.Accessor.Clear(shown);
        return shown;
    }

    private static void Append<T>(Session session, string title, Service shown, DateTimeOffset now)
        where T : IMessage<T>, new()
    {
        var envelope = new T();
        var type = envelope.Descriptor.Name;
        var id = Guid.CreateVersion7().ToString();
        var time = TmfDate.Of(now);
        Set("id", id);
        Set("event_id", id);
        Set("event_type", type);
        Set("event_time", time);
        Set("time_occurred", time);
        Set("domain", "serviceInventory");
        Set("title", title);
        Set("base_type", "Event");
        Set("type", type);
        var payload = Field("event").MessageType.Parser.ParseFrom(ByteString.Empty);
        payload.Descriptor.FindFieldByName("service").Accessor.SetValue(payload, shown);
        Set("event", payload);
        EventLog.Append(session, id, type, ServiceStore.Kind.Name, shown.Id, TmfDate.Text(time), JsonFormat.ToUtf8Bytes(envelope));

        FieldDescriptor Field(string name) => envelope.Descriptor.FindFieldByName(name);

        void Set(string name, object value) => Field(name).Accessor.SetValue(envelope, value);
    }
}
