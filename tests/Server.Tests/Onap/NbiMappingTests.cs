using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Onap;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using Nbi = Onap.Nbi.V4;

namespace ServiceOrdering.Server.Tests.Onap;

/// <summary>The mapping between ONAP's dialect and the model loses nothing one way, and reads anything the other way.</summary>
public sealed class NbiMappingTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void What_NBI_was_sent_is_what_it_reads_whichever_orders_there_are() => Check.One(Many, Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var sent = new DrawnOrder(random).Any<Nbi.ServiceOrder>(depth: 6, isSent: true);
        var known = sent.OrderRelationship.Select(relationship => relationship.Id).Where(_ => random.Next(2) == 0).ToHashSet();

        // As it is after it was stored.
        var stored = JsonFormat.Parse<ServiceOrder>(JsonFormat.ToUtf8Bytes(OrderFromNbi.Order(sent, "v4", known)));
        var read = OrderToNbi.Order(stored);

        read.ClearHref();
        foreach (var item in read.OrderItem)
            item.ClearPercentProgress();
        Assert.Equal(JsonFormat.ToText(sent), JsonFormat.ToText(read));
    }));

    [Fact]
    public void Any_order_of_TMF641_reads_and_stays_as_it_is() => Check.One(Many, Prop.ForAll(Seeds, seed =>
    {
        var order = new DrawnOrder(new Random(seed)).Any<ServiceOrder>(depth: 6, isSent: false);
        var before = order.Clone();

        var read = OrderToNbi.Order(order);

        Assert.Equal(before, order);
        Assert.Equal(Server.ServiceOrders.ServiceOrderItems.All(order, "").Count(), read.OrderItem.Count);
        using var json = JsonDocument.Parse(JsonFormat.ToUtf8Bytes(read));
        Assert.All(read.OrderItem, item =>
        {
            Assert.Equal(item.OrderMessage, item.OrderItemMessage);
            Assert.Equal(item.OrderMessage.Count, item.OrderMessage.DistinctBy(message => message.Code).Count());
        });
        Assert.Equal(read.OrderMessage.Count, read.OrderMessage.DistinctBy(message => message.Code).Count());
    }));

    [Fact]
    public void What_NBI_has_no_word_for_reads_as_the_nearest_thing()
    {
        var order = JsonFormat.Parse<ServiceOrder>(
            """
            {"id":"o","state":"assessingCancellation","orderRelationship":[{"id":"p","relationshipType":"dependency"},{"id":"q","relationshipType":"bundled"}],
             "serviceOrderItem":[{"id":"1","action":"add","state":"inProgress","service":{"state":"designed","serviceRelationship":[{"relationshipType":"contains","service":{"id":"s"}}],
                "serviceCharacteristic":[{"name":"object","value":{"a":[1,true]}},{"name":"number","value":5},{"name":"nothing","value":null}]},
                "serviceOrderItem":[{"id":"2","action":"modify","state":"pendingCancellation","service":{"state":"active"},"serviceOrderItemRelationship":[
                    {"relationshipType":"dependency","orderItem":{"itemId":"1"}},{"relationshipType":"replaces","orderItem":{"itemId":"3"}},
                    {"relationshipType":"dependency","orderItem":{"itemId":"9","serviceOrderId":"other"}}]}]},
             {"id":"3","action":"delete","state":"partial","service":{"state":"terminated"}}]}
            """);

        var read = OrderToNbi.Order(order, new Dictionary<(string, string), long> { [("o", "1")] = 55 });

        Assert.Equal((Nbi.OrderState.InProgress, "serviceOrder/o"), (read.State, read.Href));
        Assert.Equal(["reliesOn", "bundled"], read.OrderRelationship.Select(relationship => relationship.Type));
        Assert.Equal([("1", "55"), ("2", "0"), ("3", "0")], read.OrderItem.Select(item => (item.Id, item.PercentProgress)));
        Assert.Equal(["inactive", "active", "inactive"], read.OrderItem.Select(item => item.Service.ServiceState));
        Assert.Equal([Nbi.OrderState.InProgress, Nbi.OrderState.InProgress, Nbi.OrderState.Partial], read.OrderItem.Select(item => item.State));
        Assert.Equal([("1", true), ("3", false)], read.OrderItem[1].OrderItemRelationship.Select(relationship => (relationship.Id, relationship.HasType)));
        Assert.Equal([("s", false)], read.OrderItem[0].Service.ServiceRelationship.Select(relationship => (relationship.Service.Id, relationship.HasType)));
        Assert.Equal(["""{"a":[1,true]}""", "5", null], read.OrderItem[0].Service.ServiceCharacteristic.Select(characteristic => characteristic.Value?.ServiceCharacteristicValue));
    }

    [Fact]
    public void What_NBI_says_has_its_place_in_TMF641()
    {
        var sent = JsonFormat.Parse<Nbi.ServiceOrder>(
            """
            {"externalId":"x","orderRelationship":[{"id":"there","type":"reliesOn"},{"id":"gone","type":"reliesOn"}],"orderItem":[{"id":"1","action":"noChange","service":{"serviceState":"inactive",
              "serviceRelationship":[{"type":"reliesOn","service":{"id":"s"}}],"serviceCharacteristic":[{"name":"n","valueType":"text","value":{"serviceCharacteristicValue":"v","@type":"T"}}],
              "serviceSpecification":{"id":"p","targetServiceSchema":{"@type":"T","@schemaLocation":"l"}}},"orderItemRelationship":[{"type":"reliesOn","id":"1"}]}]}
            """);

        var order = OrderFromNbi.Order(sent, "v3", new HashSet<string> { "there" });

        var item = order.ServiceOrderItem[0];
        Assert.Equal(["dependency", "reliesOn"], order.OrderRelationship.Select(relationship => relationship.RelationshipType));
        Assert.Equal(("dependency", "1"), (item.ServiceOrderItemRelationship[0].RelationshipType, item.ServiceOrderItemRelationship[0].OrderItem.ItemId));
        Assert.Equal((OrderItemAction.NoChange, ServiceState.Inactive), (item.Action, item.Service.State));
        Assert.Equal(("n", "text", "v"), (item.Service.ServiceCharacteristic[0].Name, item.Service.ServiceCharacteristic[0].ValueType, item.Service.ServiceCharacteristic[0].Value.StringValue));
        Assert.Equal("dependency", item.Service.ServiceRelationship[0].RelationshipType);
        Assert.Equal("v3", order.Extensions.Fields["onapNbi"].StringValue);
        Assert.Equal("T", item.Service.ServiceSpecification.Extensions.Fields["targetServiceSchema"].StructValue.Fields["@type"].StringValue);
    }

    private static Arbitrary<int> Seeds => Gen.Choose(0, int.MaxValue).ToArbitrary();
}
