using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
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
internal sealed partial class CallbackRules(IOptions<WebhookOptions> options, Reach reach, ResolveHost resolve, ErrorLogLimit limit, ILogger<CallbackRules> logger)
{
    private const int LongestCallback = 2048;
    private const string NotAllowed = "an address that callbacks may not use; Webhooks:AllowedNetworks and Webhooks:AllowedHosts say where else than to public addresses they may lead";
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
        string? reason = null;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            addresses = [];
            reason = e.Message;
        }
        // A host with one address that is not allowed is not trusted with its others.
        if (addresses.Length > 0 && (IsAllowed(host) || Array.TrueForAll(addresses, IsAllowed)))
            return addresses;
        var isUnknown = addresses.Length == 0;
        var found = isUnknown ? $"does not resolve ({reason ?? "no address"})" : $"leads to {string.Join(", ", addresses.Where(address => !IsAllowed(address)))}";
        if (limit.Admit("callback refused") is { } leftOut)
            LogRefused(host, found, leftOut);
        // A name that is unknown and one that leads inside are told alike, or callers could find out which names there are inside. Not to
        // who has given the address himself, and not on the machine that is all that reaches the server.
        throw new CallbackRefusedException(
            reach.IsThisMachine && isUnknown ? $"The callback's host '{host}' is unknown: its name does not resolve."
            : reach.IsThisMachine || IPAddress.TryParse(host, out _) ? $"The callback's host '{host}' {found}, {NotAllowed}."
            : $"The callback's host is unknown or leads to {NotAllowed}.");
    }

    private bool IsAllowed(IPAddress address) =>
        SpecialNetworks.IsPublic(address)
        || _networks.Exists(network => network.Contains(address))
        || (IPAddress.IsLoopback(address) && !address.IsIPv4MappedToIPv6 && LoopbackIsAllowed);

    private bool IsAllowed(string host) => Array.Exists(_hosts, allowed => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(1, LogLevel.Warning, "A callback was refused: its host {Host} {Found}; Webhooks:AllowedNetworks and Webhooks:AllowedHosts say what is allowed besides public addresses; {LeftOut} like it were left out of the log")]
    private partial void LogRefused(string host, string found, int leftOut);
}
