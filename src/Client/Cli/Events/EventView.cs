using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Events;

/// <summary>Shows messages of a watch: as the lines that the REST stream has, or as rows that come one by one.</summary>
internal static class EventView
{
    public static void Write(Screen screen, WatchEventsResponse message)
    {
        if (screen.IsJson)
        {
            screen.WriteJsonLine(message);
            return;
        }

        switch (message.ChangeCase)
        {
            case WatchEventsResponse.ChangeOneofCase.Event:
                WriteEvent(screen, message.Event);
                break;
            case WatchEventsResponse.ChangeOneofCase.SnapshotItem when message.SnapshotItem.ServiceOrder is { } order:
                WriteRow(screen, order.OrderDate, "(is)", order, "");
                break;
            case WatchEventsResponse.ChangeOneofCase.SnapshotItem when message.SnapshotItem.CancelServiceOrder is { } cancel:
                WriteRow(screen, null, "(is)", cancel, "");
                break;
        }
    }

    /// <summary>What all envelopes have.</summary>
    public static (string Type, Timestamp? Time, ServiceOrder? Order, string FieldPath) Open(Event told)
    {
        var envelope = Set(told);
        var order = Set(Member<IMessage>(envelope, "event")!) as ServiceOrder;
        return (envelope.Descriptor.Name, Member<Timestamp>(envelope, "event_time"), order, Member<string>(envelope, "field_path") ?? "");
    }

    private static void WriteEvent(Screen screen, Event told)
    {
        var envelope = Set(told);
        WriteRow(screen, Member<Timestamp>(envelope, "event_time"), envelope.Descriptor.Name, Set(Member<IMessage>(envelope, "event")!), Member<string>(envelope, "field_path") ?? "");
    }

    private static void WriteRow(Screen screen, Timestamp? time, string what, IMessage resource, string fieldPath)
    {
        var (id, state, more) = resource switch
        {
            ServiceOrder order => (order.Id, order.HasState ? EnumNames.Json(order.State) : "", order.ExternalId),
            CancelServiceOrder cancel => (cancel.Id, EnumNames.Json(cancel.State), $"order {cancel.ServiceOrder?.Id}"),
            _ => ("", "", ""),
        };
        screen.WriteLine($"{time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'") ?? "",-25}{what,-38}{id,-38}{state,-22}{more}{fieldPath}".TrimEnd());
    }

    private static IMessage Set(IMessage message) => (IMessage)message.Descriptor.Fields.InFieldNumberOrder()
        .First(field => field.HasPresence && field.Accessor.HasValue(message)).Accessor.GetValue(message);

    private static T? Member<T>(IMessage message, string name)
        where T : class => message.Descriptor.FindFieldByName(name)?.Accessor.GetValue(message) as T;
}
