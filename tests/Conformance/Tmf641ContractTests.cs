using Google.Api;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;

namespace Conformance;

/// <summary>Holds the messages against the facts of TMF641 v4.1: everything of it is there, and nothing else.</summary>
public class Tmf641ContractTests
{
    private static readonly ILookup<string, Fact> Facts = Fact.Read(Fact.Tmf641);

    // A resource and the forms of it that the standard defines beside it; what they hold is found from here.
    private static readonly ContractDefinitions Contract = new(Facts,
    [
        ("ServiceOrder", ServiceOrder.Descriptor),
        ("ServiceOrder_Create", ServiceOrder.Descriptor),
        ("ServiceOrder_Update", ServiceOrder.Descriptor),
        ("ServiceOrderCreateEvent", ServiceOrderCreateEvent.Descriptor),
        ("ServiceOrderAttributeValueChangeEvent", ServiceOrderAttributeValueChangeEvent.Descriptor),
        ("ServiceOrderStateChangeEvent", ServiceOrderStateChangeEvent.Descriptor),
        ("ServiceOrderDeleteEvent", ServiceOrderDeleteEvent.Descriptor),
        ("ServiceOrderInformationRequiredEvent", ServiceOrderInformationRequiredEvent.Descriptor),
        ("ServiceOrderMilestoneEvent", ServiceOrderMilestoneEvent.Descriptor),
        ("ServiceOrderJeopardyEvent", ServiceOrderJeopardyEvent.Descriptor),
    ]);

    // Required by the standard and not by us.
    private static readonly (string Property, string Reason)[] NotRequired =
    [
        ("ServiceOrderItemRef.id", "The definition requires a property that it does not have."),
        ("RelatedParty.@type", "TM Forum's own examples leave it out."),
        ("RelatedParty.@referredType", "TM Forum's own examples leave it out."),
        ("Feature.featureCharacteristic", "A feature may be switched without being configured."),
    ];

    private static readonly Dictionary<string, int> MetaAttributes = new()
    {
        ["@baseType"] = 101,
        ["@schemaLocation"] = 102,
        ["@type"] = 103,
        ["@referredType"] = 104,
    };

    public static TheoryData<string> Messages => [.. Contract.Messages];

