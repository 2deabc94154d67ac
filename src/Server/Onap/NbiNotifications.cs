using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Onap.Nbi.V4;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Events;
using ServiceOrdering.Server.Hub;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;
using Event = ServiceOrdering.Events.V1.Event;
using ServiceOrder = Tmf.ServiceOrdering.V4.ServiceOrder;
using ServiceOrderItem = Tmf.ServiceOrdering.V4.ServiceOrderItem;
using StoredService = Tmf.ServiceInventory.V5.Service;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// What a listener of the NBI is told of an event. Of a change of states: first each item whose state has changed as NBI shows it, then the
/// order, if its own has; who acts on the order's state knows the items' by then.
/// </summary>
internal sealed class NbiNotifications(NbiHubQuery query, Sight sight, EventTypes types, NbiSubjects subjects) : INotifications
{
    public EventFilter Filter { get; } = new(sight, ServiceOrdering.Query.Filter.All, NbiEventTypes.SourcesOf(query.EventTypes), resourceIds: null);

    public string ContentType => "application/json; charset=utf-8";

    public async ValueTask<IReadOnlyList<Notification>> OfAsync(LoggedEvent logged)
    {
        var told = types.Read(logged.Type, logged.Body.Span, "").Event;
        var previous = logged.Previous is null ? null : JsonFormat.Parse<ServiceOrder>(logged.Previous);
        return told.EventCase switch
        {
            Event.EventOneofCase.ServiceOrderCreateEvent => Creation(logged.Id, told.ServiceOrderCreateEvent),
            Event.EventOneofCase.ServiceOrderStateChangeEvent => await StateChangeAsync(logged.Id, told.ServiceOrderStateChangeEvent, previous),
            Event.EventOneofCase.ServiceOrderAttributeValueChangeEvent when previous is not null => ItemChange(logged.Id, told.ServiceOrderAttributeValueChangeEvent, previous),
            Event.EventOneofCase.ServiceCreateEvent => Service(logged.Id, NbiEventTypes.ServiceCreation, told.ServiceCreateEvent.EventTime, told.ServiceCreateEvent.Event.Service),
            Event.EventOneofCase.ServiceAttributeValueChangeEvent =>
                await ServiceChangeAsync(logged.Id, told.ServiceAttributeValueChangeEvent.EventTime, told.ServiceAttributeValueChangeEvent.Event.Service),
            Event.EventOneofCase.ServiceOperatingStatusChangeEvent =>
                await ServiceChangeAsync(logged.Id, told.ServiceOperatingStatusChangeEvent.EventTime, told.ServiceOperatingStatusChangeEvent.Event.Service),
            Event.EventOneofCase.ServiceStateChangeEvent =>
                await ServiceChangeAsync(logged.Id, told.ServiceStateChangeEvent.EventTime, told.ServiceStateChangeEvent.Event.Service),
            Event.EventOneofCase.ServiceDeleteEvent => Service(logged.Id, NbiEventTypes.ServiceRemove, told.ServiceDeleteEvent.EventTime, told.ServiceDeleteEvent.Event.Service),
            _ => [],
        };
    }

    private List<Notification> Creation(string id, ServiceOrderCreateEvent told)
    {
        var order = Summary(told.Event.ServiceOrder);
        return query.Wants(NbiEventTypes.OrderCreation, order.State) ? [Order(id, NbiEventTypes.OrderCreation, told.EventTime, order)] : [];
    }

    private async ValueTask<List<Notification>> StateChangeAsync(string id, ServiceOrderStateChangeEvent told, ServiceOrder? previous)
    {
        var after = told.Event.ServiceOrder;
        var order = Summary(after);
        var items = Changed(after, previous, order.State);
        var notifications = new List<Notification>();
        if (items.Count > 0)
        {
            // Here the event has no more of an item's service than its id.
            var now = await subjects.FindOrderAsync(after.Id, sight);
            var services = now is null ? [] : ServiceOrderItems.All(now, "").GroupBy(placed => placed.Item.Id).ToDictionary(placed => placed.Key, placed => placed.First().Item.Service);
            foreach (var item in items)
            {
                item.Service = services.GetValueOrDefault(item.Id) ?? item.Service;
                notifications.Add(Item(id, told.EventTime, order, item));
            }
        }
        // An event of before the log kept what was: then it is told.
        var isNews = previous is null || NbiStates.Of(previous.State) != order.State;
        if (isNews && query.Wants(NbiEventTypes.OrderStateChange, order.State))
            notifications.Add(Order(id, NbiEventTypes.OrderStateChange, told.EventTime, order));
        return notifications;
    }

