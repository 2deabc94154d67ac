using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServiceOrdering.Client.Tests;

/// <summary>Signs tokens as a provider does, whose keys a server has in a file.</summary>
internal sealed class TokenIssuer : IDisposable
{
    private const string Issuer = "https://login.example/realms/orders";
    private const string Audience = "service-ordering";

    private readonly RSA _key = RSA.Create(2048);
    private readonly string _file = Path.GetTempFileName();

    public TokenIssuer()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        File.WriteAllText(_file, JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", kid = "first", use = "sig", n = Text(key.Modulus!), e = Text(key.Exponent!) } },
        }));
    }

    /// <summary>What makes a server take its tokens.</summary>
    public (string Name, string Value)[] Settings =>
        [("Security:Bearer:JwksFile", _file), ("Security:Bearer:Issuer", Issuer), ("Security:Bearer:Audience", Audience)];

    public string Issue(string name, string scope = "", string role = "", TimeSpan? life = null)
    {
        var now = DateTimeOffset.UtcNow;
        var head = Text(JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "JWT", kid = "first" }));
        var body = Text(JsonSerializer.SerializeToUtf8Bytes(new
        {
            iss = Issuer,
            aud = Audience,
            client_id = name,
            scope,
            roles = new[] { role },
            nbf = now.AddHours(-2).ToUnixTimeSeconds(),
            exp = (now + (life ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
        }));
        var signed = $"{head}.{body}";
        return $"{signed}.{Text(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public void Dispose()
    {
        _key.Dispose();
        File.Delete(_file);
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
