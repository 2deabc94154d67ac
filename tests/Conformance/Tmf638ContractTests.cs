using ServiceOrdering.Json;
using Tmf.Rest.V1;
using Tmf.ServiceInventory.V5;

namespace Conformance;

/// <summary>What holds of TMF638 v5 alone.</summary>
public class Tmf638ContractTests
{
    // Drawn from the standard and not a part of a service or its events.
    private static readonly string[] Elsewhere = ["Error", "Hub"];

    // Enums that are text in the contract; see the exceptions of the standard.
    private static readonly string[] Text = ["ExpressionLanguageEnum", "IndividualStateType", "OrganizationStateType"];

    private static readonly Standard Tmf638 = Standard.All["TMF638"];

    [Fact]
    public void Every_definition_is_a_message_an_enum_or_a_class_of_a_family()
    {
        var found = Tmf638.Contract.Messages
            .SelectMany(Tmf638.Contract.Classes)
            .Concat(Tmf638.Contract.Messages)
            .Concat(Tmf638.Contract.Enums);

        Assert.Equal(
            Elsewhere.Concat(Text).Order(StringComparer.Ordinal),
            Tmf638.Facts.Select(facts => facts.Key).Except(found).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Characteristic_stands_for_its_ten_sub_classes()
    {
        var classes = Tmf638.Contract.Classes("Characteristic").Except(["Characteristic"]);

        Assert.Equal(
            from type in new[] { "Boolean", "Integer", "Number", "Object", "String" }
            from form in new[] { "Array", "" }
            select $"{type}{form}Characteristic",
            classes.Order(StringComparer.Ordinal));
    }

    // A reference within a service has an id that the client gives.
    [Fact]
    public void Server_sets_the_id_and_href_of_a_service_and_nothing_within_it()
    {
        var setByServer = Tmf638.Contract.Messages
            .SelectMany(definition => Tmf638.Contract.Message(definition).Fields.InDeclarationOrder())
            .Where(field => !FieldRules.IsSettable(field, Phase.Creation))
            .Select(field => field.FullName);

        Assert.Equal([$"{Service.Descriptor.FullName}.id", $"{Service.Descriptor.FullName}.href"], setByServer);
    }
}
