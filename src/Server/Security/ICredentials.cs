using System.Security.Claims;
using Grpc.Core;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>A kind of credentials that requests may have.</summary>
internal interface ICredentials
{
    /// <summary>The scheme that the kind is told as in <c>WWW-Authenticate</c>.</summary>
    string Challenge { get; }

    /// <summary>Looks at a request. Null where it has no credentials of this kind.</summary>
    ValueTask<Authentication?> AuthenticateAsync(HttpContext http);
}

/// <summary>What came of a request's credentials: who it is, or why not.</summary>
/// <param name="Principal">The caller; null where the credentials are refused.</param>
/// <param name="Identity">The same, as the rest of the server knows it.</param>
/// <param name="Refusal">Why the credentials are refused.</param>
internal sealed record Authentication(ClaimsPrincipal? Principal, Identity? Identity, RpcException? Refusal)
{
    /// <summary>Somebody who is known.</summary>
    public static Authentication Of(Identity identity, string scheme)
    {
        var claims = new ClaimsIdentity(scheme, ClaimTypes.Name, ClaimTypes.Role);
        claims.AddClaim(new Claim(ClaimTypes.Name, identity.Name));
        foreach (var scope in identity.Scopes ?? Enumerable.Empty<string>())
            claims.AddClaim(new Claim("scope", scope));
        if (identity.Party is { } party)
            claims.AddClaim(new Claim("party", party));
        return new Authentication(new ClaimsPrincipal(claims), identity, null);
    }

    public static Authentication Refused(RpcException refusal) => new(null, null, refusal);
}
