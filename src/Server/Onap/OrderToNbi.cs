using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Json;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>Shows an order of the model in the dialect of ONAP's NBI. Pure and total: whatever an order holds reads as the nearest thing.</summary>
internal static class OrderToNbi
{
    /// <summary>Where an order is, relative to the API's base.</summary>
    public static string HrefOf(string id) => $"serviceOrder/{id}";

    /// <summary>The order. Items of items stand behind the one that they are in.</summary>
    /// <param name="order">The order.</param>
    /// <param name="percentages">How much of its items their holders say is done, by order and item; null for nothing.</param>
    public static Nbi.ServiceOrder Order(ServiceOrder order, IReadOnlyDictionary<(string OrderId, string ItemId), long>? percentages = null)
    {
        var shown = SharedMembers.Copy(order, new Nbi.ServiceOrder());
        shown.Href = HrefOf(order.Id);
        if (NbiStates.Of(order.State) is not Nbi.OrderState.Unspecified and var state)
            shown.State = state;
        if (order.CompletionDate is not null)
            shown.CompletionDateTime = order.CompletionDate;
        shown.RelatedParty.AddRange(order.RelatedParty.Select(Party));
        shown.OrderRelationship.AddRange(order.OrderRelationship.Select(Relationship));
        shown.OrderMessage.AddRange(NbiMessages.Of(order));
        foreach (var (item, _) in ServiceOrderItems.All(order, ""))
            shown.OrderItem.Add(Item(item, percentages?.GetValueOrDefault((order.Id, item.Id)) ?? 0));
        return shown;
    }

    /// <summary>The service of an item.</summary>
    public static Nbi.Service Service(ServiceRefOrValue service)
    {
        var shown = SharedMembers.Copy(service, new Nbi.Service());
        if (service.HasState)
            shown.ServiceState = service.State == ServiceState.Active ? Active : Inactive;
        else if (NbiExtensions.FindText(service.Extensions, NbiExtensions.ServiceState) is { } state)
            shown.ServiceState = state;
        shown.ServiceCharacteristic.AddRange(service.ServiceCharacteristic.Select(Characteristic));
        shown.ServiceRelationship.AddRange(service.ServiceRelationship.Select(Relationship));
        shown.RelatedParty.AddRange(service.RelatedParty.Select(Party));
        if (service.ServiceSpecification is not null)
            shown.ServiceSpecification = Specification(service.ServiceSpecification);
        return shown;
    }

    /// <summary>The state of TMF641 that a text of NBI means; null for none.</summary>
    public static ServiceState? StateOf(string text) => text switch
    {
        Active => ServiceState.Active,
        Inactive => ServiceState.Inactive,
        _ => null,
    };

    /// <summary>The type of a relation of orders; null for none.</summary>
    public static string? TypeOf(ServiceOrderRelationship relationship) =>
        NbiExtensions.Find(relationship.Extensions, NbiExtensions.Type) is not null ? NbiExtensions.FindText(relationship.Extensions, NbiExtensions.Type)
        : relationship.RelationshipType == OrderFromNbi.Dependency ? OrderFromNbi.ReliesOn
        : relationship.HasRelationshipType ? relationship.RelationshipType
        : null;

    private const string Active = "active";
    private const string Inactive = "inactive";

    private static Nbi.RelatedParty Party(RelatedParty party) => SharedMembers.Copy(party, new Nbi.RelatedParty());

    private static Nbi.OrderRelationship Relationship(ServiceOrderRelationship relationship)
    {
        var shown = SharedMembers.Copy(relationship, new Nbi.OrderRelationship());
        if (TypeOf(relationship) is { } type)
            shown.Type = type;
        return shown;
    }

    private static Nbi.ServiceOrderItem Item(ServiceOrderItem item, long percentage)
    {
        var shown = SharedMembers.Copy(item, new Nbi.ServiceOrderItem());
        if (item.HasAction)
            shown.Action = (Nbi.OrderItemAction)item.Action;
        if (NbiStates.Of(item.State) is not Nbi.OrderState.Unspecified and var state)
            shown.State = state;
        shown.PercentProgress = item.State == ServiceOrderItemState.Completed ? "100" : percentage.ToString(CultureInfo.InvariantCulture);
        // Another order's items have no name here.
        shown.OrderItemRelationship.AddRange(item.ServiceOrderItemRelationship.Where(relationship => relationship.OrderItem is { HasServiceOrderId: false }).Select(Relationship));
        if (item.Service is not null)
            shown.Service = Service(item.Service);
        shown.OrderItemMessage.AddRange(NbiMessages.Of(item));
        shown.OrderMessage.AddRange(shown.OrderItemMessage);
        return shown;
    }

    private static Nbi.OrderItemRelationship Relationship(ServiceOrderItemRelationship relationship)
    {
        var shown = new Nbi.OrderItemRelationship();
        if (relationship.OrderItem.HasItemId)
            shown.Id = relationship.OrderItem.ItemId;
        if (IsReliance(relationship.RelationshipType))
            shown.Type = Nbi.RelationshipType.ReliesOn;
        return shown;
    }

    private static Nbi.ServiceRelationship Relationship(ServiceRelationship relationship)
    {
        var shown = new Nbi.ServiceRelationship();
        if (IsReliance(relationship.RelationshipType))
            shown.Type = Nbi.RelationshipType.ReliesOn;
        if (relationship.Service is not null)
            shown.Service = Service(relationship.Service);
        return shown;
    }

    private static bool IsReliance(string type) => type is OrderFromNbi.Dependency or OrderFromNbi.ReliesOn;

    private static Nbi.ServiceCharacteristic Characteristic(Characteristic characteristic)
    {
        var shown = SharedMembers.Copy(characteristic, new Nbi.ServiceCharacteristic());
        var classes = NbiExtensions.Find(characteristic.Extensions, NbiExtensions.Value)?.StructValue;
        var text = TextOf(characteristic.Value);
        if (classes is null && text is null)
            return shown;
        shown.Value = new Nbi.Value();
        if (text is not null)
            shown.Value.ServiceCharacteristicValue = text;
        if (NbiExtensions.FindText(classes, NbiExtensions.ClassMember) is { } type)
            shown.Value.Type = type;
        if (NbiExtensions.FindText(classes, NbiExtensions.SchemaMember) is { } schema)
            shown.Value.SchemaLocation = schema;
        return shown;
    }

    private static string? TextOf(Value? value) => value?.KindCase switch
    {
        null or Value.KindOneofCase.None or Value.KindOneofCase.NullValue => null,
        Value.KindOneofCase.StringValue => value.StringValue,
        _ => JsonFormat.ToText(value),
    };

    private static Nbi.ServiceSpecificationRef Specification(ServiceSpecificationRef specification)
    {
        var shown = SharedMembers.Copy(specification, new Nbi.ServiceSpecificationRef());
        if (NbiExtensions.Find(specification.Extensions, NbiExtensions.TargetServiceSchema)?.StructValue is not { } schema)
            return shown;
        shown.TargetServiceSchema = new Nbi.TargetServiceSchema();
        if (NbiExtensions.FindText(schema, NbiExtensions.ClassMember) is { } type)
            shown.TargetServiceSchema.Type = type;
        if (NbiExtensions.FindText(schema, NbiExtensions.SchemaMember) is { } location)
            shown.TargetServiceSchema.SchemaLocation = location;
        return shown;
    }
}
