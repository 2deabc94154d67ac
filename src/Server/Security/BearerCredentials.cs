using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Tokens of a provider (RFC 6750). A token's signature is checked once: what came of it is kept for a while, never for longer than the
/// token is good.
/// </summary>
internal sealed class BearerCredentials(IOptions<SecurityOptions> options, Roles roles, TimeProvider time) : ICredentials, IDisposable
{
    private const string Scheme = "Bearer ";
    private const int MostTokens = 10_000;

    // A key that the provider has withdrawn is trusted for no longer.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MostTokens });
    private readonly BearerOptions _options = options.Value.Bearer!;

    public string Challenge => "Bearer";

    public async ValueTask<Authentication?> AuthenticateAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        return _known.Get<Authentication>(header) ?? await CheckAsync(http, header);
    }

    public void Dispose() => _known.Dispose();

    private async ValueTask<Authentication> CheckAsync(HttpContext http, string header)
    {
        var result = await http.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (!result.Succeeded)
        {
            return Authentication.Refused(result.Failure is SecurityTokenExpiredException or SecurityTokenNotYetValidException
                ? ApiErrors.CredentialsExpired("The token is not good at this time.")
                : ApiErrors.CredentialsInvalid("The token is none that this server takes."));
        }
        var authentication = Authentication.Of(Identity(result.Principal), JwtBearerDefaults.AuthenticationScheme);
        var until = time.GetUtcNow() + Kept;
        if (result.Properties?.ExpiresUtc is { } expires && expires < until)
            until = expires;
        _known.Set(header, authentication, new MemoryCacheEntryOptions { AbsoluteExpiration = until, Size = 1 });
        return authentication;
    }

    private Identity Identity(ClaimsPrincipal token)
    {
        var name = _options.EffectiveNameClaims.Select(token.FindFirstValue).FirstOrDefault(name => !string.IsNullOrEmpty(name)) ?? "";
        var scopes = (_options.ScopeClaim is { } claim ? token.FindAll(claim) : token.FindAll("scope").Concat(token.FindAll("scp")))
            .SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var party = token.FindFirstValue(_options.PartyClaim);
        return new Identity(name, roles.Scopes([.. Values(token, _options.RoleClaim)], scopes), string.IsNullOrEmpty(party) ? null : party);
    }

    /// <summary>The texts of a claim; where its name leads into an object, those that are found there.</summary>
    private static IEnumerable<string> Values(ClaimsPrincipal token, string claim)
    {
        var path = claim.Split('.');
        if (path.Length == 1 || token.FindFirst(claim) is not null)
            return token.FindAll(claim).Select(found => found.Value);
        if (token.FindFirstValue(path[0]) is not { } text)
            return [];
        try
        {
            using var document = JsonDocument.Parse(text);
            var value = document.RootElement;
            foreach (var member in path[1..])
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(member, out value))
                    return [];
            }
            return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
                : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
