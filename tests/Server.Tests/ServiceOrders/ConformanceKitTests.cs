using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conformance;

namespace ServiceOrdering.Server.Tests.ServiceOrders;

/// <summary>What TM Forum's conformance kit for TMF641 v4.1 asks, beside creating and reading an order.</summary>
public sealed class ConformanceKitTests : IDisposable
{
    private static readonly ILookup<string, Fact> Facts = Fact.Read(Fact.Tmf641);

    /// <summary>Required by the swagger and by nobody: see docs/conformance.md.</summary>
    private static readonly string[] NotRequired =
        ["ServiceOrderItemRef.id", "RelatedParty.@type", "RelatedParty.@referredType", "Feature.featureCharacteristic"];

    private readonly RunningServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Every_element_of_the_list_is_valid_against_the_schema()
    {
        await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        await _server.PlaceOrderAsync();
        var driven = await PlacedOrder.OnAsync(_server, ExampleOrders.WithDependencies(("a", []), ("b", ["a"])));
        await driven.WalkAsync(("a", "inProgress"), ("a", "failed"));
        await (await PlacedOrder.OnAsync(_server)).ChangeAsync("""{"state":"cancelled"}""");

        var list = (await _server.GetAsync(RunningServer.ServiceOrderPath)).Json.AsArray();

        Assert.Equal(4, list.Count);
        foreach (var order in list)
        {
            AssertFits("ServiceOrder", order, "");
            Assert.All(new[] { "id", "href", "orderDate", "serviceOrderItem", "state" }, name => Assert.NotNull(order![name]));
        }
    }

    [Fact]
    public void Schema_check_finds_what_does_not_fit()
    {
        foreach (var wrong in new[] { """{"state":"sleeping"}""", """{"orderDate":"today"}""", """{"note":{}}""", """{"note":[{}]}""", """{"priority":1}""" })
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertFits("ServiceOrder", JsonNode.Parse(wrong), ""));
    }

    [Fact]
    public async Task Filter_by_id_finds_the_one_order()
    {
        var order = (await _server.PostOrderAsync(ExampleOrders.Fiber)).Json;
        await _server.PlaceOrderAsync();

        var list = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?id={order["id"]}")).Json.AsArray();

        Assert.True(JsonNode.DeepEquals(order, Assert.Single(list)));
    }

    [Fact]
    public async Task Filter_by_a_date_in_double_quotes_finds_the_orders_of_that_instant()
    {
        var order = (await _server.PostOrderAsync(ExampleOrders.Fiber)).Json;
        var other = (await _server.PostOrderAsync(ExampleOrders.Minimal)).Json;

        var list = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?orderDate=%22{order["orderDate"]}%22")).Json.AsArray();

        var sameInstant = (string?)order["orderDate"] == (string?)other["orderDate"];
        Assert.Equal(sameInstant ? 2 : 1, list.Count);
        Assert.Contains(list, found => JsonNode.DeepEquals(order, found));
    }

    [Theory]
    [InlineData("id")]
    [InlineData("orderDate")]
    public async Task Selected_field_is_there_and_others_are_not(string field)
    {
        await _server.PlaceOrderAsync(ExampleOrders.Fiber);
        await _server.PlaceOrderAsync();

        var list = (await _server.GetAsync($"{RunningServer.ServiceOrderPath}?fields={field}")).Json.AsArray();

        Assert.Equal(2, list.Count);
        Assert.All(list, order => Assert.NotNull(order![field]));
        Assert.All(list, order => Assert.Subset(new HashSet<string> { "id", "href", "@type", field }, order!.AsObject().Select(member => member.Key).ToHashSet()));
    }

    [Fact]
    public async Task Unknown_id_is_a_404() =>
        (await _server.GetAsync($"{RunningServer.ServiceOrderPath}/404IDXXXXX")).IsError(HttpStatusCode.NotFound, "60");

    /// <summary>Members that the definition does not know are extensions, which the standard allows.</summary>
    private static void AssertFits(string definition, JsonNode? node, string place)
    {
        var members = Assert.IsType<JsonObject>(node);
        foreach (var fact in Facts[definition].Where(fact => fact.Property.Length > 0))
        {
            var path = $"{place}/{fact.Property}";
            if (!members.TryGetPropertyValue(fact.Property, out var value))
            {
                Assert.True(!fact.Required || NotRequired.Contains($"{definition}.{fact.Property}"), $"{path} is missing.");
            }
            else if (!fact.IsArray)
            {
                AssertFits(fact, value, path);
            }
            else
            {
                foreach (var element in Assert.IsType<JsonArray>(value))
                    AssertFits(fact, element, path);
            }
        }
    }

    private static void AssertFits(Fact fact, JsonNode? value, string path)
    {
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        switch (fact.ElementType)
        {
            case "string":
                Assert.True(kind == JsonValueKind.String, $"{path} is no string.");
                Assert.True(fact.Format != "date-time" || DateTimeOffset.TryParseExact((string)value!, "yyyy-MM-dd'T'HH:mm:ss.fffK", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), $"{path} is no date and time.");
                break;
            case "boolean":
                Assert.True(kind is JsonValueKind.True or JsonValueKind.False, $"{path} is no boolean.");
                break;
            case "integer":
                Assert.True(kind == JsonValueKind.Number && value!.GetValue<decimal>() % 1 == 0, $"{path} is no integer.");
                break;
            case var definition when Facts[definition].First().Type == "enum":
                Assert.True(Facts[definition].First().Values.Contains((string?)value), $"{path} is {value}.");
                break;
            case var definition when Facts[definition].First().Type != "any":
                AssertFits(definition, value, path);
                break;
        }
    }
}
