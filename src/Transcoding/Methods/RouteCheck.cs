using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding.Http;

namespace ServiceOrdering.Transcoding.Methods;

/// <summary>
/// Builds the routes when the server starts, not at its first request, and refuses two methods with the same one.
/// </summary>
internal sealed class RouteCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        Check(app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints);
    };

    /// <exception cref="InvalidOperationException">Names the route and both owners.</exception>
    public static void Check(IEnumerable<Endpoint> endpoints)
    {
        var owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not { } transcoding)
                continue;
            var owner = transcoding.MethodDescriptor.FullName;
            foreach (var verb in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods)
            {
                if (!owners.TryAdd($"{verb} {PathVariables.ShapeOf(endpoint.RoutePattern)}", owner))
                {
                    var other = owners[$"{verb} {PathVariables.ShapeOf(endpoint.RoutePattern)}"];
                    throw new InvalidOperationException($"{owner}: {verb} {endpoint.RoutePattern.RawText} is a route of {other} already.");
                }
            }
        }
    }
}
