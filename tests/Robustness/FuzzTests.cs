using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Events.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace Robustness;

/// <summary>
/// Requests that are almost right, by the thousand: each is answered or refused, and none is a fault of the server. How many of
/// each kind: ROBUSTNESS_REQUESTS, 1,000 unless set; from which seed: ROBUSTNESS_SEED, 1 unless set.
/// </summary>
public sealed class FuzzTests(FuzzedServer server) : IClassFixture<FuzzedServer>
{
    private const long MostResidentBytes = 512L * 1024 * 1024;
    private const int MostLinesAMinute = 20;
    private const string Orders = FuzzedServer.Orders;
    private const string NbiOrders = "/nbi/api/v3/serviceOrder";
    private static readonly int Requests = Setting("ROBUSTNESS_REQUESTS", 1000);
    private readonly Mutator _mutator = new(Setting("ROBUSTNESS_SEED", 1));

    [Fact]
    public async Task Json_bodies()
    {
        (string Path, string Body)[] bodies =
        [
            (Orders, """{"externalId":"a","priority":"1","requestedStartDate":"2026-01-01T00:00:00.000Z","note":[{"text":"x"}],"serviceOrderItem":[{"id":"1","action":"add","service":{"name":"x","serviceCharacteristic":[{"name":"a","value":{"b":[1,null,true]}}]}}],"extra":{"a":1.5}}"""),
            ("/tmf-api/serviceInventory/v5/service", """{"@type":"Service","name":"a","state":"active","serviceCharacteristic":[{"@type":"StringCharacteristic","name":"a","value":"b"}]}"""),
            ("/tmf-api/serviceOrdering/v4/hub", """{"callback":"http://127.0.0.1:9/x","query":"eventType=ServiceOrderCreateEvent"}"""),
            (NbiOrders + "?fields=id,orderItem.state", """{"requestedStartDate":"2026-01-01T00:00:00Z","relatedParty":[{"id":"a","role":"ONAPcustomer"}],"orderRelationship":[{"type":"reliesOn","id":"b"}],"orderItem":[{"id":"1","action":"add","orderItemRelationship":[],"service":{"serviceState":"active","serviceCharacteristic":[{"name":"a","value":{"@type":"T","serviceCharacteristicValue":"1"}}],"serviceSpecification":{"id":"s","targetServiceSchema":{"@type":"T","@schemaLocation":"l"}}}}]}"""),
        ];
        await RepeatAsync(async () =>
        {
            var (path, body) = _mutator.Pick(bodies);
            var mutated = _mutator.Mutate(Encoding.UTF8.GetBytes(body));
            var status = await server.SendJsonAsync(HttpMethod.Post, path, mutated, "application/json");
            Assert.True(status < 500, $"{status} {path} {Convert.ToBase64String(mutated)}");
        });
    }

