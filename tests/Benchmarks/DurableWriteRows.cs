using System.Diagnostics;
using ServiceOrdering.Client;

namespace ServiceOrdering.Benchmarks;

/// <summary>How long durable writes take, the slow ones too, and what they leave on the disk.</summary>
internal static class DurableWriteRows
{
    public static async Task<IReadOnlyList<(string What, string Value, string Aim)>> MeasureAsync(BenchmarkServer server, LoadPlan plan)
    {
        if (!"CreateServiceOrder, latency".Contains(plan.Only, StringComparison.OrdinalIgnoreCase))
            return [];
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false });
        var order = BenchmarkServer.Order();
        await plan.RateAsync(() => client.ServiceOrders.CreateServiceOrderAsync(order).ResponseAsync, plan.WarmUp);

        var before = server.Database.Bytes();
        var watch = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, LoadPlan.Callers).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (watch.Elapsed < plan.RoundTime * plan.Rounds)
            {
                var started = Stopwatch.GetTimestamp();
                await client.ServiceOrders.CreateServiceOrderAsync(order);
                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            return own;
        })));
        var sorted = latencies.SelectMany(own => own).Order().ToArray();
        var median = sorted[sorted.Length / 2];
        return
        [
            ("CreateServiceOrder, latency: median", $"{median:0.00} ms", ""),
            ("CreateServiceOrder, latency: 99 %", $"{At(0.99):0.0} ms, {At(0.99) / median:0.0} x the median", "<= 6 x"),
            ("CreateServiceOrder, latency: 99.9 %", $"{At(0.999):0.0} ms", ""),
            ("CreateServiceOrder, per second", $"{sorted.Length / watch.Elapsed.TotalSeconds:N0}", ""),
            ("Bytes on disk per order and its event", $"{(server.Database.Bytes() - before) / sorted.Length:N0}, {(double)(server.Database.Bytes() - before) / sorted.Length / order.CalculateJsonSize():0.0} x the order's JSON", "<= 2.2 x"),
        ];

        double At(double share) => sorted[(int)(sorted.Length * share)];
    }

    private static int CalculateJsonSize(this Tmf.ServiceOrdering.V4.CreateServiceOrderRequest request) => Json.JsonFormat.ToUtf8Bytes(request.ServiceOrder).Length;
}
