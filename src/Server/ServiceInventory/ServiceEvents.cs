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
    public static void Created(Session session, Service service, DateTimeOffset now, string correlationId) =>
        Append<ServiceCreateEvent>(session, "Service created", service, now, correlationId);

    /// <summary>Whoever acts on a state knows the rest by then: the attributes' event comes first, the state's last.</summary>
    public static void Changed(Session session, Service before, Service after, DateTimeOffset now, string correlationId)
    {
        var changed = Attributes.Changed(before, after).ToList();
        Tell<ServiceAttributeValueChangeEvent>("Attributes of service changed", attribute => attribute is not ("state" or "operating_status"));
        Tell<ServiceOperatingStatusChangeEvent>("Operating status of service changed", attribute => attribute == "operating_status");
        Tell<ServiceStateChangeEvent>("State of service changed", attribute => attribute == "state");

        void Tell<T>(string title, Predicate<string> isMeant)
            where T : IMessage<T>, new()
        {
            var attributes = changed.Where(attribute => isMeant(attribute.Name)).ToList();
            if (attributes.Count > 0)
                Append<T>(session, title, Only(after, attributes), now, correlationId);
        }
    }

    public static void Deleted(Session session, Service service, DateTimeOffset now, string correlationId) =>
        Append<ServiceDeleteEvent>(session, "Service deleted", Only(service, []), now, correlationId);

    /// <summary>The service's id and class, and some of its attributes.</summary>
    private static Service Only(Service service, IEnumerable<FieldDescriptor> attributes)
    {
        var kept = attributes.Select(attribute => attribute.Name).Append("id").Append("type").ToHashSet();
        var shown = service.Clone();
        foreach (var attribute in Service.Descriptor.Fields.InDeclarationOrder().Where(attribute => !kept.Contains(attribute.Name)))
            attribute.Accessor.Clear(shown);
        return shown;
    }

    private static void Append<T>(Session session, string title, Service shown, DateTimeOffset now, string correlationId)
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
        if (correlationId.Length > 0)
            Set("correlation_id", correlationId);
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
