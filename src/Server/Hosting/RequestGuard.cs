using System.Net;
using Microsoft.Extensions.Options;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Pages of other origins that may use the server from a browser: the configuration section <c>Cors</c>.</summary>
internal sealed record CorsOptions : ISettings
{
    /// <summary>Origins, such as <c>https://desk.example</c>. Default: none but the server's own.</summary>
    public string[] AllowedOrigins { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Array.Find(AllowedOrigins, origin => !Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin) is { } bad)
            yield return $"Cors:AllowedOrigins has '{bad}', which is no origin such as https://desk.example.";
    }
}

/// <summary>
/// Refuses what a page of somebody else can make a browser send: requests with a foreign origin and, where only this machine
/// reaches the server, requests by a name that is not this machine's (DNS rebinding). Where more reach it,
/// <c>AllowedHosts</c> says by which names.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, Reach reach, PublicAddress address, IConfiguration configuration, IOptions<CorsOptions> cors)
{
    // Kestrel takes four times as much, and answers without a body beyond that.
    public const int LongestUri = 16 * 1024;
    public const int LongestHeaders = 32 * 1024;

    private readonly bool _checksHost = configuration["AllowedHosts"] is null or "" or "*";
    private bool? _isThisMachine;

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (_checksHost && (_isThisMachine ??= reach.IsThisMachine) && !IsThisMachine(http.Request.Host.Host))
            return Refuse(http, TranscodingFailure.HostNotAllowed, "The request is for another host; AllowedHosts says by which names the server is reached.");
        if (http.Request.Headers.Origin is { Count: > 0 } origin && !IsAllowed(origin.ToString(), http.Request.Host.Value))
            return Refuse(http, TranscodingFailure.OriginNotAllowed, "Pages of this origin may not use the server; Cors:AllowedOrigins lists those that may.");
        if (http.Request.Path.Value!.Length + http.Request.QueryString.Value!.Length > LongestUri)
            return Refuse(http, TranscodingFailure.UriTooLong, $"Path and query are longer than {LongestUri} bytes.");
        if (Size(http.Request.Headers) > LongestHeaders)
            return Refuse(http, TranscodingFailure.HeadersTooLarge, $"The headers are larger than {LongestHeaders} bytes.");
        return next(http);
    }

    private static Task Refuse(HttpContext http, TranscodingFailure failure, string message)
    {
        http.Refuse(failure, message);
        return Task.CompletedTask;
    }

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var ip) && IPAddress.IsLoopback(ip));

    // Of its own origin the host counts: a proxy may have taken the TLS away.
    private bool IsAllowed(string origin, string? host) =>
        cors.Value.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Authority.Equals(host, StringComparison.OrdinalIgnoreCase)
                || (Uri.TryCreate(address.Default, UriKind.Absolute, out var own) && uri.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase))));

    private static int Size(IHeaderDictionary headers)
    {
        var size = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
                size += name.Length + (value?.Length ?? 0) + ": \r\n".Length;
        }
        return size;
    }
}
