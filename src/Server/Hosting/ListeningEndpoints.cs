using System.Collections.Concurrent;
using Microsoft.AspNetCore.Server.Kestrel;

namespace ServiceOrdering.Server.Hosting;

/// <summary>The endpoints that Kestrel was configured with, by name; a port that it chose itself is known once it listens.</summary>
internal sealed class ListeningEndpoints
{
    private readonly Dictionary<string, EndpointConfiguration> _endpoints = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string?> _addresses = [];

    public void Add(string name, EndpointConfiguration endpoint) => _endpoints[name] = endpoint;

    /// <summary>Scheme, host and port of an endpoint; null where it is not configured. To be asked once the server listens.</summary>
    public string? AddressOf(string name) => _addresses.GetOrAdd(name, Address);

    private string? Address(string name) =>
        _endpoints.TryGetValue(name, out var endpoint) ? $"{(endpoint.IsHttps ? "https" : "http")}://{endpoint.ListenOptions.EndPoint}" : null;
}
