using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Tokens of a provider (RFC 6750). A token's signature is checked once: what came of a good one is kept for a while, never for
/// longer than the token is good or the provider's keys stay as they are. What is refused is not kept.
/// </summary>
internal sealed class BearerCredentials(IOptions<SecurityOptions> options, Roles roles, ISigningKeys keys, PresentedCertificate presented, TimeProvider time) : ICredentials, IDisposable
{
    private const long MostKept = 16 << 20;
    private const int Overhead = 1024;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly BearerOptions _options = options.Value.Bearer!;
    private readonly TokenClaims _claims = new(options.Value.Bearer!, roles);
    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MostKept });
    private readonly ConditionalWeakTable<string, Token> _headers = [];
    private readonly JsonWebTokenHandler _handler = new();

    public string Challenge => BearerToken.Challenge;

    public async ValueTask<Authentication?> AuthenticateAsync(HttpContext http)
    {
        if (BearerToken.Of(http) is not { } text)
            return null;
        try
        {
            var current = await keys.GetAsync();
            // A connection's requests have their header as one and the same text.
            var header = http.Request.Headers.Authorization.ToString();
            if (!_headers.TryGetValue(header, out var token) || !IsGood(token, current))
            {
                token = Find(text, current) ?? await CheckAsync(text, current);
                _headers.AddOrUpdate(header, token);
            }
            return token.Certificate is null || token.Certificate == presented.ThumbprintOf(http) ? token.Authentication
                : Authentication.Refused(ApiErrors.CredentialsInvalid("The token is bound to a certificate that the caller does not have."));
        }
        catch (ProviderUnreachableException)
        {
            return Authentication.Refused(ApiErrors.ServerUnavailable("The provider of tokens is not reached now: whether the token is good cannot be told."));
        }
        catch (RpcException refusal)
        {
            return Authentication.Refused(refusal);
        }
    }

    public void Dispose() => _known.Dispose();

    private Token? Find(string text, SigningKeys current) => _known.Get<Token>(Digest(text)) is { } token && IsGood(token, current) ? token : null;

    private bool IsGood(Token token, SigningKeys current) => ReferenceEquals(token.Keys, current) && time.GetUtcNow() < token.Until;

    /// <summary>What a token says.</summary>
    /// <exception cref="RpcException">The token is not taken.</exception>
    private async ValueTask<Token> CheckAsync(string text, SigningKeys current)
    {
        var result = await _handler.ValidateTokenAsync(text, Rules(current));
        // A key that nobody knows may be the provider's next one.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await keys.RenewAsync(current) is var renewed && !ReferenceEquals(renewed, current))
        {
            current = renewed;
            result = await _handler.ValidateTokenAsync(text, Rules(current));
        }
        if (!result.IsValid)
        {
            throw result.Exception is SecurityTokenExpiredException or SecurityTokenNotYetValidException
                ? ApiErrors.CredentialsExpired("The token is not good at this time.")
                : ApiErrors.CredentialsInvalid("The token is none that this server takes.");
        }
        try
        {
            var genuine = (JsonWebToken)result.SecurityToken;
            var now = time.GetUtcNow();
            var expires = new DateTimeOffset(genuine.ValidTo, TimeSpan.Zero);
            var until = expires < now + Kept ? expires : now + Kept;
            var (identity, certificate) = _claims.Read(genuine);
            var token = new Token(Authentication.Of(identity, BearerToken.Challenge), certificate, current, until);
            if (until > now)
                _known.Set(Digest(text), token, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = until - now, Size = text.Length + Overhead });
            return token;
        }
        catch (FormatException e)
        {
            throw ApiErrors.CredentialsInvalid(e.Message);
        }
    }

    private TokenValidationParameters Rules(SigningKeys current) => new()
    {
        IssuerSigningKeys = current.Keys,
        ValidAlgorithms = _options.EffectiveAlgorithms,
        ValidAudience = _options.Audience,
        ValidIssuer = current.Issuer,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        TypeValidator = (type, _, _) => type is null or "" || _options.EffectiveTypes.Contains(type, StringComparer.OrdinalIgnoreCase) ? type ?? ""
            : throw new SecurityTokenInvalidTypeException($"A token of type '{type}' is no access token."),
        LifetimeValidator = (notBefore, expires, _, _) =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            return expires is null ? throw new SecurityTokenNoExpirationException()
                : expires < now - Skew ? throw new SecurityTokenExpiredException()
                : notBefore > now + Skew ? throw new SecurityTokenNotYetValidException()
                : true;
        },
    };

    // A token itself is kept nowhere.
    private static string Digest(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Token(Authentication Authentication, string? Certificate, SigningKeys Keys, DateTimeOffset Until);
}
