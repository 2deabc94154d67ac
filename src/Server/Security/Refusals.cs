using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.Primitives;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>Tells a caller that it is not let through, before anything of what it sent is read: over REST in the body of the route's API, over gRPC as a status.</summary>
internal sealed class Refusals(EndpointAccess access, SecurityAudit audit, IEnumerable<ICredentials> kinds) : IAuthorizationMiddlewareResultHandler
{
    private readonly string[] _challenges = [.. kinds.Select(kind => kind.Challenge).Distinct()];

    public Task HandleAsync(RequestDelegate next, HttpContext http, AuthorizationPolicy policy, PolicyAuthorizationResult authorization)
    {
        if (authorization.Succeeded)
            return next(http);
        var kind = http.Features.Get<ICredentials>();
        var refusal = http.Features.Get<Identity>() is { } identity
            ? access.Refusal(http.GetEndpoint(), identity) ?? throw new InvalidOperationException("The caller was refused without a reason.")
            : http.Features.Get<RpcException>();
        if (refusal is null)
            Challenge(http, scheme => scheme);
        else if (refusal.StatusCode == StatusCode.Unauthenticated)
            Challenge(http, scheme => scheme == BearerToken.Challenge ? $"{scheme} error=\"invalid_token\", error_description=\"{refusal.Status.Detail.Replace('"', '\'')}\"" : scheme);
        else if (refusal.StatusCode == StatusCode.PermissionDenied && kind?.Challenge == BearerToken.Challenge && access.Of(http.GetEndpoint()!) is { Scope: { Length: > 0 } scope })
            http.Response.Headers.WWWAuthenticate = $"{BearerToken.Challenge} error=\"insufficient_scope\", scope=\"{scope}\"";
        refusal ??= ApiErrors.CredentialsMissing();
        audit.Refused(http, refusal);
        http.Refuse(refusal);
        return Task.CompletedTask;
    }

    // RFC 6750, section 3: why, for who has tried; without a reason for who has not.
    private void Challenge(HttpContext http, Func<string, string> tell) =>
        http.Response.Headers.WWWAuthenticate = new StringValues([.. _challenges.Select(tell)]);
}
