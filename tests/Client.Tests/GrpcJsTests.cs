using System.Diagnostics;
using ServiceOrdering.Json;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>A client that shares no code with the server: only the protos.</summary>
public sealed class GrpcJsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string Tools = Repository.PathOf("tests", "tools");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_grpc_js_client_places_reads_and_lists_orders() =>
        SaysAsync("all as the contract says", Path.Combine(Tools, "orders.mjs"), new Uri(server.Address).Authority);

    [Fact]
    public Task Grpc_js_loads_every_file_of_the_contract() =>
        SaysAsync("every file is loaded", Path.Combine(Tools, "load-protos.mjs"), Repository.PathOf("protos"));

    [Fact]
    public async Task The_worker_in_JavaScript_works_an_order_to_its_end()
    {
        SkipWithoutTools();
        await using var working = await RunningServer.StartAsync();
        var node = new ProcessStartInfo("node", [Repository.Example("worker.mjs"), new Uri(working.Address).Authority, "js"])
        {
            RedirectStandardOutput = true,
        };
        using var worker = Tool.Start(node);
        Assert.SkipWhen(worker is null, "node is not installed.");
        await using var client = working.Connect();
        var request = new CreateServiceOrderRequest { ServiceOrder = new ServiceOrder() };
        Assert.True(JsonFormat.Read(await File.ReadAllBytesAsync(Repository.Example("create-fiber-order.json"), Token), request.ServiceOrder, JsonSource.Request).Succeeded);
        var id = (await client.ServiceOrders.CreateServiceOrderAsync(request, cancellationToken: Token)).ServiceOrder.Id;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            var lines = new List<string>();
            while (lines.Count < 3)
            {
                var line = await worker.StandardOutput.ReadLineAsync(limit.Token);
                Assert.True(line is not null, "The worker has ended.");
                lines.Add(line);
            }

            Assert.All(lines, line => Assert.StartsWith($"completion {id} ", line));
            Assert.EndsWith("SERVICE_ORDER_STATE_COMPLETED", lines[^1]);
            var order = (await client.ServiceOrders.GetServiceOrderAsync(new GetServiceOrderRequest { Id = id }, cancellationToken: Token)).ServiceOrder;
            var service = await client.Services.GetServiceAsync(new() { Id = order.ServiceOrderItem[0].Service.Id }, cancellationToken: Token);
            Assert.Equal("js", service.Service.ServiceCharacteristic.Single(each => each.Name == "deliveredBy").Value.StringValue);

            using var kill = Process.Start("kill", [$"{worker.Id}"]);
            await worker.WaitForExitAsync(limit.Token);
            Assert.Equal(0, worker.ExitCode);
        }
        finally
        {
            worker.Kill();
        }
    }

    private static void SkipWithoutTools() =>
        Assert.SkipUnless(Directory.Exists(Path.Combine(Tools, "node_modules", "@grpc")), "The tools are not installed: run npm ci in tests/tools.");

    private static async Task SaysAsync(string expected, params string[] arguments)
    {
        SkipWithoutTools();
        using var node = Tool.Start("node", arguments);
        Assert.SkipWhen(node is null, "node is not installed.");

        var (output, errors) = await Tool.OutputAsync(node);

        Assert.True(output.Contains(expected, StringComparison.Ordinal), output + errors);
    }
}
