using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ServiceOrdering.Server.Storage.Postgres;

/// <summary>What the driver measures and traces of itself: connections, and statements.</summary>
internal static class PostgresTelemetry
{
    private const string Source = "Npgsql";

    public static IServiceCollection AddPostgresTelemetry(this IServiceCollection services) => services
        // Prometheus' checks take a gauge whose name ends in "count" for a part of a histogram.
        .ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(Source).AddView("db.client.connection.count", "db.client.connections"))
        .ConfigureOpenTelemetryTracerProvider(traces => traces.AddSource(Source));
}
