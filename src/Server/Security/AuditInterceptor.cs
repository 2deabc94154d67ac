using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Security;

/// <summary>Tells of attempts to change something that came to nothing, where callers say who they are.</summary>
internal sealed class AuditInterceptor(SecurityAudit audit, EndpointAccess access, IOptions<SecurityOptions> options) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (options.Value.IsOpen)
            return continuation(request, context);
        var http = context.GetHttpContext();
        return access.Of(http.GetEndpoint()!) is { Cost: Cost.Write } ? Watched(continuation(request, context), http) : continuation(request, context);
    }

    private async Task<TResponse> Watched<TResponse>(Task<TResponse> response, HttpContext http)
    {
        try
        {
            return await response;
        }
        catch (Exception e)
        {
            audit.Failed(http, e as RpcException ?? ApiErrors.Internal(""));
            throw;
        }
    }
}
