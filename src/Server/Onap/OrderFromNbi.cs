using Google.Protobuf.WellKnownTypes;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// Makes an order of the model of what ONAP's NBI was sent. Pure and total; <see cref="OrderToNbi"/> reads the same of it. What
/// TMF641 has no place for is kept among its extensions.
/// </summary>
internal static class OrderFromNbi
{
    public const string Dependency = "dependency";
    public const string ReliesOn = "reliesOn";

    private const string Unnamed = "related";

    /// <summary>The order, without what the server sets.</summary>
    /// <param name="sent">What was sent.</param>
    /// <param name="version">Version of the NBI.</param>
    /// <param name="knownOrders">Of the orders that it relates to, those that there are. Nothing waits for another one, which would never come.</param>
    public static ServiceOrder Order(Nbi.ServiceOrder sent, string version, IReadOnlySet<string> knownOrders)
    {
        var order = SharedMembers.Copy(sent, new ServiceOrder());
        if (sent.CompletionDateTime is not null)
            order.CompletionDate = sent.CompletionDateTime;
        order.RelatedParty.AddRange(sent.RelatedParty.Select(Party));
        order.OrderRelationship.AddRange(sent.OrderRelationship.Select(relationship => Relationship(relationship, knownOrders.Contains(relationship.Id))));
        order.ServiceOrderItem.AddRange(sent.OrderItem.Select(Item));
        order.Extensions = NbiExtensions.With(null, NbiExtensions.PlacedBy, Value.ForString(version));
        return order;
    }

    private static RelatedParty Party(Nbi.RelatedParty sent) => SharedMembers.Copy(sent, new RelatedParty());

    private static ServiceOrderRelationship Relationship(Nbi.OrderRelationship sent, bool isKnown)
    {
        var relationship = SharedMembers.Copy(sent, new ServiceOrderRelationship());
        relationship.RelationshipType = !sent.HasType ? Unnamed : sent.Type is ReliesOn or Dependency ? (isKnown ? Dependency : ReliesOn) : sent.Type;
        if (OrderToNbi.TypeOf(relationship) != (sent.HasType ? sent.Type : null))
            relationship.Extensions = NbiExtensions.With(null, NbiExtensions.Type, sent.HasType ? Value.ForString(sent.Type) : Value.ForNull());
        return relationship;
    }

    private static ServiceOrderItem Item(Nbi.ServiceOrderItem sent)
    {
        var item = SharedMembers.Copy(sent, new ServiceOrderItem());
        if (sent.HasAction)
            item.Action = (OrderItemAction)sent.Action;
        if (sent.Service is not null)
            item.Service = Service(sent.Service);
        item.ServiceOrderItemRelationship.AddRange(sent.OrderItemRelationship.Select(Relationship));
        return item;
    }

    private static ServiceOrderItemRelationship Relationship(Nbi.OrderItemRelationship sent)
    {
        var relationship = new ServiceOrderItemRelationship { OrderItem = new ServiceOrderItemRef() };
        if (sent.HasId)
            relationship.OrderItem.ItemId = sent.Id;
        if (sent.HasType)
            relationship.RelationshipType = Dependency;
        return relationship;
    }

    private static ServiceRefOrValue Service(Nbi.Service sent)
    {
        var service = SharedMembers.Copy(sent, new ServiceRefOrValue());
        if (sent.HasServiceState && OrderToNbi.StateOf(sent.ServiceState) is { } state)
            service.State = state;
        else if (sent.HasServiceState)
            service.Extensions = NbiExtensions.With(service.Extensions, NbiExtensions.ServiceState, Value.ForString(sent.ServiceState));
        service.ServiceCharacteristic.AddRange(sent.ServiceCharacteristic.Select(Characteristic));
        service.ServiceRelationship.AddRange(sent.ServiceRelationship.Select(Relationship));
        service.RelatedParty.AddRange(sent.RelatedParty.Select(Party));
        if (sent.ServiceSpecification is not null)
            service.ServiceSpecification = Specification(sent.ServiceSpecification);
        return service;
    }

    private static ServiceRelationship Relationship(Nbi.ServiceRelationship sent)
    {
        var relationship = new ServiceRelationship();
        if (sent.HasType)
            relationship.RelationshipType = Dependency;
        if (sent.Service is not null)
            relationship.Service = Service(sent.Service);
        return relationship;
    }

    private static Characteristic Characteristic(Nbi.ServiceCharacteristic sent)
    {
        var characteristic = SharedMembers.Copy(sent, new Characteristic());
        characteristic.Value = sent.Value is { HasServiceCharacteristicValue: true } text ? Value.ForString(text.ServiceCharacteristicValue) : Value.ForNull();
        if (sent.Value is { } value && (value.HasType || value.HasSchemaLocation || !value.HasServiceCharacteristicValue))
            characteristic.Extensions = NbiExtensions.With(null, NbiExtensions.Value, Classes(value.HasType ? value.Type : null, value.HasSchemaLocation ? value.SchemaLocation : null));
        return characteristic;
    }

    private static ServiceSpecificationRef Specification(Nbi.ServiceSpecificationRef sent)
    {
        var specification = SharedMembers.Copy(sent, new ServiceSpecificationRef());
        if (sent.TargetServiceSchema is { } schema)
        {
            specification.Extensions = NbiExtensions.With(
                null, NbiExtensions.TargetServiceSchema, Classes(schema.HasType ? schema.Type : null, schema.HasSchemaLocation ? schema.SchemaLocation : null));
        }
        return specification;
    }

    private static Value Classes(string? type, string? schemaLocation)
    {
        var members = new Struct();
        if (type is not null)
            members.Fields[NbiExtensions.ClassMember] = Value.ForString(type);
        if (schemaLocation is not null)
            members.Fields[NbiExtensions.SchemaMember] = Value.ForString(schemaLocation);
        return Value.ForStruct(members);
    }
}
