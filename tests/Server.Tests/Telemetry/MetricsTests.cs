using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Tests.Telemetry;

/// <summary>The metrics that a server shows are those that the documentation tells of, and those that the dashboard and the alerts ask for.</summary>
public sealed partial class MetricsTests(MetricsPage page) : IClassFixture<MetricsPage>
{
    private static readonly string Root = RootFolder();

    private static readonly List<(string Name, string Prometheus, string Kind, string Unit, string Labels, string Meaning)> Documented =
        [.. File.ReadAllLines(Path.Combine(Root, "docs", "telemetry.md")).Select(line => Row().Match(line)).Where(row => row.Success)
            .Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, row.Groups[4].Value, row.Groups[5].Value.Replace("`", ""), row.Groups[6].Value))];

    [Fact]
    public void Documentation_has_each_metric_with_its_unit_and_meaning_and_no_other() => Assert.Equal(
        Metrics.Gauges.Select(gauge => (gauge.Name, gauge.Unit, gauge.Meaning))
            .Concat(Metrics.Instruments.Select(instrument => (instrument.Name, instrument.Unit!, instrument.Description!))).Order(),
        Documented.Select(row => (row.Name, row.Unit, row.Meaning)).Order());

    [Fact]
    public void Server_shows_each_metric_as_the_kind_and_with_the_labels_that_are_documented() => Assert.All(Documented, row =>
    {
        Assert.Equal(row.Prometheus, page.NameOf(row.Name));
        Assert.Equal(row.Kind, page.Kinds[row.Prometheus]);
        var series = row.Kind == "histogram" ? row.Prometheus + "_count" : row.Prometheus;
        var labels = page.Samples.Where(sample => sample.Name == series).SelectMany(sample => sample.Labels.Keys).Distinct().Order(StringComparer.Ordinal);
        // What a metric has only in some cases is in parentheses.
        Assert.Equal(
            row.Labels.Split(", ", StringSplitOptions.RemoveEmptyEntries).Where(label => label[0] != '(').Order(StringComparer.Ordinal),
            labels.Where(label => !row.Labels.Contains($"({label})", StringComparison.Ordinal)));
    });

    [Fact]
    public void Every_metric_of_the_meter_is_in_the_table()
    {
        var known = Metrics.Instruments.Select(instrument => instrument.Name).Concat(Metrics.Gauges.Select(gauge => gauge.Name)).ToHashSet();
        var fields = typeof(Metrics).GetFields().Select(field => field.GetValue(null)).ToList();

        Assert.Equal(known.Count, fields.OfType<Instrument>().Count() + fields.OfType<Gauge>().Count());
        Assert.All(page.Kinds.Keys.Where(name => name.StartsWith("service_ordering_", StringComparison.Ordinal)), name => Assert.Contains(name, known.Select(page.NameOf)));
    }

    [Fact]
    public void Dashboard_and_alerts_ask_for_metrics_that_there_are_and_for_all_of_ours()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "deploy", "grafana", "service-ordering.json")))!;
        var shown = Expressions(dashboard).SelectMany(Named).ToHashSet();
        var alerted = File.ReadAllLines(Path.Combine(Root, "deploy", "prometheus", "alerts.yml")).Select(line => Expression().Match(line)).Where(match => match.Success)
            .SelectMany(match => Named(match.Groups[1].Value)).ToHashSet();

        var known = page.Kinds.SelectMany(kind => kind.Value == "histogram" ? new[] { "_bucket", "_sum", "_count" }.Select(part => kind.Key + part) : [kind.Key]).Append("up").ToHashSet();
        Assert.NotEmpty(alerted);
        Assert.Empty(shown.Concat(alerted).Except(known));
        Assert.All(Documented, row => Assert.Contains(shown, used => used.StartsWith(row.Prometheus, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_alert_leads_to_what_is_to_be_done()
    {
        var telemetry = File.ReadAllText(Path.Combine(Root, "docs", "telemetry.md"));
        var alerts = Alert().Matches(File.ReadAllText(Path.Combine(Root, "deploy", "prometheus", "alerts.yml"))).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts, Section().Matches(telemetry).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void What_happened_is_what_is_shown()
    {
        Assert.Equal(1, Value("service_ordering_watchers"));
        Assert.Equal(1, Value("service_ordering_scans_unindexed_total"));
        Assert.Equal(1, Value("service_ordering_work_leases_lost_total", ("reason", "expired")));
        Assert.Equal(1, Value("service_ordering_work_items", ("state", "waiting")));
        Assert.Equal(0, Value("service_ordering_work_items", ("state", "leased")));
        Assert.Equal(1, Value("service_ordering_work_unserved"));
        Assert.Equal(1, Value("service_ordering_fallout_items", ("state", "open")));
        Assert.Equal(1, Value("service_ordering_work_handout_wait_seconds_count"));
        Assert.Equal(1, Value("service_ordering_order_items", ("state", "held")));
        Assert.Equal(0, Value("service_ordering_subscriptions_suspended"));
        Assert.True(Value("service_ordering_delivery_duration_seconds_count", ("outcome", "taken")) >= 1);
        Assert.True(Value("service_ordering_work_oldest_age_seconds") > 0);
        Assert.True(Value("service_ordering_log_position") > 2);
        Assert.Equal(1, Value("rpc_server_call_duration_seconds_count", ("rpc_method", "tmf.serviceordering.v4.ServiceOrderService/GetServiceOrder"), ("rpc_response_status_code", "NOT_FOUND")));
        Assert.Equal(1, Value("rpc_server_call_duration_seconds_count", ("rpc_method", "serviceordering.fulfillment.v1.FulfillmentService/PollWork"), ("rpc_response_status_code", "OK")));
    }

    [Fact]
    public void A_subscription_that_is_gone_is_shown_no_more()
    {
        Assert.Equal([page.Subscription], page.Lag());
        Assert.NotEqual(page.Subscription, page.Removed);
    }

    [Theory]
    [InlineData("check metrics")]
    [InlineData("check rules deploy/prometheus/alerts.yml")]
    public async Task Promtool_accepts_the_page_and_the_rules(string arguments)
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "promtool"))), "promtool is not installed: apt-get install prometheus.");
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments) { WorkingDirectory = Root, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var told = Task.WhenAll(promtool.StandardOutput.ReadToEndAsync(Cancel), promtool.StandardError.ReadToEndAsync(Cancel));
        if (arguments == "check metrics")
            await promtool.StandardInput.WriteAsync(page.Text);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(Cancel);

        Assert.True(promtool.ExitCode == 0, string.Join('\n', await told));
    }

    private double Value(string name, params (string Name, string Value)[] labels) => Assert.Single(
        page.Samples, sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;

    private static IEnumerable<string> Expressions(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member is { Key: "expr", Value: JsonValue text } ? [(string)text!] : Expressions(member.Value)),
        JsonArray items => items.SelectMany(Expressions),
        _ => [],
    };

    // A word before a brace, a bracket or an operator that is no function: names of metrics have a low line.
    private static IEnumerable<string> Named(string expression) => Name().Matches(LabelPart().Replace(expression, "")).Select(match => match.Value);

    private static string RootFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ServiceOrdering.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests do not run within the project's folder.");
    }

    [GeneratedRegex(@"^\| `([a-z_.]+)` \| `(\w+)` \| (\w+) \| `([^`]+)` \| ([^|]*?) ?\| (.*) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"^\s+expr: (.*)$")]
    private static partial Regex Expression();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"^### (ServiceOrdering\w+)$", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"\{[^}]*\}|\b(by|without|on) ?\([^)]*\)|\[[^\]]*\]")]
    private static partial Regex LabelPart();

    [GeneratedRegex(@"\b(?!histogram_quantile|label_values|sum_over_time|max_over_time|avg_over_time|min_over_time)[a-z]+_[a-z_]+\b|\bup\b")]
    private static partial Regex Name();
}
