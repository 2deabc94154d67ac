using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceInventory;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.Common.V5;
using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;
using Ordered = Tmf.Common.V4.ServiceRefOrValue;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// What an item of an order makes of the inventory. TMF641 v4 describes the service that is ordered, TMF638 v5 the one that there
/// is: places, parties and entities are there objects of their own beside their role. Pure.
/// </summary>
internal static class DeliveredService
{
    private const string Added = "origin";
    private const string Changed = "change";

    // What an item says nothing of, or what has rules of its own.
    private static readonly int[] Kept =
    [
        Service.IdFieldNumber, Service.HrefFieldNumber, Service.StateFieldNumber, Service.ServiceDateFieldNumber, Service.ServiceOrderItemFieldNumber,
        Service.TypeFieldNumber, Service.BaseTypeFieldNumber, Service.SchemaLocationFieldNumber,
    ];

    /// <summary>What was ordered, with what delivering it has made different.</summary>
    public static Ordered Complete(Ordered ordered, Ordered? delivered)
    {
        var complete = ordered.Clone();
        if (delivered is null)
            return complete;
        foreach (var characteristic in delivered.ServiceCharacteristic)
        {
            foreach (var old in complete.ServiceCharacteristic.Where(each => each.Name == characteristic.Name).ToList())
                complete.ServiceCharacteristic.Remove(old);
        }
        complete.MergeFrom(delivered);
        return complete;
    }

    /// <summary>The service that an item adds.</summary>
    public static Service Add(ServiceOrder order, ServiceOrderItem item, Ordered complete, DateTimeOffset now)
    {
        // ONAP names the customer in the order alone, and asks afterwards whether the inventory knows him.
        if (OrderCustomer.OfOnap(order) is { } customer && complete.RelatedParty.All(party => party.Id != customer.Id))
        {
            complete = complete.Clone();
            complete.RelatedParty.Add(customer);
        }
        var service = Convert(complete);
        service.Id = ResourceId.New();
        service.ServiceDate = TmfDate.Text(TmfDate.Of(now));
        if (!service.HasState || !ServiceLifecycle.IsFirst(service.State))
            service.State = ServiceState.Active;
        if (!service.HasType)
            service.Type = nameof(Service);
        // What was ordered had not started; what is delivered has, where it is active.
        if (service.State == ServiceState.Active)
            service.ClearHasStarted();
        Link(service, order, item, Added);
        Finish(service);
        ServiceLifecycle.Enter(new Service(), service, now);
        return service;
    }

    /// <summary>A service after an item has changed it: lists that the item has take the place of the service's, characteristics by their names.</summary>
    public static Service Modify(Service before, ServiceOrder order, ServiceOrderItem item, Ordered complete, DateTimeOffset now)
    {
        var after = before.Clone();
        var ordered = Convert(complete);
        foreach (var field in Service.Descriptor.Fields.InDeclarationOrder().Where(field => !Kept.Contains(field.FieldNumber) && Attributes.IsSet(field, ordered)))
        {
            if (!field.IsRepeated)
            {
                field.Accessor.SetValue(after, field.Accessor.GetValue(ordered));
                continue;
            }
            var list = (IList)field.Accessor.GetValue(after);
            if (field.FieldNumber == Service.ServiceCharacteristicFieldNumber)
            {
                foreach (var old in after.ServiceCharacteristic.Where(old => ordered.ServiceCharacteristic.Any(each => each.Name == old.Name)).ToList())
                    after.ServiceCharacteristic.Remove(old);
            }
            else
            {
                list.Clear();
            }
            foreach (var element in (IList)field.Accessor.GetValue(ordered))
                list.Add(element);
        }
        if (ordered.HasState && ServiceLifecycle.After(before.State).Contains(ordered.State))
            after.State = ordered.State;
        Link(after, order, item, Changed);
        Finish(after);
        ServiceLifecycle.Enter(before, after, now);
        return after;
    }

