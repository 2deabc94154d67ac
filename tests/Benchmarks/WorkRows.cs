using System.Diagnostics;
using Dapper;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>How fast items are worked, from placed orders to services of the inventory.</summary>
internal static class WorkRows
{
    private const int Workers = 8;
    private const int ItemsOfOrder = 5;
    private const int Credit = 16;
    private const int Few = 1_000;

    public static async Task<IReadOnlyList<(string What, string Value, string Aim)>> MeasureAsync(LoadPlan plan)
    {
        var rows = new List<(string What, string Value, string Aim)>();
        if (!"Work: items completed, placed to first item, waiting".Contains(plan.Only, StringComparison.OrdinalIgnoreCase))
            return rows;
        var isQuick = plan.Rounds == 1;
        await using var server = await BenchmarkServer.StartAsync(settings: "--Checking:Mode=Asynchronous");
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false });
        var work = new FulfillmentService.FulfillmentServiceClient(client.CallInvoker);

        rows.Add(await LatencyAsync(client, work, isQuick ? 50 : 1_000));
        await WorkOffAsync(client, work, isQuick ? 100 : 1_000);
        var (rate, place, cpu) = await WorkOffAsync(client, work, isQuick ? 400 : 8_000, server.Process);
        rows.Add(($"Work: items completed by {Workers} workers, per second", $"{rate:N0}, {cpu:0} µs of the server each", ">= 3,000"));
        rows.Add(("Work: orders placed and begun, per second", $"{place:N0}", ""));
        var few = await HandOutAsync(server, client, work, Few, plan);
        var many = await HandOutAsync(server, client, work, isQuick ? 10_000 : 1_000_000, plan);
        rows.Add(($"Work: poll of one item while {Few:N0} wait; {(isQuick ? 10_000 : 1_000_000):N0}", $"{few:0.00} ms; {many:0.00} ms", "flat"));
        return rows;
    }

    private static CreateServiceOrderRequest Order(int items) => new()
    {
        ServiceOrder = new ServiceOrder
        {
            ServiceOrderItem =
            {
                Enumerable.Range(1, items).Select(id => new ServiceOrderItem
                {
                    Id = $"{id}",
                    Action = OrderItemAction.Add,
                    Service = new ServiceRefOrValue { Name = $"service {id}", ServiceType = "benchmark", ServiceSpecification = new ServiceSpecificationRef { Id = "benchmark" } },
                }),
            },
        },
    };

    /// <summary>From the answer of a placed order to its item at a worker that waits.</summary>
    private static async Task<(string What, string Value, string Aim)> LatencyAsync(ServiceOrderingClient client, FulfillmentService.FulfillmentServiceClient work, int count)
    {
        using var stream = work.StreamWork();
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = "benchmark" } });
        await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1 } });
        var (writes, delays) = (new List<double>(), new List<double>());
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await client.ServiceOrders.CreateServiceOrderAsync(Order(1));
            var answered = Stopwatch.GetTimestamp();
            await stream.ResponseStream.MoveNext(CancellationToken.None);
            writes.Add(Stopwatch.GetElapsedTime(start, answered).TotalMilliseconds);
            delays.Add(Stopwatch.GetElapsedTime(answered).TotalMilliseconds);
            await work.ReportWorkAsync(new ReportWorkRequest { LeaseToken = stream.ResponseStream.Current.Assignment.LeaseToken, Completion = new Completion() });
            await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1 } });
        }
        var (write, delay) = (LoadPlan.Median(writes), LoadPlan.Median(delays));
        return ("Work: placed to first item at a waiting worker", $"{delay:0.00} ms, {delay / write:0.0} x the write of {write:0.00} ms", "<= 3 x");
    }

    /// <summary>Places orders, then lets workers finish them.</summary>
    private static async Task<(double Items, double Orders, double Microseconds)> WorkOffAsync(ServiceOrderingClient client, FulfillmentService.FulfillmentServiceClient work, int orders, Process? server = null)
    {
        var left = orders;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, LoadPlan.Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await client.ServiceOrders.CreateServiceOrderAsync(Order(ItemsOfOrder));
        })));
        // Asked for at the end of the list of what is to be looked at, which is empty then.
        while ((await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Filter = "state=acknowledged", Limit = 1, Fields = "none" })).ServiceOrders.Count > 0)
            await Task.Delay(1);
        var placed = orders / watch.Elapsed.TotalSeconds;

        var missing = orders * ItemsOfOrder;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = new CancellationTokenSource();
        server?.Refresh();
        var before = server?.TotalProcessorTime ?? TimeSpan.Zero;
        watch.Restart();
        var workers = Enumerable.Range(0, Workers).Select(number => Task.Run(async () =>
        {
            using var stream = work.StreamWork(cancellationToken: end.Token);
            var gate = new SemaphoreSlim(1);
            await stream.RequestStream.WriteAsync(new StreamWorkRequest { Start = new WorkerStart { Worker = $"{number}" } });
            await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = Credit } });
            while (await stream.ResponseStream.MoveNext(end.Token))
            {
                var token = stream.ResponseStream.Current.Assignment.LeaseToken;
                _ = Task.Run(async () =>
                {
                    await work.ReportWorkAsync(new ReportWorkRequest { LeaseToken = token, Completion = new Completion() });
                    if (Interlocked.Decrement(ref missing) == 0)
                        done.SetResult();
                    await gate.WaitAsync();
                    await stream.RequestStream.WriteAsync(new StreamWorkRequest { Credit = new WorkerCredit { Items = 1 } });
                    gate.Release();
                });
            }
        })).ToList();
        await done.Task;
        var took = watch.Elapsed;
        server?.Refresh();
        var spent = (server?.TotalProcessorTime ?? TimeSpan.Zero) - before;
        await end.CancelAsync();
        await Task.WhenAll(workers.Select(worker => worker.ContinueWith(_ => { }, TaskScheduler.Default)));
        return (orders * ItemsOfOrder / took.TotalSeconds, placed, spent.TotalMicroseconds / (orders * ItemsOfOrder));
    }

    /// <summary>How long it takes to be given one item while many wait.</summary>
    private static async Task<double> HandOutAsync(BenchmarkServer server, ServiceOrderingClient client, FulfillmentService.FulfillmentServiceClient work, int waiting, LoadPlan plan)
    {
        var pattern = (await client.ServiceOrders.CreateServiceOrderAsync(Order(1))).ServiceOrder.Id;
        while ((await client.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = pattern })).ServiceOrder.State != ServiceOrderState.InProgress)
            await Task.Delay(1);
        using (var connection = server.Database.Connect())
        {
            await connection.ExecuteAsync(
                """
                insert into service_order (id, version, state, order_date, body)
                with recursive n(i) as (select 1 union all select i + 1 from n where i < @waiting)
                select 'w' || @waiting || '-' || i, 2, state, order_date, replace(body, id, 'w' || @waiting || '-' || i) from service_order, n where id = @pattern;
                insert into work (order_id, item_id, state, since, attempt, handed_out, priority, customer, turn, kind)
                with recursive n(i) as (select 1 union all select i + 1 from n where i < @waiting)
                select 'w' || @waiting || '-' || i, item_id, state, since, 0, 0, priority, customer, turn + i, kind from work, n where order_id = @pattern;
                """,
                new { waiting, pattern },
                commandTimeout: 600);
            foreach (var table in BenchmarkDatabase.IsPostgres ? new[] { "work", "service_order" } : [])
                await connection.ExecuteAsync($"vacuum analyze {table}", commandTimeout: 600);
        }
        var times = new List<double>();
        for (var i = 0; i < 100 * plan.Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var given = (await work.PollWorkAsync(new PollWorkRequest { Worker = "benchmark" })).Assignments.Single();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await work.ReportWorkAsync(new ReportWorkRequest { LeaseToken = given.LeaseToken, Return = new Return() });
        }
        return LoadPlan.Median(times);
    }
}
