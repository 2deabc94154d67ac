using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>What can be done at each path: RFC 9110, section 9.3.7, and RFC 5789, section 3.1.</summary>
internal sealed class PathOptions
{
    // Endpoints may be built more than once, and then again in the same order.
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, HttpRoute>> _routes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _first = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>Whether the route is the first of its path.</returns>
    public bool Add(HttpRoute route)
    {
        _routes.GetOrAdd(route.Shape, _ => new())[route.HttpMethod] = route;
        return _first.GetOrAdd(route.Shape, route.HttpMethod) == route.HttpMethod;
    }

    /// <summary>Answers OPTIONS for the path of a route.</summary>
    public Task WriteAsync(HttpContext http, HttpRoute route)
    {
        var routes = _routes[route.Shape];
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.Allow = string.Join(", ", routes.Keys.Concat(routes.ContainsKey("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"]).Order(StringComparer.Ordinal));
        if (routes.TryGetValue("PATCH", out var patch))
            http.Response.Headers["Accept-Patch"] = patch.Consumes.Count > 0 ? string.Join(", ", patch.Consumes) : "application/json";
        return Task.CompletedTask;
    }
}
