using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ServiceOrdering.Server.Telemetry;

internal static class TelemetryModule
{
    private const string StandardEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceName = "service-ordering";

    private static readonly string[] LeftOut =
    [
        // Prometheus' checks take a gauge of such a name for a part of a histogram.
        "dotnet.assembly.count", "dotnet.process.cpu.count", "dotnet.thread_pool.thread.count", "dotnet.timer.count",
        // Counted up and down for each request, which costs more than it tells.
        "http.server.active_requests", "kestrel.queued_requests",
    ];

    /// <summary>To be called before other modules add interceptors: what those answer is measured too.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection("Telemetry").Get<TelemetryOptions>() ?? new();
        services.AddSingleton(Options.Create(options)).AddSingleton<CallTelemetry>();
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<CallTelemetry>());
        var isSent = options.Otlp.Endpoint is not null || configuration[StandardEndpoint] is { Length: > 0 };
        if (!isSent && options.Prometheus == TelemetryOptions.Off)
            return services;
        services.AddSingleton<GaugeSnapshot>().AddHostedService(provider => provider.GetRequiredService<GaugeSnapshot>());
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService(ServiceName, serviceVersion: ServerVersion.Text)
            // What an operator says of it by OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES counts.
            .AddEnvironmentVariableDetector());
        telemetry.WithMetrics(metrics =>
        {
            // No meter of HTTP clients: it would have a series for each host of a webhook. Of the platform's others only those that tell of
            // requests and connections: they measure each route that is matched and each buffer that is lent, at a price.
            metrics.AddMeter(Metrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel").AddRuntimeInstrumentation();
            foreach (var name in LeftOut)
                metrics.AddView(name, MetricStreamConfiguration.Drop);
            if (options.Prometheus != TelemetryOptions.Off)
                metrics.AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = false);
            if (isSent)
                metrics.AddOtlpExporter(otlp => Address(otlp, options, "/v1/metrics"));
        });
        if (isSent)
        {
            telemetry.WithTracing(traces => traces
                .SetSampler(new ParentBasedSampler(new CallSampler(options.SamplingRatio)))
                .AddSource(Tracing.SourceName)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = http => !IsOfMachines(http.Request.Path))
                .AddHttpClientInstrumentation()
                .AddOtlpExporter(otlp => Address(otlp, options, "/v1/traces")));
        }
        return services;
    }

    private static bool IsOfMachines(PathString path) => path.StartsWithSegments("/metrics") || path.StartsWithSegments("/health");

    private static void Address(OtlpExporterOptions otlp, TelemetryOptions options, string path)
    {
        // Else the standard's variables say all of it.
        if (options.Otlp.Endpoint is not { } endpoint)
            return;
        otlp.Protocol = options.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(options.IsGrpc ? endpoint : endpoint.TrimEnd('/') + path);
    }
}
