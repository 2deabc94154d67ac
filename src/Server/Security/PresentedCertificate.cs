using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// The certificate that a caller has proved to have. Where a proxy has passed a request on, the connection is the proxy's and so is the
/// certificate: it is nobody's who came through it.
/// </summary>
internal sealed class PresentedCertificate(IOptions<ForwardedHeadersOptions> forwarding)
{
    // One of these says that a proxy is between, whether or not the configuration knows it.
    private static readonly string[] Marks =
    [
        "Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
        // What the middleware for known proxies makes of theirs.
        "X-Original-For", "X-Original-Host", "X-Original-Proto",
    ];

    private readonly HashSet<IPAddress> _proxies = [.. forwarding.Value.KnownProxies.Select(Plain)];
    private readonly List<System.Net.IPNetwork> _networks = [.. forwarding.Value.KnownIPNetworks];

    /// <summary>The caller's certificate; null for none.</summary>
    public X509Certificate2? Of(HttpContext http) =>
        http.Connection.ClientCertificate is { } certificate && !IsForwarded(http) ? certificate : null;

    /// <summary>The SHA-256 of the caller's certificate as tokens have it (RFC 8705, section 3.1); null for none.</summary>
    public string? ThumbprintOf(HttpContext http) => Of(http) is { } certificate ? Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span)) : null;

    // Where nothing has told another, the address is that of the connection.
    private bool IsForwarded(HttpContext http) =>
        Array.Exists(Marks, http.Request.Headers.ContainsKey) || (http.Connection.RemoteIpAddress is { } address && IsProxy(Plain(address)));

    private bool IsProxy(IPAddress address) => _proxies.Contains(address) || _networks.Exists(network => network.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
