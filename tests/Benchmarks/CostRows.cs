using System.Net.Http.Headers;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceOrdering.Client;
using ServiceOrdering.Server.Tests.Security;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Benchmarks;

/// <summary>What it costs to switch something on: the same calls, turn by turn, on two servers that differ in nothing else.</summary>
internal static class CostRows
{
    private static readonly string[] Calls = ["CreateServiceOrder over gRPC", "GetServiceOrder over gRPC", "GET /serviceOrder/{id} over REST"];
    private static readonly TimeSpan BetweenScrapes = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadPlan plan) => [.. await OfTokensAsync(plan), .. await OfTelemetryAsync(plan)];

    /// <summary>To ask callers who they are.</summary>
    private static async Task<IReadOnlyList<Row>> OfTokensAsync(LoadPlan plan)
    {
        const string What = "with a bearer token: ";
        if (!IsWanted(What, plan))
            return [];
        using var issuer = new TokenIssuer();
        // Its one caller is counted, and not stopped.
        string[] limits = ["--Limits:Reads:PerSecond=1000000", "--Limits:Reads:Burst=1000000", "--Limits:Writes:PerSecond=1000000", "--Limits:Writes:Burst=1000000"];
        return await CompareAsync(plan, What, [.. limits, .. issuer.Settings.Select(setting => $"--{setting.Key}={setting.Value}")], issuer.Issue("benchmark", roles: "orchestrator"));
    }

    /// <summary>To be measured, scraped, and traced to a collector, which throws away what it gets.</summary>
    private static async Task<IReadOnlyList<Row>> OfTelemetryAsync(LoadPlan plan)
    {
        const string What = "with telemetry: ";
        if (!IsWanted(What, plan))
            return [];
        await using var sink = await SinkAsync();
        var collector = sink.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return await CompareAsync(plan, What, ["--Telemetry:Prometheus=open", $"--Telemetry:Otlp:Endpoint={collector}", "--Telemetry:Otlp:Protocol=http"], token: null);
    }

    private static bool IsWanted(string what, LoadPlan plan) => Calls.Any(call => (what + call).Contains(plan.Only, StringComparison.OrdinalIgnoreCase));

    private static async Task<IReadOnlyList<Row>> CompareAsync(LoadPlan plan, string what, string[] settings, string? token)
    {
        await using var plain = await BenchmarkServer.StartAsync();
        await using var server = await BenchmarkServer.StartAsync(null, settings);
        using var scraping = new CancellationTokenSource();
        var scraper = token is null ? ScrapeAsync(server.Rest, scraping.Token) : Task.CompletedTask;
        using var client = new Caller(server, token);
        using var reference = new Caller(plain, null);
        var (calls, references) = (await client.CallsAsync(), await reference.CallsAsync());
        var rows = await (plan with { Servers = [plain.Process, server.Process] }).CompareAllAsync(
            Calls.Select((name, i) => new Comparison(what + name, calls[i], "the same without", references[i], ">= 0.90")));
        await scraping.CancelAsync();
        await scraper;
        return rows;
    }

    private static async Task<WebApplication> SinkAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var sink = builder.Build();
        sink.Run(http => http.Request.Body.CopyToAsync(Stream.Null));
        await sink.StartAsync();
        return sink;
    }

    private static async Task ScrapeAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address };
        try
        {
            while (true)
            {
                await http.GetStringAsync("/metrics", cancellationToken);
                await Task.Delay(BetweenScrapes, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }

    private sealed class Caller(BenchmarkServer server, string? token) : IDisposable
    {
        private readonly ServiceOrderingClient _client = ServiceOrderingClient.Connect(server.Grpc.ToString(), new ServiceOrderingClientOptions { RepeatCreations = false });
        private readonly HttpClient _http = new() { BaseAddress = server.Rest, DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) } };
        private readonly Metadata _headers = token is null ? [] : TokenIssuer.Bearer(token);

        /// <summary>The calls, in the order of their names.</summary>
        public async Task<Func<Task>[]> CallsAsync()
        {
            var order = BenchmarkServer.Order();
            var get = new GetServiceOrderRequest { Id = (await _client.ServiceOrders.CreateServiceOrderAsync(order, _headers)).ServiceOrder.Id };
            return
            [
                () => _client.ServiceOrders.CreateServiceOrderAsync(order, _headers).ResponseAsync,
                () => _client.ServiceOrders.GetServiceOrderAsync(get, _headers).ResponseAsync,
                () => _http.GetByteArrayAsync($"/tmf-api/serviceOrdering/v4/serviceOrder/{get.Id}"),
            ];
        }

        public void Dispose()
        {
            _client.Dispose();
            _http.Dispose();
        }
    }
}
