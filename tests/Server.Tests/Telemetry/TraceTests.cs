using System.Net.Http.Json;
using System.Text;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Telemetry;

/// <summary>
/// What a collector gets of an order. The server is a process of its own: what listens to activities in this one would see the test's
/// own requests too, and change their headers.
/// </summary>
public sealed class TraceTests : IDisposable
{
    private const string ClientSpan = "b7ad6b7169203331";
    private const string Recorded = "0af7651916cd43dd8448eb211c80319c";
    private const string Watching = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string NotRecorded = "11f7651916cd43dd8448eb211c80319c";

    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task One_trace_leads_from_the_request_over_the_queue_the_commit_and_the_event_to_watcher_and_webhook(string protocol)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var listener = await Listener.StartAsync();
        using var server = await ServerProcess.StartAsync(
            _database, Cancel, ("Telemetry:Otlp:Endpoint", receiver.AddressOf(protocol)), ("Telemetry:Otlp:Protocol", protocol), ("Telemetry:SamplingRatio", "0"), ("OTEL_BSP_SCHEDULE_DELAY", "50"));
        using var http = new HttpClient { BaseAddress = server.Rest };
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString());
        (await http.PostAsJsonAsync(HubServer.Path, new { callback = listener.Callback, format = "cloudEvents" }, Cancel)).EnsureSuccessStatusCode();
        using var watch = client.Events.WatchEvents(new WatchEventsRequest(), new Metadata { { "traceparent", Traceparent(Watching, "01") } }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));

        await PlaceAsync(http, Traceparent(NotRecorded, "00"));
        await PlaceAsync(http, Traceparent(Recorded, "01"));
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        var deliveries = await listener.WaitAsync(2);
        await receiver.WaitAsync(spans => new[] { "write", "commit", "watch", "webhook" }.All(name => spans.Any(span => span.Name == name)) && spans.Any(span => span.Kind == 2));

        // A server that ends sends what it has.
        Assert.Equal(0, await server.StopAsync(Cancel));
        var spans = receiver.Spans.Where(span => span.TraceId == Recorded).ToList();
        var call = Assert.Single(spans, span => span.Kind == 2);
        Assert.Equal(ClientSpan, call.ParentId);
        Assert.Equal(("tmf.serviceordering.v4.ServiceOrderService/CreateServiceOrder", "OK"), (call.Attributes["rpc.method"], call.Attributes["rpc.response.status_code"]));
        Assert.Equal("service-ordering", call.Resource["service.name"]);
        Assert.True(call.Resource["service.version"].Length > 0 && call.Resource["service.instance.id"].Length > 0);

        var write = Assert.Single(spans, span => span.Name == "write");
        var commit = Assert.Single(spans, span => span.Name == "commit");
        Assert.Equal((call.Id, write.Id), (write.ParentId, commit.ParentId));
        Assert.Equal([(Recorded, commit.Id)], write.Links);
        Assert.Equal([(Recorded, write.Id)], commit.Links);
        Assert.Equal(["taken from the queue", "event"], write.Events.Select(each => each.Name));
        Assert.Equal(deliveries[1].EventId, write.Events[1].Attributes["service_ordering.event.id"]);

        var webhook = Assert.Single(spans, span => span.Name == "webhook");
        Assert.Equal(call.Id, webhook.ParentId);
        Assert.Equal([(Recorded, call.Id)], webhook.Links);
        Assert.Equal((3, "204", deliveries[1].EventId), (webhook.Kind, webhook.Attributes["http.response.status_code"], webhook.Attributes["service_ordering.event.id"]));
        Assert.Equal($"00-{Recorded}-{webhook.Id}-01", deliveries[1].Headers["traceparent"]);
        Assert.Equal($"00-{Recorded}-{call.Id}-01", (string?)deliveries[1].Json["traceparent"]);

        var told = Assert.Single(spans, span => span.Name == "watch");
        var stream = Assert.Single(receiver.Spans, span => span.TraceId == Watching && span.Kind == 2);
        Assert.Equal(call.Id, told.ParentId);
        Assert.Equal([(Recorded, call.Id), (Watching, stream.Id)], told.Links);

        // With PostgreSQL, and nothing else, the driver has spans of its own.
        Assert.All(spans.Except([call, write, commit, webhook, told]), span => Assert.Contains(span.Attributes.Keys, key => key.StartsWith("db.", StringComparison.Ordinal)));

        // Nobody records the other: its trace goes on all the same.
        Assert.DoesNotContain(receiver.Spans, span => span.TraceId == NotRecorded);
        Assert.Matches($"^00-{NotRecorded}-[0-9a-f]{{16}}-00$", deliveries[0].Headers["traceparent"]);
        Assert.Equal(deliveries[0].Headers["traceparent"], (string?)deliveries[0].Json["traceparent"]);
        Assert.All(receiver.Spans, span => Assert.Contains(span.TraceId, new[] { Recorded, Watching }));
        Assert.Contains("service_ordering.commit.duration", receiver.Metrics);
    }

    private static string Traceparent(string trace, string flags) => $"00-{trace}-{ClientSpan}-{flags}";

    private static async Task PlaceAsync(HttpClient http, string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, RunningServer.ServiceOrderPath) { Content = new StringContent(ExampleOrders.Minimal, Encoding.UTF8, "application/json") };
        request.Headers.Add("traceparent", traceparent);
        (await http.SendAsync(request, Cancel)).EnsureSuccessStatusCode();
    }
}
