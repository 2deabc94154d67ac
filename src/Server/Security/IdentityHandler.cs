using System.Text.Encodings.Web;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security.ApiKeys;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Finds out who makes a request, by the first kind of credentials that it has. What is refused is refused for good: a caller with
/// a bad token is not let in for its certificate.
/// </summary>
internal sealed class IdentityHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder,
    IOptions<SecurityOptions> options, IOptions<InventoryOptions> inventory, OpenAccess open, IEnumerable<ICredentials> kinds)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    public const string Name = "Identity";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (options.Value.IsOpen)
            return open.Authentication is { } anybody ? Result(anybody) : AuthenticateResult.NoResult();
        var (authorization, key) = (Request.Headers.Authorization.Count, Request.Headers[ApiKeyCredentials.Header].Count);
        // Which of two is meant nobody can say (RFC 6750, section 2).
        if (authorization + key > 1)
            return Result(Authentication.Refused(ApiErrors.CredentialsInvalid("The request has more than one Authorization or X-API-Key.")));
        foreach (var kind in kinds)
        {
            if (await kind.AuthenticateAsync(Context) is not { } authentication)
                continue;
            Context.Features.Set(kind);
            return Result(authentication);
        }
        return authorization + key == 0
            ? AuthenticateResult.NoResult()
            : Result(Authentication.Refused(ApiErrors.CredentialsInvalid("The credentials are of a kind that this server does not take.")));
    }

    private AuthenticateResult Result(Authentication authentication)
    {
        if (authentication.Refusal is { } refusal)
        {
            Context.Features.Set<RpcException>(refusal);
            return AuthenticateResult.Fail(refusal.Status.Detail);
        }
        var identity = authentication.Identity!;
        Context.Features.Set(inventory.Value.IsOutside(identity) ? identity with { IsOutside = true } : identity);
        return AuthenticateResult.Success(new AuthenticationTicket(authentication.Principal!, Name));
    }
}
