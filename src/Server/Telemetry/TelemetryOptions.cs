namespace ServiceOrdering.Server.Telemetry;

/// <summary>What is told to systems that watch the server: the configuration section <c>Telemetry</c>.</summary>
internal sealed record TelemetryOptions : ISettings
{
    public const string Scope = "scope";
    public const string Open = "open";
    public const string Off = "off";

    private const string Grpc = "grpc";
    private const string Http = "http";

    /// <summary>
    /// To whom <c>/metrics</c> is served, for Prometheus. Allowed: <c>scope</c>, callers with the scope <c>administration:metrics:read</c>, which
    /// everybody has where only this machine reaches the server and nobody is asked; <c>open</c>, whoever comes; <c>off</c>, nobody. Default: <c>scope</c>.
    /// </summary>
    public string Prometheus { get; init; } = Scope;

    /// <summary>Where traces and metrics are sent to.</summary>
    public OtlpOptions Otlp { get; init; } = new();

    /// <summary>Which share of the calls is traced that come without a trace, 0 to 1; one that comes with a trace is traced if its caller does. Default: 0.1.</summary>
    public double SamplingRatio { get; init; } = 0.1;

    /// <summary>How old gauges may be that are read from the database. From 0.1 seconds to 5 minutes. Default: 5 seconds.</summary>
    public TimeSpan GaugeInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the exporter speaks gRPC; else protobuf over HTTP.</summary>
    public bool IsGrpc => Otlp.Protocol == Grpc;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Prometheus is not (Scope or Open or Off))
            yield return $"Telemetry:Prometheus '{Prometheus}' is not known. Allowed: {Scope}, {Open}, {Off}.";
        if (Otlp.Protocol is not (Grpc or Http))
            yield return $"Telemetry:Otlp:Protocol '{Otlp.Protocol}' is not known. Allowed: {Grpc}, {Http}.";
        if (Otlp.Endpoint is { } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "" }))
            yield return $"Telemetry:Otlp:Endpoint '{endpoint}' is no address such as http://collector.example:4317: absolute, http or https, without user information.";
        if (SamplingRatio is not (>= 0 and <= 1))
            yield return "Telemetry:SamplingRatio must be from 0 to 1, such as 0.1.";
        if (GaugeInterval < TimeSpan.FromSeconds(0.1) || GaugeInterval > TimeSpan.FromMinutes(5))
            yield return "Telemetry:GaugeInterval must be from 00:00:00.1 to 00:05:00, such as 00:00:05.";
    }
}

/// <summary>A collector of OpenTelemetry.</summary>
internal sealed record OtlpOptions
{
    /// <summary>
    /// The collector's address: <c>http://collector.example:4317</c>. With <c>http</c> the base, such as <c>http://collector.example:4318</c>,
    /// to which <c>/v1/traces</c> and <c>/v1/metrics</c> are added. Default: none, and nothing is sent, unless <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>How it is spoken to. Allowed: <c>grpc</c>, <c>http</c> (protobuf). Default: <c>grpc</c>.</summary>
    public string Protocol { get; init; } = "grpc";
}
