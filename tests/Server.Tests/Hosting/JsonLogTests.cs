using System.Text;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>The log as machines read it.</summary>
public sealed class JsonLogTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Each_entry_is_a_line_of_JSON_with_its_time_and_the_trace_of_its_call()
    {
        using var database = new TestDatabase();
        using var server = await ServerProcess.StartAsync(
            database, Cancel, ("Logging:Console:FormatterName", "json"), ("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Information"));
        using var http = new HttpClient { BaseAddress = server.Rest };
        using var request = new HttpRequestMessage(HttpMethod.Post, RunningServer.ServiceOrderPath) { Content = new StringContent(ExampleOrders.Minimal, Encoding.UTF8, "application/json") };
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-00");
        (await http.SendAsync(request, Cancel)).EnsureSuccessStatusCode();
        await server.StopAsync(Cancel);

        var lines = server.Log.Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(lines, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)line["Timestamp"]));
        var finished = lines.First(line => ((string?)line["Message"])!.StartsWith("Request finished", StringComparison.Ordinal));
        var scopes = finished["Scopes"]!.AsArray();
        Assert.Contains(scopes, scope => (string?)scope!["TraceId"] == Trace);
        Assert.Contains(scopes, scope => (string?)scope!["RequestPath"] == RunningServer.ServiceOrderPath);
    }
}
