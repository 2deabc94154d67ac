using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ServiceOrdering.Server.Hosting;

/// <summary>From where the server can be reached.</summary>
internal sealed class Reach(IServer server, IConfiguration configuration)
{
    private const string PublicBaseUrl = "PublicBaseUrl";
    private const string KnownProxies = "ForwardedHeaders:KnownProxies";

    /// <summary>Whether only this machine can: every port is a loopback port, and no proxy is known to stand before them. Known once it listens.</summary>
    public bool IsThisMachine =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses && addresses.All(IsHere) && FindProxy() is null;

    /// <summary>What lets others than this machine reach it, as far as the configuration says: an address, or a setting; null for nothing.</summary>
    public string? FindElsewhere() => configuration.GetSection("Kestrel:Endpoints").GetChildren()
        .Select(endpoint => endpoint["Url"])
        .OfType<string>()
        .FirstOrDefault(address => address.Length > 0 && !IsHere(address)) ?? FindProxy();

    private string? FindProxy() =>
        configuration[PublicBaseUrl] is not null ? PublicBaseUrl
        : configuration.GetSection(KnownProxies).GetChildren().Any() ? KnownProxies
        : null;

    // What is no address Kestrel refuses in its own words.
    private static bool IsHere(string text)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            return false;
        }
        return address.IsUnixPipe || address.IsNamedPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.AsSpan().Trim("[]"), out var ip) && IPAddress.IsLoopback(ip));
    }
}