    [Fact]
    public async Task Patches()
    {
        const int PatchesOfAnOrder = 1000;
        var (path, patched) = ("", 0);
        (string Type, string Body)[] patches =
        [
            ("application/merge-patch+json", """{"description":"a","note":[{"text":"x"}],"extra":{"a":{"b":1}}}"""),
            ("application/json-patch+json", """[{"op":"add","path":"/description","value":"x"},{"op":"test","path":"/serviceOrderItem/0/id","value":"1"},{"op":"copy","from":"/description","path":"/extra"}]"""),
        ];
        await RepeatAsync(async () =>
        {
            // What is patched for ever grows to the bound that a resource has.
            if (patched++ % PatchesOfAnOrder == 0)
                path = $"{Orders}/{await server.PlaceAsync("""{"serviceOrderItem":[{"id":"1","action":"add","service":{}}]}""")}";
            var (type, body) = _mutator.Pick(patches);
            var mutated = _mutator.Mutate(Encoding.UTF8.GetBytes(body));
            var status = await server.SendJsonAsync(HttpMethod.Patch, path, mutated, type);
            Assert.True(status < 500, $"{status} {type} {Convert.ToBase64String(mutated)}");
        });
    }

    [Fact]
    public Task Queries() => RawAsync(
        $"GET {Orders}?state=held,pending&orderDate.gt=2026-01-01&filter=$.note[?(@.author=='X' %26%26 @.text=~/a/i)]&sort=-orderDate&fields=id,note.text&offset=1&limit=2 HTTP/1.1\r\n",
        "Host: localhost\r\nConnection: close\r\n\r\n", mutatesLine: true);

    [Fact]
    public Task Queries_of_the_NBI() => RawAsync(
        $"GET {NbiOrders}?state=inProgress,held&orderDate.gt=2026-01-01T00:00:00%2B01:00&externalId=a%22b'&description=x&fields=id,orderItem.state&:fields=state&offset=1&limit=2 HTTP/1.1\r\n",
        "Host: localhost\r\nConnection: close\r\n\r\n", mutatesLine: true);

    [Fact]
    public Task Headers() => RawAsync(
        $"POST {Orders} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
        "Content-Type: application/json; charset=utf-8\r\nPrefer: handling=strict\r\nOrigin: http://localhost\r\nIf-None-Match: W/\"1\"\r\nX-Request-Id: a\r\nContent-Length: 2\r\n\r\n{}", mutatesLine: false);

    [Fact]
    public async Task Protobuf_messages()
    {
        var order = new ServiceOrder
        {
            Description = "a",
            Extensions = new Struct { Fields = { ["a"] = Value.ForList(Value.ForNumber(1), Value.ForStruct(new Struct { Fields = { ["b"] = Value.ForNull() } })) } },
            ServiceOrderItem = { new ServiceOrderItem { Id = "1", Action = OrderItemAction.Add, Service = new() { Name = "x" }, Quantity = 1 } },
        };
        (string Method, IMessage Message)[] calls =
        [
            ("tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder", new CreateServiceOrderRequest { ServiceOrder = order, RequestId = "a", Fields = "id" }),
            ("tmf.serviceordering.v4.ServiceOrderService/UpdateServiceOrder", new UpdateServiceOrderRequest { ServiceOrder = order, UpdateMask = new FieldMask { Paths = { "description" } } }),
            ("tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders", new ListServiceOrdersRequest { Filter = "state=held;priority=1", Sort = "-orderDate", Limit = 3 }),
            ("serviceordering.events.v1.EventService/WatchEvents", new WatchEventsRequest { Query = "eventType=ServiceOrderCreateEvent", ResourceIds = { "a" }, ResumeToken = "x" }),
            ("serviceordering.events.v1.EventSubscriptionService/CreateEventSubscription", new CreateEventSubscriptionRequest { EventSubscription = new() { Callback = "http://127.0.0.1:9/", Query = "a=b" } }),
        ];
        await RepeatAsync(async () =>
        {
            var (method, message) = _mutator.Pick(calls);
            var mutated = _mutator.Mutate(message.ToByteArray());
            var status = await server.CallAsync(method, mutated);
            Assert.True(status is not (null or "2" or "13"), $"{status} {method} {Convert.ToBase64String(mutated)}");
        });
    }

    [Fact]
    public async Task Http2_frames()
    {
        // A preface, SETTINGS, HEADERS of a call (literals without indexing) and DATA with an empty message.
        byte[] headers =
        [
            .. Literal(":method", "POST"), .. Literal(":scheme", "http"), .. Literal(":authority", "localhost"),
            .. Literal(":path", "/tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders"), .. Literal("content-type", "application/grpc"), .. Literal("te", "trailers"),
        ];
        byte[] conversation =
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, []), .. Frame(1, 4, 1, headers), .. Frame(0, 1, 1, [0, 0, 0, 0, 0]), .. Frame(6, 0, 0, new byte[8]),
        ];
        // What a broken frame is answered with is HTTP/2's affair; that the server goes on is ours.
        await RepeatAsync(async () => await FuzzedServer.SendRawAsync(server.Grpc.BaseAddress!, _mutator.Mutate(conversation)));

        static byte[] Literal(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];
        static byte[] Frame(byte type, byte flags, byte stream, byte[] payload) => [0, 0, (byte)payload.Length, type, flags, 0, 0, 0, stream, .. payload];
    }

    private Task RawAsync(string line, string rest, bool mutatesLine) => RepeatAsync(async () =>
    {
        var (first, second) = (Encoding.Latin1.GetBytes(line), Encoding.Latin1.GetBytes(rest));
        byte[] mutated = mutatesLine ? [.. _mutator.Mutate(first), .. second] : [.. first, .. _mutator.Mutate(second)];
        var answer = await FuzzedServer.SendRawAsync(server.Rest.BaseAddress!, mutated);
        // A standard's operation that is not served, and a version of HTTP that there is not.
        Assert.True(!answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 501", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), $"{answer} {Convert.ToBase64String(mutated)}");
    });

    private async Task RepeatAsync(Func<Task> request)
    {
        for (var i = 0; i < Requests; i++)
            await request();

        Assert.Equal("0", await server.CallAsync("tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders", []));
        Assert.InRange(server.MostResidentBytes, 0, MostResidentBytes);
        // What a caller can make the server say is bounded, and costs a line.
        Assert.InRange(server.Log.Count, 0, MostLinesAMinute * (1 + (int)server.Age.TotalMinutes));
        var traces = string.Join('\n', server.Log.Where(line => line.Contains("   at ", StringComparison.Ordinal)));
        Assert.True(traces.Length == 0, traces);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Requests} requests, {server.MostResidentBytes >> 20} MB resident at most; {server.Log.Count} lines of log");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
