using ServiceOrdering.Json;
using Tmf.Rest.V1;
using Tmf.ServiceOrdering.V4;

namespace Conformance;

/// <summary>What holds of TMF641 v4.1 alone.</summary>
public class Tmf641ContractTests
{
    [Fact]
    public void What_an_orderer_cannot_create_is_set_by_the_server()
    {
        var contract = Standard.All["TMF641"].Contract;
        var creatable = contract.Properties("ServiceOrder_Create").Select(fact => fact.Property);
        var notCreatable = contract.Properties("ServiceOrder").Select(fact => fact.Property).Except(creatable).ToList();

        Assert.NotEmpty(notCreatable);
        Assert.All(notCreatable, property => Assert.False(
            FieldRules.IsSettable(ContractDefinitions.Field(ServiceOrder.Descriptor, property)!, Phase.Creation), property));
    }

    [Fact]
    public void What_an_orderer_can_create_is_kept() => Assert.All(
        Standard.All["TMF641"].Contract.Properties("ServiceOrder_Create").Select(fact => fact.Property),
        property => Assert.True(FieldRules.IsSettable(ContractDefinitions.Field(ServiceOrder.Descriptor, property)!, Phase.Creation), property));
}
