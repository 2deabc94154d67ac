using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Hosting;

/// <summary>The page that Prometheus reads.</summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

    public static void MapMetrics(this WebApplication app)
    {
        var served = app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Prometheus;
        if (served == TelemetryOptions.Off)
            return;
        var page = app.MapPrometheusScrapingEndpoint(Path).DisableHttpMetrics();
        if (served == TelemetryOptions.Open)
            page.AllowAnonymous();
        else
            page.WithMetadata(Scopes.Metrics);
    }
}
