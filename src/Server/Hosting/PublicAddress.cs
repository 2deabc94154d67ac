using Grpc.Core;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// Where clients reach the REST routes, for hrefs: <c>PublicBaseUrl</c> where it is configured, the whole of it; else what the
/// HTTP request was sent to; else, for a gRPC call, the REST endpoint that this process listens on; with <c>PathBase</c> behind.
/// </summary>
internal sealed class PublicAddress(IConfiguration configuration, PathBase pathBase, ListeningEndpoints endpoints)
{
    private readonly string? _configured = configuration["PublicBaseUrl"]?.TrimEnd('/');

    /// <summary>The address for what is told without being asked for by a request.</summary>
    public string Default => _configured ?? (endpoints.AddressOf("Rest") is { } rest ? rest + pathBase.Value : "");

    /// <summary>Scheme, host, port and prefix, without a slash at the end.</summary>
    public string For(ServerCallContext context)
    {
        var request = context.GetHttpContext().Request;
        return (_configured is null && IsGrpc(request) && endpoints.AddressOf("Rest") is { } rest ? rest + pathBase.Value : null) ?? For(request);
    }

    /// <summary>The same for a request of HTTP.</summary>
    public string For(HttpRequest request) => _configured ?? $"{request.Scheme}://{request.Host}{pathBase.Value}";

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
