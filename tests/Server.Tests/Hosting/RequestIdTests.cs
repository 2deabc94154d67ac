using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using ServiceOrdering.Server.Tests.Admin;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>A request has one id for who made it and for who reads the log.</summary>
public sealed class RequestIdTests
{
    private const string Header = "X-Request-Id";

    [Fact]
    public async Task Id_that_a_request_comes_with_is_in_its_answer_and_in_the_log()
    {
        using var database = new TestDatabase();
        using var server = await ServerProcess.StartAsync(
            database, Cancel, ("Logging:Console:FormatterName", "json"), ("Logging:LogLevel:Microsoft.AspNetCore.Routing.EndpointMiddleware", "Information"));
        using var http = new HttpClient { BaseAddress = server.Rest };
        using var request = new HttpRequestMessage(HttpMethod.Post, RunningServer.ServiceOrderPath) { Content = new StringContent(ExampleOrders.Minimal, Encoding.UTF8, "application/json") };
        request.Headers.Add(Header, "desk-4711");

        using var answer = await http.SendAsync(request, Cancel);
        await server.StopAsync(Cancel);

        Assert.Equal(["desk-4711"], answer.Headers.GetValues(Header));
        var executed = server.Log.Select(line => JsonNode.Parse(line)!).First(line => ((string?)line["Message"])!.StartsWith("Executed endpoint", StringComparison.Ordinal));
        Assert.Contains(executed["Scopes"]!.AsArray(), scope => (string?)scope!["RequestId"] == "desk-4711");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("two words")]
    [InlineData("<script>")]
    public async Task Without_one_that_is_well_formed_the_id_is_that_of_the_trace(string? sent)
    {
        using var server = new RunningServer();
        (string, string)[] headers = [("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"), .. sent is null ? Array.Empty<(string, string)>() : [(Header, sent)]];

        var answer = await server.GetAsync(RunningServer.ServiceOrderPath, headers);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", answer.Headers[Header]);
    }

    [Fact]
    public async Task Id_is_in_the_metadata_of_an_answer_of_gRPC_and_of_a_refusal()
    {
        using var server = new RunningServer();
        using var call = server.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), new Metadata { { "x-request-id", "desk-1" } }, cancellationToken: Cancel);
        Assert.Equal("desk-1", (await call.ResponseHeadersAsync).GetValue("x-request-id"));

        var refused = await server.GetAsync($"{RunningServer.ServiceOrderPath}/nowhere", (Header, "desk-2"));
        Assert.Equal("desk-2", refused.Headers[Header]);
    }

    [Theory]
    [InlineData("--help", "Usage:")]
    [InlineData("-h", "admin COMMAND")]
    [InlineData("--version", null)]
    public async Task Help_and_version_are_told_and_nothing_is_started(string argument, string? told)
    {
        var (exitCode, output, error) = await AdminProcess.RunAsync(argument);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains(told ?? Server.Telemetry.ServerVersion.Text, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Listening", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "https://orders.example")]
    [InlineData("127.0.0.1", "https://orders.example")]
    [InlineData("10.0.0.0/8", "http://127.0.0.1")]
    public async Task Proxy_of_a_known_network_is_believed(string known, string address)
    {
        using var server = new RunningServer(("ForwardedHeaders:KnownProxies:0", known), ("Security:AllowAnonymous", "true"));

        var answer = await server.PostOrderAsync(ExampleOrders.Minimal, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "orders.example"));

        Assert.StartsWith(address, (string)answer.Json["href"]!, StringComparison.Ordinal);
    }
}
