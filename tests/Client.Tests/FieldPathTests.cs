using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

public sealed class FieldPathTests
{
    [Theory]
    [InlineData("service_order", "/")]
    [InlineData("service_order.service_order_item[0].action", "/serviceOrderItem/0/action")]
    [InlineData("service_order.service_order_item[1].service_order_item[2].id", "/serviceOrderItem/1/serviceOrderItem/2/id")]
    [InlineData("service_order.related_party[0].referred_type", "/relatedParty/0/@referredType")]
    [InlineData("service_order.note[3].unheard_of", "/note/3/unheard_of")]
    [InlineData("limit", "limit")]
    [InlineData("patch", "/")]
    [InlineData("patch/serviceOrderItem/0/state", "/serviceOrderItem/0/state")]
    public void A_path_of_the_contract_is_shown_as_it_stands_in_json(string path, string shown)
    {
        Assert.Equal(shown, FieldPath.ToJsonPointer(path));
    }
}
