using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>Placing and reading orders, each against what its transport costs with the same bytes.</summary>
internal static class ServiceOrderRows
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(BenchmarkServer server, LoadPlan plan)
    {
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString());
        var reference = new Reference.ReferenceClient(client.CallInvoker);
        using var http = new HttpClient { BaseAddress = server.Rest };

        var order = BenchmarkServer.Order();
        var created = await client.ServiceOrders.CreateServiceOrderAsync(order);
        var get = new GetServiceOrderRequest { Id = created.ServiceOrder.Id };
        var path = $"/tmf-api/serviceOrdering/v4/serviceOrder/{get.Id}";

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
        ]);
    }
}
