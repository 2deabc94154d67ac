using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.Primitives;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>Tells a caller that it is not let through, before anything of what it sent is read: over REST in the body of the route's API, over gRPC as a status.</summary>
internal sealed class Refusals(EndpointAccess access, IEnumerable<ICredentials> kinds) : IAuthorizationMiddlewareResultHandler
{
    private readonly StringValues _challenges = new([.. kinds.Select(kind => kind.Challenge).OfType<string>()]);

    public Task HandleAsync(RequestDelegate next, HttpContext http, AuthorizationPolicy policy, PolicyAuthorizationResult authorization)
    {
        if (authorization.Succeeded)
            return next(http);
        var refusal = http.Features.Get<Identity>() is { } identity
            ? access.Refusal(http.GetEndpoint(), identity) ?? throw new InvalidOperationException("The caller was refused without a reason.")
            : http.Features.Get<RpcException>() ?? ApiErrors.CredentialsMissing();
        if (refusal.StatusCode == StatusCode.Unauthenticated)
            http.Response.Headers.WWWAuthenticate = _challenges;
        http.Refuse(refusal);
        return Task.CompletedTask;
    }
}
