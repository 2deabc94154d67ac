using System.Collections.Concurrent;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>The routes of all services, so that two methods cannot claim the same one.</summary>
internal sealed class RouteTable
{
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, PathOptions> _paths = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>What OPTIONS answers for the path, and whether this route is the first that it has.</returns>
    /// <exception cref="InvalidOperationException">Another method has a route with this HTTP method and shape of path.</exception>
    public (PathOptions Options, bool IsNew) Add(HttpRoute route, MethodDescriptor method)
    {
        var owner = _owners.GetOrAdd($"{route.HttpMethod} {route.Template.Shape}", method.FullName);
        if (owner != method.FullName)
        {
            throw new InvalidOperationException(
                $"{method.FullName}: {route.HttpMethod} {route.Template.Text} is a route of {owner} already.");
        }

        var fresh = new PathOptions();
        var options = _paths.GetOrAdd(route.Template.Shape, fresh);
        options.Add(route);
        return (options, ReferenceEquals(options, fresh));
    }
}

/// <summary>What can be done at a path.</summary>
internal sealed class PathOptions
{
    private readonly SortedSet<string> _methods = new(StringComparer.Ordinal) { "OPTIONS" };
    private string _acceptPatch = "";

    public void Add(HttpRoute route)
    {
        _methods.Add(route.HttpMethod);
        if (route.HttpMethod == "GET")
        {
            _methods.Add("HEAD");
        }
        else if (route.HttpMethod == "PATCH")
        {
            _acceptPatch = route.Consumes.Count > 0 ? string.Join(", ", route.Consumes) : "application/json";
        }
    }

    /// <summary>Answers OPTIONS: RFC 9110, section 9.3.7, and RFC 5789, section 3.1.</summary>
    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.Allow = string.Join(", ", _methods);
        if (_acceptPatch.Length > 0)
        {
            http.Response.Headers["Accept-Patch"] = _acceptPatch;
        }

        return Task.CompletedTask;
    }
}