    public static TheoryData<string> Enums => [.. Contract.Enums];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_property_has_a_field_of_its_type(string definition)
    {
        var wrong = Contract.Properties(definition)
            .Where(fact => fact.Type.Length > 0)
            .Select(fact => (fact, field: ContractDefinitions.Field(Contract.Message(definition), fact.Property)))
            .Where(pair => pair.field is null || pair.field.IsRepeated != pair.fact.IsArray || !Fits(pair.fact, pair.field))
            .Select(pair => $"{pair.fact.Property}: {pair.fact.Type} {pair.fact.Format} is {Describe(pair.field)}");

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Every_field_is_a_property_or_keeps_the_extensions(string definition)
    {
        var message = Contract.Message(definition);
        var known = Contract.PropertiesOf(message).Select(fact => fact.Property);

        Assert.Equal(["extensions"], message.Fields.InDeclarationOrder().Select(field => field.JsonName).Except(known));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Required_is_what_the_standard_requires_save_its_mistakes(string definition)
    {
        var message = Contract.Message(definition);
        var required = Contract.PropertiesOf(message)
            .Where(fact => fact.Required && !NotRequired.Any(exception => exception.Property == FullName(fact)))
            .Select(fact => fact.Property)
            .Distinct()
            .Order(StringComparer.Ordinal);
        var marked = message.Fields.InDeclarationOrder()
            .Where(IsRequired)
            .Select(field => field.JsonName)
            .Order(StringComparer.Ordinal);

        Assert.Equal(required, marked);
    }

    [Fact]
    public void Exceptions_to_required_are_required_by_the_standard() =>
        Assert.All(NotRequired, exception => Assert.Contains(
            Contract.Messages.SelectMany(Contract.Properties),
            fact => fact.Required && FullName(fact) == exception.Property));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Meta_attributes_have_the_same_numbers_everywhere(string definition)
    {
        foreach (var field in Contract.Message(definition).Fields.InDeclarationOrder())
        {
            Assert.Equal(MetaAttributes.ContainsValue(field.FieldNumber), MetaAttributes.ContainsKey(field.JsonName));
            Assert.Equal(MetaAttributes.GetValueOrDefault(field.JsonName, field.FieldNumber), field.FieldNumber);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Field_105_keeps_the_extensions(string definition)
    {
        var marked = Assert.Single(
            Contract.Message(definition).Fields.InDeclarationOrder(),
            field => field.GetOptions()?.GetExtension(RestExtensions.Extensions) == true);

        Assert.Equal((105, "extensions"), (marked.FieldNumber, marked.Name));
        Assert.Equal(Struct.Descriptor, marked.MessageType);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Absent_can_be_told_from_empty(string definition) =>
        Assert.All(
            Contract.Message(definition).Fields.InDeclarationOrder().Where(field => !field.IsRepeated),
            field => Assert.True(field.HasPresence, field.FullName));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_is_named_as_its_definition(string definition) =>
        Assert.Equal(definition.Split('_')[0], Contract.Message(definition).Name);

    [Theory]
    [MemberData(nameof(Enums))]
    public void Enum_has_exactly_the_values_in_their_json_spelling(string definition)
    {
        var type = Contract.Enum(definition);
        Assert.Equal(definition, type.Name + "Type");

        var prefix = ScreamingSnakeCase(type.Name) + "_";
        Assert.All(type.Values, value => Assert.StartsWith(prefix, value.Name, StringComparison.Ordinal));
        var spellings = type.Values.ToLookup(value => value.Number == 0, value => LowerCamelCase(value.Name[prefix.Length..]));
        Assert.Equal(["unspecified"], spellings[true]);
        Assert.Equal(
            Facts[definition].Single().Values.Order(StringComparer.Ordinal), spellings[false].Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_an_orderer_cannot_create_is_set_by_the_server()
    {
        var creatable = Contract.Properties("ServiceOrder_Create").Select(fact => fact.Property);
        var notCreatable = Contract.Properties("ServiceOrder").Select(fact => fact.Property).Except(creatable).ToList();

        Assert.NotEmpty(notCreatable);
        Assert.All(notCreatable, property =>
        {
            var field = ContractDefinitions.Field(ServiceOrder.Descriptor, property)!;
            Assert.True(field.GetOptions()?.GetExtension(RestExtensions.ServerSet), property);
        });
    }

    private static bool Fits(Fact fact, FieldDescriptor field) => (fact.ElementType, fact.Format) switch
    {
        ("string", "date-time") => IsMessage(field, Timestamp.Descriptor),
        ("string", "" or "uri") => field.FieldType == FieldType.String,
        ("boolean", "") => field.FieldType == FieldType.Bool,
        ("integer", "") => field.FieldType == FieldType.Int32,
        ("number", "") => field.FieldType == FieldType.Double,
        ("Any", "") => IsMessage(field, Value.Descriptor),
        (var definition, "") when Facts[definition].FirstOrDefault()?.Type == "enum" =>
            field.FieldType == FieldType.Enum && field.EnumType == Contract.Enum(definition),
        (var definition, "") when Facts.Contains(definition) =>
            field.FieldType == FieldType.Message && field.MessageType == Contract.Message(definition),
        _ => false,
    };

    private static string FullName(Fact fact) => $"{fact.Definition}.{fact.Property}";

    private static bool IsRequired(FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.Required) == true;

    private static bool IsMessage(FieldDescriptor field, MessageDescriptor type) =>
        field.FieldType == FieldType.Message && field.MessageType == type;

    private static string Describe(FieldDescriptor? field) => field switch
    {
        null => "missing",
        { FieldType: FieldType.Message } => $"{(field.IsRepeated ? "repeated " : "")}{field.MessageType.FullName}",
        _ => $"{(field.IsRepeated ? "repeated " : "")}{field.FieldType}",
    };

    private static string ScreamingSnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private static string LowerCamelCase(string name)
    {
        var words = name.ToLowerInvariant().Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
