using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Telemetry;
using ServiceOrdering.Server.Tests.Fulfillment;
using ServiceOrdering.Server.Tests.Hub;

namespace ServiceOrdering.Server.Tests.Telemetry;

/// <summary>A sample of the page that Prometheus reads.</summary>
public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>
/// What a server shows to Prometheus after everything that it measures has happened once. It is a process of its own: in one process
/// all servers would measure into the same page.
/// </summary>
public sealed partial class MetricsPage : IAsyncLifetime
{
    public string Text { get; private set; } = "";

    /// <summary>The kind of each metric, by its name.</summary>
    public IReadOnlyDictionary<string, string> Kinds { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyList<Sample> Samples { get; private set; } = [];

    /// <summary>The subscription that there is.</summary>
    public string Subscription { get; private set; } = "";

    /// <summary>The one that was removed when the page was read, after it had been on it.</summary>
    public string Removed { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        using var database = new TestDatabase();
        await using var listener = await Listener.StartAsync();
        using var server = await ServerProcess.StartAsync(
            database, Cancel, ("Checking:Mode", "Asynchronous"), ("Fulfillment:LeaseDuration", "00:00:01"), ("Fulfillment:MaxAttempts", "1"), ("Fulfillment:OnFailure", "Hold"),
            ("Telemetry:GaugeInterval", "00:00:00.1"));
        using var http = new HttpClient { BaseAddress = server.Rest };
        using var client = ServiceOrderingClient.Connect(server.Grpc.ToString());
        Subscription = await SubscribeAsync(http, listener, "");
        Removed = await SubscribeAsync(http, listener, "eventType=ServiceOrderDeleteEvent");
        using var watch = client.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: Cancel);
        await watch.ResponseStream.MoveNext(Cancel);
        await http.GetAsync($"{RunningServer.ServiceOrderPath}?serviceOrderItem.service.name=x", Cancel);
        await http.GetAsync($"{RunningServer.ServiceOrderPath}/unknown", Cancel);
        using var order = new StringContent(WorkingServer.Order("", "1", "2"), System.Text.Encoding.UTF8, "application/json");
        (await http.PostAsync(RunningServer.ServiceOrderPath, order, Cancel)).EnsureSuccessStatusCode();
        var work = new FulfillmentService.FulfillmentServiceClient(client.CallInvoker);
        await work.PollWorkAsync(new PollWorkRequest { Worker = "w", MaxItems = 1, Wait = Duration.FromTimeSpan(TimeSpan.FromSeconds(20)) }, cancellationToken: Cancel);

        // The worker says nothing more: its lease runs out, and the item falls out.
        await ReadUntilAsync(http, () => Metrics.Gauges.Select(gauge => gauge.Name).Concat(Metrics.Instruments.Select(instrument => instrument.Name)).All(IsShown)
            && Samples.Any(sample => sample is { Name: "service_ordering_fallout_items", Value: 1 }) && Lag().Contains(Removed));
        (await http.DeleteAsync($"{HubServer.Path}/{Removed}", Cancel)).EnsureSuccessStatusCode();
        await ReadUntilAsync(http, () => !Lag().Contains(Removed));
        await server.StopAsync(Cancel);
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>The subscriptions whose lag is shown.</summary>
    public IEnumerable<string> Lag() => Samples.Where(sample => sample.Name == "service_ordering_subscription_lag").Select(sample => sample.Labels["subscription"]);

    /// <summary>The name under which Prometheus has a metric; null where it has not.</summary>
    public string? NameOf(string metric)
    {
        var name = metric.Replace('.', '_');
        return new[] { name, name + "_seconds", name + "_bytes", name + "_total" }.FirstOrDefault(Kinds.ContainsKey);
    }

    private bool IsShown(string metric) => NameOf(metric) is not null;

    private static async Task<string> SubscribeAsync(HttpClient http, Listener listener, string query)
    {
        var answer = await http.PostAsJsonAsync(HubServer.Path, new { callback = listener.Callback, query }, Cancel);
        return answer.EnsureSuccessStatusCode().Headers.Location!.ToString().Split('/')[^1];
    }

    private async Task ReadUntilAsync(HttpClient http, Func<bool> isThere)
    {
        var started = TimeProvider.System.GetTimestamp();
        do
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"Something is not shown: {Text}");
            await Task.Delay(100, Cancel);
            Text = await http.GetStringAsync("/metrics", Cancel);
            var lines = Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Kinds = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToDictionary(words => words[2], words => words[3]);
            Samples = [.. lines.Where(line => line[0] != '#').Select(line => Line().Match(line)).Select(match => new Sample(
                match.Groups["name"].Value,
                Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value),
                double.Parse(match.Groups["value"].Value.Replace("+Inf", "∞"), CultureInfo.InvariantCulture)))];
        }
        while (!isThere());
    }

    [GeneratedRegex(@"^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>\S+)")]
    private static partial Regex Line();

    [GeneratedRegex("(\\w+)=\"([^\"]*)\"")]
    private static partial Regex Label();
}
