using System.Security.Cryptography;
using System.Text.Json;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Issues tokens as a provider does, whose keys a server has in a file.</summary>
internal sealed class TokenIssuer : IDisposable
{
    public const string Issuer = "https://login.example/realms/orders";
    public const string Audience = "service-ordering";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RsaSecurityKey _key;
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"jwks-{Guid.NewGuid():N}.json");

    public TokenIssuer()
    {
        _key = new RsaSecurityKey(_rsa) { KeyId = "first" };
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(includePrivateParameters: false)) { KeyId = _key.KeyId });
        File.WriteAllText(_file, JsonSerializer.Serialize(new { keys = new[] { new { kty = jwk.Kty, kid = jwk.Kid, n = jwk.N, e = jwk.E, use = "sig" } } }));
    }

    /// <summary>What makes a server take its tokens.</summary>
    public (string Key, string Value)[] Settings =>
    [
        ("Security:Bearer:JwksFile", _file),
        ("Security:Bearer:Issuer", Issuer),
        ("Security:Bearer:Audience", Audience),
    ];

    /// <summary>The signing key, for tokens that a test makes by itself.</summary>
    public SecurityKey Key => _key;

    /// <summary>A token that is good for an hour.</summary>
    /// <param name="name">Who it is for.</param>
    /// <param name="roles">The roles, with blanks between them.</param>
    /// <param name="scope">The scopes, with blanks between them.</param>
    /// <param name="party">The party that its bearer is bound to.</param>
    public string Issue(string name, string roles = "", string scope = "", string? party = null)
    {
        var claims = new Dictionary<string, object> { ["client_id"] = name, ["scope"] = scope, ["roles"] = roles.Split(' ', StringSplitOptions.RemoveEmptyEntries) };
        if (party is not null)
            claims["party"] = party;
        return Sign(claims, Audience, DateTime.UtcNow.AddHours(1));
    }

    /// <summary>A token as the metadata of a call.</summary>
    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    public string Sign(Dictionary<string, object> claims, string audience, DateTime expires, SecurityKey? key = null, string algorithm = SecurityAlgorithms.RsaSha256) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            Claims = claims,
            NotBefore = expires.AddHours(-2),
            Expires = expires,
            SigningCredentials = new SigningCredentials(key ?? _key, algorithm),
        });

    public void Dispose()
    {
        _rsa.Dispose();
        File.Delete(_file);
    }
}
