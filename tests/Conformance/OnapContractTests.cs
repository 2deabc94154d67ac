using Google.Api;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Onap.Nbi.V4;
using ServiceOrdering.Json;

namespace Conformance;

/// <summary>
/// Holds the messages of ONAP's NBI against the facts of its documents: two of service orders, v3 and v4, and one of the hub. One
/// message stands for a definition of all of them.
/// </summary>
public class OnapContractTests
{
    private static readonly string[] Tables = [Fact.OnapNbiV3, Fact.OnapNbiV4, Fact.OnapNbiHubV4];

    private static readonly Dictionary<string, MessageDescriptor> MessagesOf = new()
    {
        ["ServiceOrder"] = ServiceOrder.Descriptor,
        ["CreateServiceOrder"] = ServiceOrder.Descriptor,
        ["ServiceOrderItem"] = ServiceOrderItem.Descriptor,
        ["CreateServiceOrderItem"] = ServiceOrderItem.Descriptor,
        ["OrderItemRelationship"] = OrderItemRelationship.Descriptor,
        ["OrderMessage"] = OrderMessage.Descriptor,
        ["OrderRelationship"] = OrderRelationship.Descriptor,
        ["RelatedParty"] = RelatedParty.Descriptor,
        ["Service"] = Onap.Nbi.V4.Service.Descriptor,
        ["ServiceCharacteristic"] = ServiceCharacteristic.Descriptor,
        ["ServiceRelationship"] = ServiceRelationship.Descriptor,
        ["ServiceSpecificationRef"] = ServiceSpecificationRef.Descriptor,
        ["TargetServiceSchema"] = TargetServiceSchema.Descriptor,
        ["Value"] = Onap.Nbi.V4.Value.Descriptor,
        ["Hub"] = Hub.Descriptor,
        ["CreateHub"] = Hub.Descriptor,
        ["HubIn"] = Hub.Descriptor,
        ["Notification"] = ServiceOrderNotification.Descriptor,
        ["ServiceOrderCreationNotification"] = ServiceOrderNotification.Descriptor,
        ["ServiceOrderStateChangeNotification"] = ServiceOrderNotification.Descriptor,
        ["ServiceOrderItemStateChangeNotification"] = ServiceOrderNotification.Descriptor,
        ["ServiceOrderSummary"] = ServiceOrderSummary.Descriptor,
        ["ServiceOrderSummaryWithItem"] = ServiceOrderSummary.Descriptor,
        ["ServiceOrderItemSummary"] = ServiceOrderItemSummary.Descriptor,
    };

    private static readonly Dictionary<string, string> EnumsOf = new()
    {
        ["ActionType"] = nameof(OrderItemAction),
        ["StateType"] = nameof(OrderState),
        ["RelationshipType"] = nameof(RelationshipType),
        ["SeverityMessage"] = nameof(MessageSeverity),
    };

    // v3 lets a service's state be any text, and says of types of events what is no name of an enum value.
    private static readonly string[] Text = ["ServiceState", "EventType"];

    // The transcoder writes them; the server's tests hold their members.
    private static readonly string[] Errors = ["Error", "ErrorDetail", "ErrorRepresentation"];

    // In ONAP's code, and in its sample.
    private static readonly string[] Beside = ["ServiceOrderItem.orderMessage"];

    private static readonly Dictionary<string, string> NotRequired = new()
    {
        ["ServiceOrder.id"] = "The server sets it.",
        ["Hub.id"] = "The server sets it.",
        ["Service.id"] = "The document's own POST leaves it out.",
        ["ServiceSpecificationRef.id"] = "v4 refuses an order without it by 400, v3 by 422 with code 100.",
        ["ServiceOrderNotification.eventId"] = "Only sent, never taken.",
        ["ServiceOrderNotification.eventDate"] = "Only sent, never taken.",
        ["ServiceOrderNotification.eventType"] = "Only sent, never taken.",
        ["ServiceOrderNotification.event"] = "Only sent, never taken.",
        ["ServiceOrderSummary.id"] = "Only sent, never taken.",
        ["ServiceOrderItemSummary.id"] = "Only sent, never taken.",
        ["ServiceOrderItemSummary.service"] = "Only sent, never taken.",
    };

    private static readonly Dictionary<string, string> RequiredBeside = new()
    {
        ["ServiceOrder.orderItem"] = "An order without items orders nothing.",
        ["ServiceOrderItem.action"] = "Without it nobody can say what is ordered.",
    };

