using System.Text.Json.Nodes;

namespace ServiceOrdering.Client.Tests;

/// <summary>A generic tool that knows of the server only what the server tells it.</summary>
public sealed class BufTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string Buf = Repository.PathOf("tests", "tools", "node_modules", ".bin", "buf");

    [Fact]
    public async Task Buf_curl_lists_the_methods_of_every_service()
    {
        var methods = (await CurlAsync("--list-methods", server.Address)).Output.Split('\n');

        Assert.Contains("tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder", methods);
        Assert.Contains("tmf.serviceinventory.v5.ServiceService/PatchService", methods);
        Assert.Contains("serviceordering.inventory.v1.ServiceTopologyService/GetServiceTopology", methods);
        Assert.Contains("serviceordering.events.v1.EventService/WatchEvents", methods);
        Assert.Contains("serviceordering.fulfillment.v1.FulfillmentService/StreamWork", methods);
        Assert.Contains("serviceordering.events.v1.EventSubscriptionService/ListEventSubscriptions", methods);
        Assert.Contains("serviceordering.events.v1.EventDeliveryService/ReplayEvents", methods);
        Assert.Contains("grpc.health.v1.Health/Check", methods);
    }

    [Theory]
    [InlineData("tmf.serviceordering.v4.ServiceOrderService/ListServiceOrders", "{}", "appliedLimit")]
    [InlineData("tmf.serviceinventory.v5.ServiceService/ListServices", "{}", "appliedLimit")]
    [InlineData("serviceordering.events.v1.EventSubscriptionService/ListEventSubscriptions", "{}", "appliedLimit")]
    [InlineData("grpc.health.v1.Health/Check", "{}", "SERVING")]
    public async Task Buf_curl_calls_a_service(string method, string request, string answer) =>
        Assert.Contains(answer, (await CurlAsync("-d", request, $"{server.Address}/{method}")).Output);

    [Theory]
    [InlineData("tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder", """{"id":"none"}""", "SERVICE_ORDER_NOT_FOUND")]
    [InlineData("serviceordering.inventory.v1.ServiceTopologyService/GetServiceTopology", """{"id":"none"}""", "SERVICE_NOT_FOUND")]
    [InlineData("serviceordering.events.v1.EventDeliveryService/ResumeEventSubscription", """{"id":"none"}""", "EVENT_SUBSCRIPTION_NOT_FOUND")]
    [InlineData("serviceordering.events.v1.EventService/WatchEvents", """{"resumeToken":"none"}""", "RESUME_TOKEN_INVALID")]
    public async Task Buf_curl_shows_the_details_of_a_refusal(string method, string request, string reason)
    {
        var run = await CurlAsync("-d", request, $"{server.Address}/{method}");

        var details = JsonNode.Parse(run.Errors)!["details"]!.AsArray();
        var info = details.Single(detail => (string?)detail!["type"] == "google.rpc.ErrorInfo")!;
        Assert.Equal(reason, Google.Rpc.ErrorInfo.Parser.ParseFrom(Base64(info["value"]!.GetValue<string>())).Reason);
    }

    // Written without its padding.
    private static byte[] Base64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));

    private static async Task<(string Output, string Errors)> CurlAsync(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Buf), "The tools are not installed: run npm ci in tests/tools.");
        using var buf = Tool.Start(Buf, ["curl", "--protocol", "grpc", "--http2-prior-knowledge", .. arguments]);
        Assert.SkipWhen(buf is null, "buf cannot be started.");
        return await Tool.OutputAsync(buf);
    }
}
