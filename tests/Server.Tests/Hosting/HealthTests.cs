using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Health.V1;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Server.Tests.Hub;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ServiceOrdering.Server.Tests.Hosting;

/// <summary>What probes are told, and how a server leaves.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("live", "")]
    [InlineData("startup", "start")]
    [InlineData("ready", "drain start storage")]
    public async Task Probe_is_told_the_version_and_what_each_check_has_found(string probe, string checks)
    {
        using var server = new RunningServer(_database);

        var answer = (await server.GetAsync($"/health/{probe}")).Is(HttpStatusCode.OK);

        Assert.Equal("Healthy", (string?)answer.Json["status"]);
        Assert.Matches(@"^\d+\.\d+\.\d+", (string?)answer.Json["version"]);
        var told = answer.Json["checks"]!.AsArray().ToDictionary(check => (string)check!["name"]!, check => check!);
        Assert.Equal(checks, string.Join(' ', told.Keys));
        Assert.All(told.Values, check => Assert.Equal(("Healthy", true), ((string?)check["status"], ((string?)check["description"])!.EndsWith('.'))));
    }

    [Fact]
    public async Task Readiness_is_a_write_and_many_probes_are_one()
    {
        using var server = new RunningServer(_database);
        var changes = 0;
        server.Service<Server.Storage.Database>().Committed += () => Interlocked.Increment(ref changes);
        // What others have to do in the first moments is no concern of this.
        await server.PlaceOrderAsync();
        var before = Volatile.Read(ref changes);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.GetAsync("/health/ready")));

        Assert.All(answers, answer => answer.Is(HttpStatusCode.OK));
        Assert.InRange(Volatile.Read(ref changes) - before, 1, 10);
    }

    [Fact]
    public async Task Database_that_cannot_be_written_is_told_without_its_cause()
    {
        using var server = new RunningServer(_database);
        (await server.GetAsync("/health/ready")).Is(HttpStatusCode.OK);
        // Nobody foresaw this one: a request fails, and readiness finds out by itself when its last answer has grown old.
        await server.ExecuteAsync("alter table event_position rename to elsewhere");

        RestAnswer answer;
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "It stays ready.");
            answer = await server.GetAsync("/health/ready");
        }
        while (answer.Status == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        var storage = answer.Json["checks"]!.AsArray().Single(check => (string?)check!["name"] == "storage")!;
        Assert.Equal(("Unhealthy", "The database cannot be written."), ((string?)storage["status"], (string?)storage["description"]));
        Assert.DoesNotContain("elsewhere", answer.Body);
        Assert.DoesNotContain("event_position", answer.Body);
        (await server.GetAsync("/health/live")).Is(HttpStatusCode.OK);
        // A server of several gives its leases back when it ends.
        if (TestDatabase.IsPostgres)
            _database.Query<int>("alter table elsewhere rename to event_position");
    }

    [Fact]
    public async Task Server_that_drains_is_not_ready_and_goes_on_and_then_its_streams_end_with_a_reason()
    {
        using var server = await ServerProcess.StartAsync(_database, Cancel, ("Shutdown:Delay", "00:05:00"));
        using var http = new HttpClient { BaseAddress = server.Rest };
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString());
        var health = new Health.HealthClient(client.CallInvoker);
        using var watch = client.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        using var watched = health.Watch(new HealthCheckRequest { Service = "tmf.serviceordering.v4.ServiceOrderService" }, cancellationToken: Cancel);
        await watched.ResponseStream.MoveNext(Cancel);
        using var sse = await http.GetAsync("/events/v1/watch", HttpCompletionOption.ResponseHeadersRead, Cancel);

        server.Terminate();

        Assert.True(await watched.ResponseStream.MoveNext(Cancel));
        Assert.Equal(ServingStatus.NotServing, watched.ResponseStream.Current.Status);
        var ready = await http.GetAsync("/health/ready", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var drain = JsonNode.Parse(await ready.Content.ReadAsStringAsync(Cancel))!["checks"]!.AsArray().Single(check => (string?)check!["name"] == "drain")!;
        Assert.Equal("The server is shutting down.", (string?)drain["description"]);
        Assert.Equal(ServingStatus.NotServing, (await health.CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel)).Status);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", Cancel)).StatusCode);
        // Who still calls is served, and who watches is told of it.
        using var order = new StringContent(ExampleOrders.Minimal, Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsync(RunningServer.ServiceOrderPath, order, Cancel)).StatusCode);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.NotNull(watch.ResponseStream.Current.Event);

        // A second signal ends the wait.
        var ended = server.StopAsync(Cancel);
        var reason = await Assert.ThrowsAsync<ServiceOrderingException>(() => watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal((StatusCode.Unavailable, "The server is shutting down."), (reason.StatusCode, reason.Message));
        Assert.Contains("The server is shutting down.", await sse.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(0, await ended);
    }
}
