using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ServiceOrdering.Server.Hosting;

/// <summary>From where the server can be reached. Known once it listens.</summary>
internal sealed class Reach(IServer server, IConfiguration configuration)
{
    /// <summary>Whether only this machine can: every port is a loopback port, and no proxy is known to stand before them.</summary>
    public bool IsThisMachine =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: > 0 } addresses && addresses.All(IsLoopback)
        && configuration["PublicBaseUrl"] is null
        && !configuration.GetSection("ForwardedHeaders:KnownProxies").GetChildren().Any();

    // An address such as http://+:80 is no URI, and no loopback address.
    private static bool IsLoopback(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
}
