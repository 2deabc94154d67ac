using System.Text.Encodings.Web;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Finds out who makes a request, by the first kind of credentials that it has. What is refused is refused for good: a caller with
/// a bad token is not let in for its certificate.
/// </summary>
internal sealed class IdentityHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder,
    IOptions<SecurityOptions> options, IEnumerable<ICredentials> kinds)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    public const string Name = "Identity";

    private static readonly Authentication Anybody = Authentication.Of(Identity.Anybody, "open");

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (options.Value.IsOpen)
            return Succeed(Anybody);
        foreach (var kind in kinds)
        {
            if (await kind.AuthenticateAsync(Context) is not { } authentication)
                continue;
            if (authentication.Refusal is null)
                return Succeed(authentication);
            Context.Features.Set<RpcException>(authentication.Refusal);
            return AuthenticateResult.Fail(authentication.Refusal.Status.Detail);
        }
        return AuthenticateResult.NoResult();
    }

    private AuthenticateResult Succeed(Authentication authentication)
    {
        Context.Features.Set(authentication.Identity);
        return AuthenticateResult.Success(new AuthenticationTicket(authentication.Principal!, Name));
    }
}