    public static TheoryData<string, string> Definitions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var table in Tables)
            {
                foreach (var facts in Fact.Read(table).Where(facts => facts.First().Type is not ("enum" or "any") && !Errors.Contains(facts.Key)))
                    data.Add(table, facts.Key);
            }
            return data;
        }
    }

    [Fact]
    public void Every_definition_is_a_message_or_an_enum() => Assert.All(Tables, table => Assert.Empty(
        Fact.Read(table).Where(facts => facts.First().Type != "any").Select(facts => facts.Key).Except(MessagesOf.Keys).Except(EnumsOf.Keys).Except(Text).Except(Errors)));

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Every_property_has_a_field_of_its_type(string table, string definition)
    {
        var message = MessagesOf[definition];

        Assert.Empty(Fact.Read(table)[definition]
            .Where(fact => ContractDefinitions.Field(message, fact.Property) is not { } field || field.IsRepeated != fact.IsArray || !Fits(fact, field))
            .Select(fact => $"{fact.Property}: {fact.Type} {fact.Format}"));
    }

    [Fact]
    public void Every_field_is_a_property_of_one_of_the_documents()
    {
        var properties = Tables.SelectMany(table => Fact.Read(table).Where(facts => MessagesOf.ContainsKey(facts.Key)))
            .SelectMany(facts => facts.Select(fact => $"{MessagesOf[facts.Key].Name}.{fact.Property}"));
        var fields = MessagesOf.Values.Distinct().SelectMany(message => message.Fields.InDeclarationOrder().Select(field => $"{message.Name}.{field.JsonName}"));

        Assert.Equal(Beside, fields.Except(properties));
    }

    [Fact]
    public void Required_is_what_the_documents_require_save_for_the_exceptions()
    {
        var required = Tables.SelectMany(table => Fact.Read(table).Where(facts => MessagesOf.ContainsKey(facts.Key)))
            .SelectMany(facts => facts.Where(fact => fact.Required).Select(fact => $"{MessagesOf[facts.Key].Name}.{fact.Property}")).ToHashSet();
        var marked = MessagesOf.Values.Distinct().SelectMany(message => message.Fields.InDeclarationOrder()
            .Where(field => field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.Required) == true)
            .Select(field => $"{message.Name}.{field.JsonName}"));

        Assert.Subset(required, NotRequired.Keys.ToHashSet());
        Assert.Empty(required.Intersect(RequiredBeside.Keys));
        Assert.Equal(required.Except(NotRequired.Keys).Concat(RequiredBeside.Keys).Order(StringComparer.Ordinal), marked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Enums_have_exactly_the_values_in_their_json_spelling() => Assert.All(Tables, table =>
    {
        foreach (var facts in Fact.Read(table).Where(facts => EnumsOf.ContainsKey(facts.Key)))
            Assert.Equal(facts.Single().Values.Order(StringComparer.Ordinal), EnumNames.All(Enum(facts.Key)).Order(StringComparer.Ordinal));
    });

    [Fact]
    public void Absent_can_be_told_from_empty() => Assert.All(
        MessagesOf.Values.Distinct().Where(message => message != ServiceOrderNotification.Descriptor).SelectMany(message => message.Fields.InDeclarationOrder()).Where(field => !field.IsRepeated),
        field => Assert.True(field.HasPresence, field.FullName));

    private static EnumDescriptor Enum(string definition) => ServiceOrder.Descriptor.File.EnumTypes.Single(type => type.Name == EnumsOf[definition]);

    private static bool Fits(Fact fact, FieldDescriptor field) => (fact.ElementType, fact.Format) switch
    {
        ("string", "date-time") => field.FieldType == FieldType.Message && field.MessageType == Timestamp.Descriptor,
        ("string", "") => field.FieldType == FieldType.String,
        ("boolean", "") => field.FieldType == FieldType.Bool,
        (var definition, "") when Text.Contains(definition) => field.FieldType == FieldType.String,
        (var definition, "") when EnumsOf.ContainsKey(definition) => field.FieldType == FieldType.Enum && field.EnumType == Enum(definition),
        (var definition, "") when MessagesOf.TryGetValue(definition, out var message) => field.FieldType == FieldType.Message && field.MessageType == message,
        _ => false,
    };
}
