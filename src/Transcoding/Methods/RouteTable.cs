using System.Collections.Concurrent;
using Google.Protobuf.Reflection;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>The routes of all services, so that two methods cannot claim the same one.</summary>
internal sealed class RouteTable
{
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidOperationException">Another method has a route with this HTTP method and shape of path.</exception>
    public void Add(HttpRoute route, MethodDescriptor method)
    {
        var owner = _owners.GetOrAdd($"{route.HttpMethod} {route.Template.Shape}", method.FullName);
        if (owner != method.FullName)
        {
            throw new InvalidOperationException(
                $"{method.FullName}: {route.HttpMethod} {route.Template.Text} is a route of {owner} already.");
        }
    }
}