    /// <summary>A service after an item has ended it.</summary>
    public static Service Terminate(Service before, ServiceOrder order, ServiceOrderItem item, DateTimeOffset now)
    {
        var after = before.Clone();
        after.State = ServiceState.Terminated;
        Link(after, order, item, Changed);
        Finish(after);
        ServiceLifecycle.Enter(before, after, now);
        return after;
    }

    /// <summary>Relates services as their items are related, where they are not yet.</summary>
    public static void Relate(Service service, string relationshipType, string otherId)
    {
        if (service.ServiceRelationship.Any(relationship => relationship.RelationshipType == relationshipType && relationship.Service?.Id == otherId))
            return;
        service.ServiceRelationship.Add(new ServiceRelationship { RelationshipType = relationshipType, Service = new ServiceRefOrValue { Id = otherId } });
        Finish(service);
    }

    private static void Link(Service service, ServiceOrder order, ServiceOrderItem item, string role) => service.ServiceOrderItem.Add(new RelatedServiceOrderItem
    {
        ServiceOrderId = order.Id,
        ItemId = item.Id,
        ItemAction = (OrderItemAction)item.Action,
        Role = role,
    });

    /// <summary>Names the classes of its objects. A characteristic whose value does not fit what the order says of it is a plain one.</summary>
    private static void Finish(Service service)
    {
        foreach (var (part, _) in ServiceParts.All(service, ""))
        {
            ServiceClasses.Fill(part);
            if (part is Characteristic characteristic && !CharacteristicClasses.Fits(characteristic))
                characteristic.Type = nameof(Characteristic);
        }
    }

    private static Service Convert(Ordered ordered)
    {
        var tree = JsonNode.Parse(JsonFormat.ToUtf8Bytes(ordered))!.AsObject();
        foreach (var name in new[] { "id", "href", "serviceOrderItem", "@referredType" })
            tree.Remove(name);
        Convert(tree);
        var service = new Service();
        var read = JsonFormat.Read(JsonSerializer.SerializeToUtf8Bytes(tree), service);
        return read.Succeeded ? service : throw new InvalidDataException(read.Malformation?.Message ?? $"{read.Violations[0].Place}: {read.Violations[0].Message}");
    }

    private static void Convert(JsonObject service)
    {
        Nest(service, "place", "place", "RelatedPlaceRefOrValue");
        Nest(service, "relatedParty", "partyOrPartyRole", "RelatedParty");
        Nest(service, "relatedEntity", "entity", "RelatedEntityRefOrValue");
        foreach (var characteristic in Objects(service, "serviceCharacteristic"))
            DropPlainClass(characteristic, nameof(Characteristic));
        foreach (var characteristic in Objects(service, "feature").SelectMany(feature => Objects(feature, "featureCharacteristic")))
            DropPlainClass(characteristic, nameof(Characteristic));
        foreach (var relationship in Objects(service, "serviceRelationship"))
        {
            foreach (var characteristic in Objects(relationship, "serviceRelationshipCharacteristic"))
                DropPlainClass(characteristic, nameof(Characteristic));
            if (relationship["service"] is JsonObject related)
                Convert(related);
            else if (relationship["id"] is { } id)
                relationship["service"] = new JsonObject { ["id"] = id.DeepClone() };
            relationship.Remove("id");
            relationship.Remove("href");
        }
        foreach (var supporting in Objects(service, "supportingService"))
            Convert(supporting);
    }

    /// <summary>Puts what stands beside a role into an object of its own.</summary>
    private static void Nest(JsonObject service, string list, string member, string plainClass)
    {
        foreach (var related in Objects(service, list))
        {
            var inner = new JsonObject();
            foreach (var (name, value) in related.Where(pair => pair.Key != "role").ToList())
            {
                related.Remove(name);
                inner[name] = value;
            }
            DropPlainClass(inner, plainClass);
            related[member] = inner;
        }
    }

    // The class of v4 that says no more than the message does is another one in v5.
    private static void DropPlainClass(JsonObject value, string plainClass)
    {
        if ((string?)value["@type"] == plainClass)
            value.Remove("@type");
    }

    private static IEnumerable<JsonObject> Objects(JsonObject value, string list) => value[list] is JsonArray array ? array.OfType<JsonObject>() : [];
}
