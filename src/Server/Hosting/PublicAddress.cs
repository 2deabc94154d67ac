using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// Where clients reach the REST routes, for hrefs: <c>PublicBaseUrl</c> where it is configured; else what the HTTP request
/// was sent to; else, for a gRPC call, the REST endpoint that this process listens on.
/// </summary>
internal sealed class PublicAddress(IConfiguration configuration)
{
    private readonly string? _configured = configuration["PublicBaseUrl"]?.TrimEnd('/');
    private ListenOptions? _rest;

    /// <summary>Told by Kestrel once the REST endpoint is configured; its port is known when it listens.</summary>
    public void RestEndpointIs(ListenOptions endpoint) => _rest = endpoint;

    /// <summary>Scheme, host and port, without a slash at the end.</summary>
    public string For(ServerCallContext context)
    {
        if (_configured is not null)
            return _configured;
        var request = context.GetHttpContext().Request;
        if (!IsGrpc(request) || _rest is null)
            return $"{request.Scheme}://{request.Host}";
        return $"http://{_rest.IPEndPoint}";
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
