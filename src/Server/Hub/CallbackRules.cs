using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Hub;

/// <summary>Finds the addresses of a host.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>A callback leads to where the server does not connect to, or nowhere. The message tells outsiders no more than that.</summary>
internal sealed class CallbackRefusedException(string message) : Exception(message);

/// <summary>
/// Where callbacks may lead. Whoever registers one makes the server send requests, and must not reach through it what only
/// the server can reach.
/// </summary>
internal sealed class CallbackRules(IOptions<WebhookOptions> options, Reach reach, ResolveHost resolve)
{
    private const int LongestCallback = 2048;
    private readonly List<IPNetwork> _networks = [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))];
    private readonly string[] _hosts = options.Value.AllowedHosts;

    /// <summary>
    /// Whether callbacks may lead to this machine: nobody else can register any, and what is allowed is not configured.
    /// </summary>
    public bool LoopbackIsAllowed => _networks.Count == 0 && _hosts.Length == 0 && reach.IsThisMachine;

    /// <summary>What is wrong with the form of a callback, or null.</summary>
    public static string? Problem(string callback) =>
        callback.Length > LongestCallback ? $"The callback is longer than {LongestCallback} characters."
        : !Uri.TryCreate(callback, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0
            ? "The callback must be an absolute http or https URI."
        : uri.UserInfo.Length > 0 ? "The callback must not have user information."
        : null;

    /// <summary>The addresses of a host that may be connected to.</summary>
    /// <exception cref="CallbackRefusedException">The host does not resolve, or one of its addresses is not allowed.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        host = host.Trim('[', ']');
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            addresses = [];
        }
        // A host with one address that is not allowed is not trusted with its others. A name that is unknown and one that
        // leads inside are told alike, or callers could find out which names there are inside.
        if (addresses.Length == 0 || !(IsAllowed(host) || Array.TrueForAll(addresses, IsAllowed)))
            throw new CallbackRefusedException("The callback's host is unknown or leads to an address that callbacks may not use.");
        return addresses;
    }

    private bool IsAllowed(IPAddress address) =>
        SpecialNetworks.IsPublic(address)
        || _networks.Exists(network => network.Contains(address))
        || (IPAddress.IsLoopback(address) && !address.IsIPv4MappedToIPv6 && LoopbackIsAllowed);

    private bool IsAllowed(string host) => Array.Exists(_hosts, allowed => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
