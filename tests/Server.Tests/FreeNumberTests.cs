using System.Net;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Server.Tests.ServiceInventory;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.Tests;

/// <summary>Numbers in free JSON come back as they were sent, whatever a double makes of them, on every way.</summary>
public sealed class FreeNumberTests : IDisposable
{
    private const string Characteristic = """{"name":"n","value":[9007199254740993,12345678901234567890,1.10,{"a":1E+2,"b":-0.0}],"mine":0.1000000000000000055511151231257827}""";

    private static readonly string[] Texts = ["9007199254740993", "12345678901234567890", "1.10", "1E+2", "-0.0", "0.1000000000000000055511151231257827"];

    private readonly RunningServer _server = new();

    public static TheoryData<string, string> Patches => new()
    {
        { """{"description":"d"}""", "application/merge-patch+json" },
        { """{"serviceCharacteristic":[CHARACTERISTIC]}""", "application/merge-patch+json" },
        { """[{"op":"add","path":"/description","value":"d"}]""", "application/json-patch+json" },
        { """[{"op":"add","path":"/serviceCharacteristic/-","value":CHARACTERISTIC},{"op":"remove","path":"/serviceCharacteristic/0"}]""", "application/json-patch+json" },
        { """[{"op":"copy","from":"/serviceCharacteristic/0","path":"/serviceCharacteristic/-"},{"op":"remove","path":"/serviceCharacteristic/0"}]""", "application/json-patch+json" },
    };

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Order_has_them_in_every_answer_and_event()
    {
        var created = await _server.PostOrderAsync($$"""{"serviceOrderItem":[{"id":"1","action":"add","service":{"serviceCharacteristic":[{{Characteristic}}]} }]}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Has(created.Body);
        var path = $"{RunningServer.ServiceOrderPath}/{created.Json["id"]}";
        Has((await _server.GetAsync(path)).Body);
        Has((await _server.GetAsync($"{path}?fields=serviceOrderItem")).Body);
        Has((await _server.GetAsync(RunningServer.ServiceOrderPath)).Body);
        Has((await _server.GetAsync($"{RunningServer.ServiceOrderPath}?fields=serviceOrderItem.service.serviceCharacteristic")).Body);
        Has((await _server.SendAsync(HttpMethod.Patch, path, """{"description":"d"}""")).Body);
        Has(Assert.Single(_server.Query<string>("select body from service_order")));
        Has(_server.Query<string>("select body from event_log order by position")[0]);
    }

    [Theory]
    [MemberData(nameof(Patches))]
    public async Task Patched_service_has_them(string patch, string mediaType)
    {
        var service = await _server.CreateServiceAsync(ExampleServices.With($"\"serviceCharacteristic\":[{Characteristic}]"));

        var answer = await _server.PatchServiceAsync(service, patch.Replace("CHARACTERISTIC", Characteristic, StringComparison.Ordinal), mediaType);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        Has(answer.Body);
        Has((await _server.GetAsync(ExampleServices.PathOf(service))).Body);
    }

    [Fact]
    public async Task Reader_over_gRPC_has_the_nearest_double_and_changes_nothing_by_sending_it_back()
    {
        var created = await _server.CreateServiceAsync(ExampleServices.With($"\"serviceCharacteristic\":[{Characteristic}]"));
        var id = (string)created["id"]!;

        var service = (await _server.Client.Services.GetServiceAsync(new GetServiceRequest { Id = id }, cancellationToken: Cancel)).Service;
        Assert.Equal(9007199254740992, service.ServiceCharacteristic[0].Value.ListValue.Values[0].NumberValue);
        service.Name = "new";
        await _server.Client.Services.UpdateServiceAsync(new UpdateServiceRequest { Service = service, UpdateMask = FieldMask.FromString("name,service_characteristic") }, cancellationToken: Cancel);

        Has((await _server.GetAsync(ExampleServices.PathOf(created))).Body);
        service.ServiceCharacteristic[0].Value.ListValue.Values[2].NumberValue = 1.2;
        await _server.Client.Services.UpdateServiceAsync(new UpdateServiceRequest { Service = service, UpdateMask = FieldMask.FromString("service_characteristic") }, cancellationToken: Cancel);
        var changed = (await _server.GetAsync(ExampleServices.PathOf(created))).Body;
        Assert.Contains("9007199254740993,12345678901234567890,1.2,", changed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_take_them_for_the_nearest_double()
    {
        await _server.CreateServiceAsync(ExampleServices.With("\"name\":\"a\",\"size\":9007199254740993"));
        await _server.CreateServiceAsync(ExampleServices.With("\"name\":\"b\",\"size\":1.10"));

        async Task<string> NamesAsync(string query) => string.Join(' ',
            (await _server.GetAsync($"{RunningServer.ServicePath}?{query}")).Json.AsArray().Select(service => (string)service!["name"]!));

        Assert.Equal("a", await NamesAsync("size=9007199254740993"));
        Assert.Equal("a", await NamesAsync("size=9007199254740992"));
        Assert.Equal("b", await NamesAsync("size=1.1"));
        Assert.Equal("a", await NamesAsync("size.gt=2"));
    }

    private static void Has(string body) => Assert.All(Texts, text => Assert.Contains(text, body, StringComparison.Ordinal));
}
