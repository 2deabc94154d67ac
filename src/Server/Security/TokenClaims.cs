using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>What a token that is genuine says of its bearer.</summary>
internal sealed class TokenClaims(BearerOptions options, Roles roles)
{
    // A provider that says what a token is for in its claims (Keycloak does) says so of these.
    private static readonly string[] OtherUses = ["ID", "Refresh", "Offline", "Logout"];

    /// <summary>Who a token's bearer is, and the SHA-256 of the certificate that the token is bound to (RFC 8705); null for none.</summary>
    /// <exception cref="FormatException">The token is for something else, or does not say it; the message says why.</exception>
    public (Identity Identity, string? Certificate) Read(JsonWebToken token)
    {
        using var document = JsonDocument.Parse(Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        var claims = document.RootElement;
        // An ID token tells a client who has logged in; it lets nobody in (RFC 8725, section 3.12).
        if (claims.TryGetProperty("nonce", out _) || claims.TryGetProperty("at_hash", out _) || Texts(claims, "typ").Any(OtherUses.Contains))
            throw new FormatException("The token is no access token.");
        var name = options.EffectiveNameClaims.SelectMany(claim => Texts(claims, claim).Take(1)).FirstOrDefault(text => text.Length > 0);
        if (CallerName.Problem(name) is { } problem)
            throw new FormatException($"The token names nobody: {problem}");
        var scopes = options.ScopeClaim is { } claim ? Texts(claims, claim) : Texts(claims, "scope").Concat(Texts(claims, "scp"));
        var granted = roles.Scopes([.. Texts(claims, options.RoleClaim)], scopes.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        return (new Identity(name!, granted, Party(claims)) { Until = new DateTimeOffset(token.ValidTo, TimeSpan.Zero) }, Certificate(claims));
    }

    // What is bound in a way that nobody here looks at would be good for whoever has stolen it.
    private static string? Certificate(JsonElement claims) => !claims.TryGetProperty("cnf", out var confirmation) ? null
        : confirmation.ValueKind == JsonValueKind.Object && confirmation.EnumerateObject().ToList() is [{ Name: "x5t#S256", Value: { ValueKind: JsonValueKind.String } thumbprint }] ? thumbprint.GetString()
        : throw new FormatException("The token is bound to something that this server does not check.");

    // Who is bound to a party by a claim that cannot be read must not be free for that.
    private string? Party(JsonElement claims) => !TryFind(claims, options.PartyClaim, out var claim) || claim.ValueKind == JsonValueKind.Null ? null
        : claim.ValueKind == JsonValueKind.String && claim.GetString() is { Length: > 0 } party ? party
        : throw new FormatException($"The token's claim '{options.PartyClaim}' is not one text.");

    /// <summary>The texts of a claim, one or a list; where its name leads into an object, those that are found there.</summary>
    private static IEnumerable<string> Texts(JsonElement claims, string claim) => !TryFind(claims, claim, out var value) ? []
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
        : [];

    private static bool TryFind(JsonElement claims, string claim, out JsonElement value)
    {
        // Names of claims may have dots of their own: https://orders.example/roles.
        if (claims.TryGetProperty(claim, out value))
            return true;
        value = claims;
        foreach (var member in claim.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(member, out value))
                return false;
        }
        return true;
    }
}
