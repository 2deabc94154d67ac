using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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

    public TokenIssuer(string keyId = "first")
    {
        _key = new RsaSecurityKey(_rsa) { KeyId = keyId };
        File.WriteAllText(_file, Jwks);
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

    /// <summary>What anybody may know of it.</summary>
    public string Jwks
    {
        get
        {
            var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(includePrivateParameters: false)));
            return JsonSerializer.Serialize(new { keys = new[] { new { kty = jwk.Kty, kid = _key.KeyId, n = jwk.N, e = jwk.E, use = "sig" } } });
        }
    }

    public string PublicPem => _rsa.ExportSubjectPublicKeyInfoPem();

    /// <summary>Puts something else into the file with the keys.</summary>
    public void WriteKeys(string text) => File.WriteAllText(_file, text);

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

    /// <summary>A token with more claims than another.</summary>
    public string Issue(params (string Name, object Value)[] more)
    {
        var claims = new Dictionary<string, object> { ["client_id"] = "desk", ["roles"] = new[] { "administrator" } };
        foreach (var (name, value) in more)
            claims[name] = value;
        return Sign(claims, Audience, DateTime.UtcNow.AddHours(1));
    }

    /// <summary>A token as the metadata of a call.</summary>
    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    public string Sign(
        Dictionary<string, object> claims, string audience, DateTime expires, SecurityKey? key = null, string algorithm = SecurityAlgorithms.RsaSha256,
        string issuer = Issuer, DateTime? notBefore = null, string? type = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = claims,
            NotBefore = notBefore ?? expires.AddHours(-2),
            Expires = expires,
            SigningCredentials = new SigningCredentials(key ?? _key, algorithm),
            TokenType = type,
        });

    /// <summary>A token of any header, signed by whatever makes a signature of its text.</summary>
    public static string Raw(object header, object claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Encode(sign(Encoding.ASCII.GetBytes(text)))}";

        static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
    }

    public void Dispose()
    {
        _rsa.Dispose();
        File.Delete(_file);
    }
}
