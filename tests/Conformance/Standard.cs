using Tmf.ServiceInventory.V5;
using Tmf.ServiceOrdering.V4;

namespace Conformance;

/// <summary>A standard that the contract follows: its facts, the messages that stand for them, and where they part, with the reason.</summary>
public sealed class Standard
{
    private readonly HashSet<string> _roots;

    private Standard(string table, params (string Definition, Google.Protobuf.Reflection.MessageDescriptor Message)[] roots)
    {
        _roots = [.. roots.Select(root => root.Definition)];
        Facts = Fact.Read(table);
        Contract = new ContractDefinitions(Facts, roots);
    }

    public static IReadOnlyDictionary<string, Standard> All { get; } = new Dictionary<string, Standard>
    {
        // A resource and the forms of it that the standard defines beside it; what they hold is found from here.
        ["TMF641"] = new(
            Fact.Tmf641,
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
            ("CancelServiceOrder", CancelServiceOrder.Descriptor),
            ("CancelServiceOrder_Create", CancelServiceOrder.Descriptor),
            ("CancelServiceOrderCreateEvent", CancelServiceOrderCreateEvent.Descriptor),
            ("CancelServiceOrderStateChangeEvent", CancelServiceOrderStateChangeEvent.Descriptor),
            ("CancelServiceOrderInformationRequiredEvent", CancelServiceOrderInformationRequiredEvent.Descriptor))
        {
            NotRequired =
            [
                ("ServiceOrderItemRef.id", "The definition requires a property that it does not have."),
                ("RelatedParty.@type", "TM Forum's own examples leave it out."),
                ("RelatedParty.@referredType", "TM Forum's own examples leave it out."),
                ("Feature.featureCharacteristic", "A feature may be switched without being configured."),
            ],
        },
        ["TMF638"] = new(
            Fact.Tmf638,
            ("Service", Service.Descriptor),
            ("ServiceCreateEvent", ServiceCreateEvent.Descriptor),
            ("ServiceAttributeValueChangeEvent", ServiceAttributeValueChangeEvent.Descriptor),
            ("ServiceStateChangeEvent", ServiceStateChangeEvent.Descriptor),
            ("ServiceOperatingStatusChangeEvent", ServiceOperatingStatusChangeEvent.Descriptor),
            ("ServiceDeleteEvent", ServiceDeleteEvent.Descriptor))
        {
            NotRequired = [("*.@type", "The server fills in the class of what stands in a resource.")],
            FieldTypes =
            [
                ("Expression.expressionLanguage", "String", "JSON-LD and RDF-XML are no enum values in lowerCamel."),
                ("Expression.expressionValue", "google.protobuf.Value", "TM Forum's own example has a JSON object."),
                ("PartyOrPartyRole.status", "String", "The classes have different states, and a party role has any."),
            ],
            MessageNames = new Dictionary<string, string>
            {
                ["OtherNameIndividual"] = "OtherName",
                ["OtherNameOrganization"] = "OtherName",
            },
        },
    };

    public ILookup<string, Fact> Facts { get; }

    public ContractDefinitions Contract { get; }

    /// <summary>Required by the standard and not by us; "*" is every definition but those of resources and events.</summary>
    public IReadOnlyList<(string Property, string Reason)> NotRequired { get; private init; } = [];

    /// <summary>Of another type with us than the standard's.</summary>
    public IReadOnlyList<(string Property, string Type, string Reason)> FieldTypes { get; private init; } = [];

    /// <summary>Definitions whose message has another name, since it stands for several of them.</summary>
    public IReadOnlyDictionary<string, string> MessageNames { get; private init; } = new Dictionary<string, string>();

    public bool IsExemptFromRequired(string definition, string property) => NotRequired.Any(exception =>
        IsExemptedBy(exception.Property, definition, property) && !(exception.Property.StartsWith('*') && _roots.Contains(definition)));

    public static bool IsExemptedBy(string exception, string definition, string property) =>
        exception == $"{definition}.{property}" || exception == $"*.{property}";
}
