using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using ServiceOrdering.Client;
using ServiceOrdering.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>Placing and reading orders, each against what its transport costs with the same bytes.</summary>
internal static class ServiceOrderRows
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(BenchmarkServer server, LoadPlan plan)
    {
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false });
        var reference = new Reference.ReferenceClient(client.CallInvoker);
        using var http = new HttpClient { BaseAddress = server.Rest };

        var order = BenchmarkServer.Order();
        var created = await client.ServiceOrders.CreateServiceOrderAsync(order);
        var get = new GetServiceOrderRequest { Id = created.ServiceOrder.Id };
        var path = $"/tmf-api/serviceOrdering/v4/serviceOrder/{get.Id}";

        var tmfJson = JsonFormat.ToUtf8Bytes(order.ServiceOrder);
        var plainJson = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(order.ServiceOrder));

        return await plan.CompareAllAsync(
        [
            new Comparison(
                "CreateServiceOrder over gRPC, durable", () => client.ServiceOrders.CreateServiceOrderAsync(order).ResponseAsync,
                "do-nothing RPC, same payload", () => reference.CreateAsync(order).ResponseAsync, ">= 0.40"),
            new Comparison(
                "GetServiceOrder over gRPC", () => client.ServiceOrders.GetServiceOrderAsync(get).ResponseAsync,
                "do-nothing RPC, same payload", () => reference.GetAsync(get).ResponseAsync, ">= 0.75"),
            new Comparison(
                "GET /serviceOrder/{id} over REST", () => http.GetByteArrayAsync(path),
                "bare endpoint, same bytes", () => http.GetByteArrayAsync("/reference"), ">= 0.70"),
            new Comparison(
                "GET of one message in TM Forum's JSON, in memory", () => http.GetByteArrayAsync("/reference/tmf/1"),
                "the package's JSON of the same message", () => http.GetByteArrayAsync("/reference/plain/1"), ">= 1"),
            new Comparison(
                "POST of one message in TM Forum's JSON, in memory", () => PostAsync(http, "/reference/tmf", tmfJson),
                "the package's JSON of the same message", () => PostAsync(http, "/reference/plain", plainJson), ">= 1"),
        ]);
    }

    private static async Task PostAsync(HttpClient http, string path, byte[] json)
    {
        using var content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await http.PostAsync(path, content);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }
}
