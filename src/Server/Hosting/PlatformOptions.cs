using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What most set of ASP.NET's section <c>Kestrel</c>: the ports.</summary>
internal sealed record KestrelSettings : ISettings
{
    /// <summary>The ports, by names: <c>Rest</c> and <c>Grpc</c>, or <c>Rest</c> alone where it speaks both over TLS.</summary>
    public Dictionary<string, EndpointSettings> Endpoints { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Endpoints.SelectMany(endpoint => endpoint.Value.Problems($"Kestrel:Endpoints:{endpoint.Key}"));
}

/// <summary>A port.</summary>
internal sealed record EndpointSettings
{
    /// <summary>Where it listens: <c>http://127.0.0.1:5080</c>, <c>https://0.0.0.0:443</c>. Default: <c>http://127.0.0.1:5080</c> for Rest, <c>http://127.0.0.1:5081</c> for Grpc.</summary>
    public string? Url { get; init; }

    /// <summary>What it speaks. Without TLS one of HTTP/1.1 and HTTP/2. Default: Http1 for Rest, Http2 for Grpc.</summary>
    public HttpProtocols? Protocols { get; init; }

    /// <summary>The certificate of an https port. Default: that of <c>Kestrel:Certificates:Default</c>, which has the same keys.</summary>
    public CertificateSettings? Certificate { get; init; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<string> Problems(string key)
    {
        if (Url is { Length: > 0 } url && !IsAddress(url))
            yield return $"{key}:Url is '{url}', which is no address such as http://127.0.0.1:5080.";
    }

    private static bool IsAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>A certificate with its private key, which is followed when its files change.</summary>
internal sealed record CertificateSettings
{
    /// <summary>A PFX file, or a PEM file with the certificate and those between it and its authority. A relative path is relative to the content root.</summary>
    public string? Path { get; init; }

    /// <summary>The PEM file with the private key. Default: none; a PFX file has it.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The password of the file with the key. Default: none.</summary>
    public string? Password { get; init; }
}

/// <summary>What most set of ASP.NET's section <c>Logging</c>.</summary>
internal sealed record LoggingSettings
{
    /// <summary>From which level on is told, by the beginning of the category, or <c>Default</c>. Default: Information, and Warning for Microsoft's and gRPC's own.</summary>
    public Dictionary<string, LogLevel> LogLevel { get; init; } = [];

    /// <summary>The log on standard output.</summary>
    public ConsoleLogSettings Console { get; init; } = new();
}

/// <summary>The log on standard output.</summary>
internal sealed record ConsoleLogSettings
{
    /// <summary>
    /// The form of each entry: <c>simple</c>, a line for people; <c>json</c>, a line of JSON with a UTC timestamp, the ids of request and trace;
    /// <c>systemd</c>. Default: <c>simple</c>.
    /// </summary>
    public ConsoleLogForm FormatterName { get; init; }
}

/// <summary>A form of the log.</summary>
internal enum ConsoleLogForm
{
    /// <summary>A line for people.</summary>
    Simple,

    /// <summary>A line of JSON, for machines.</summary>
    Json,

    /// <summary>A line with the priority that journald knows.</summary>
    Systemd,
}
