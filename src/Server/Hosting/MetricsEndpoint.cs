using Microsoft.Extensions.Options;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Hosting;

/// <summary>The page that Prometheus reads: where it is on, or, where nobody has said so, where only this machine reaches the server.</summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

    public static void MapMetrics(this WebApplication app)
    {
        var served = app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Prometheus;
        if (served == TelemetryOptions.Off)
            return;
        var reach = app.Services.GetRequiredService<Reach>();
        app.MapPrometheusScrapingEndpoint(Path, meterProvider: null, page => page.Use((http, next) =>
        {
            if (served == TelemetryOptions.On || reach.IsThisMachine)
                return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }), optionsName: null).WithMetadata(new Access { Scope = "administration:metrics:read", Cost = Cost.Read });
    }
}