    /// <summary>The order's state is as it was; items have changed theirs.</summary>
    private List<Notification> ItemChange(string id, ServiceOrderAttributeValueChangeEvent told, ServiceOrder previous)
    {
        var after = told.Event.ServiceOrder;
        var isNewExternalId = told.FieldPath.Split(',').Contains("externalId");
        after.State = previous.State;
        after.OrderDate ??= previous.OrderDate;
        after.CompletionDate ??= previous.CompletionDate;
        if (!isNewExternalId && previous.HasExternalId)
            after.ExternalId = previous.ExternalId;
        var order = Summary(after);
        return Changed(after, previous, order.State).ConvertAll(item => Item(id, told.EventTime, order, item));
    }

    /// <summary>The items whose state, as NBI shows it, is not what it was, as far as the listener wants to know.</summary>
    private List<ServiceOrderItem> Changed(ServiceOrder after, ServiceOrder? previous, OrderState state)
    {
        var before = previous?.ServiceOrderItem.DistinctBy(item => item.Id).ToDictionary(item => item.Id, item => NbiStates.Of(item.State)) ?? [];
        return
        [
            .. ServiceOrderItems.All(after, "").Select(placed => placed.Item).Where(item =>
                before.TryGetValue(item.Id, out var was) && was != NbiStates.Of(item.State)
                && query.Wants(NbiEventTypes.ItemStateChange, state, NbiStates.Of(item.State))),
        ];
    }

    private async ValueTask<List<Notification>> ServiceChangeAsync(string id, Timestamp at, StoredService told)
    {
        if (await subjects.FindServiceAsync(told.Id, sight) is { } now)
        {
            if (told.HasState)
                now.State = told.State;
            told = now;
        }
        return Service(id, NbiEventTypes.ServiceAttributeValueChange, at, told);
    }

    private List<Notification> Service(string id, string type, Timestamp at, StoredService told)
    {
        if (!query.Wants(type))
            return [];
        var service = new ServiceSummary { Id = told.Id, Href = $"service/{told.Id}", Type = "service-instance" };
        if (told.HasName)
            service.Name = told.Name;
        if (told.HasState)
            service.State = EnumNames.Json(told.State);
        service.RelatedParty.Add(told.RelatedParty.Select(Party));
        return [new Notification(id, type, JsonFormat.ToUtf8Bytes(new ServiceNotification { EventId = id, EventDate = at, EventType = type, Event = service }))];
    }

    private static RelatedParty Party(Tmf.Common.V5.RelatedPartyRefOrPartyRoleRef related)
    {
        var party = related.PartyOrPartyRole is { } who ? SharedMembers.Copy(who, new RelatedParty()) : new RelatedParty();
        party.Role = related.Role;
        return party;
    }

    private static ServiceOrderSummary Summary(ServiceOrder order)
    {
        var summary = new ServiceOrderSummary
        {
            Id = order.Id,
            Href = OrderToNbi.HrefOf(order.Id),
            State = NbiStates.Of(order.State),
            OrderDate = order.OrderDate,
            CompletionDateTime = order.CompletionDate,
        };
        if (order.HasExternalId)
            summary.ExternalId = order.ExternalId;
        return summary;
    }

    private static Notification Item(string eventId, Timestamp at, ServiceOrderSummary order, ServiceOrderItem item)
    {
        var told = order.Clone();
        var summary = new ServiceOrderItemSummary { Id = item.Id, State = NbiStates.Of(item.State), Service = OrderToNbi.Service(item.Service) };
        if (NbiStates.Of(item.Action) is var action and not OrderItemAction.Unspecified)
            summary.Action = action;
        told.OrderItem.Add(summary);
        return Order(IdOf(eventId, item.Id), NbiEventTypes.ItemStateChange, at, told);
    }

    private static Notification Order(string id, string type, Timestamp at, ServiceOrderSummary order) =>
        new(id, type, JsonFormat.ToUtf8Bytes(new ServiceOrderNotification { EventId = id, EventDate = at, EventType = type, Event = order }));

    /// <summary>A UUID that is the same whenever this item's change is told.</summary>
    private static string IdOf(string eventId, string itemId)
    {
        var id = SHA256.HashData(Encoding.UTF8.GetBytes($"{eventId}/{itemId}")).AsSpan(0, 16);
        // Version 8: made of what its maker chooses.
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
