using System.Net;

namespace ServiceOrdering.Server.Hosting;

/// <summary>Proxies before the server: the configuration section <c>ForwardedHeaders</c>.</summary>
internal sealed record ProxyOptions : ISettings
{
    /// <summary>
    /// Addresses and networks of proxies that are believed when they say, by <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c>, who
    /// asked and for what: <c>10.1.2.3</c>, <c>10.1.0.0/16</c>, <c>fd00:1::/64</c>. Default: none, and those headers say nothing.
    /// </summary>
    public string[] KnownProxies { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => KnownProxies
        .Where(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
        .Select(proxy => $"ForwardedHeaders:KnownProxies: '{proxy}' is no IP address and no network such as 10.1.0.0/16.");
}
