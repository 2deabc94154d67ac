using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Microsoft.IdentityModel.Tokens;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Security.ApiKeys;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Every way in, over both protocols, with every kind of credentials: nothing is answered that should not be.</summary>
public sealed class MatrixTests : IDisposable
{
    private const int AtOnce = 16;

    // A body that nobody could read: it must not come to that.
    private const string Unreadable = "{\"a\":";

    private readonly TokenIssuer _issuer = new();
    private readonly TokenIssuer _foreign = new();
    private readonly RunningServer _server;
    private readonly HttpClient _grpc;
    private readonly IReadOnlyList<Door> _doors;

    public MatrixTests()
    {
        _server = new RunningServer([.. _issuer.Settings, ("Security:ApiKeys:Enabled", "true"), ("Limits:Enabled", "false")]);
        _grpc = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = new Uri(_server.GrpcAddress) };
        _doors = Door.Of(_server);
    }

    public void Dispose()
    {
        _grpc.Dispose();
        _server.Dispose();
        _issuer.Dispose();
        _foreign.Dispose();
    }

    [Fact]
    public void Every_method_of_the_contract_is_a_door_and_so_is_every_rule_of_http()
    {
        Assert.Empty(Contract.Scopes.Keys.Except(_doors.Where(door => door.Method is null).Select(door => door.Path)));
        var rules = Contract.Methods.Sum(method => method.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http) is { } rule ? 1 + rule.AdditionalBindings.Count : 0);
        Assert.True(_doors.Count(door => door is { Method: not null, Scope: not null }) >= rules, $"{rules} rules");
        Assert.Contains(_doors, door => door.Path == "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    }

    [Fact]
    public async Task Nobody_is_let_in_without_credentials_that_are_good()
    {
        var all = _doors.Concat(Door.Others(_doors)).ToList();
        var cells = (await BadCredentialsAsync()).SelectMany(bad => all.Select(door => (Door: door, bad.What, bad.Headers)));

        var wrong = await TryAsync(cells, async cell =>
        {
            var (status, told) = await cell.Door.TryAsync(Client(cell.Door), Unreadable, cell.Headers);
            return cell.Door.IsUnauthenticated(status) && told.Contains("WWW-Authenticate: Bearer", StringComparison.Ordinal)
                ? null
                : $"{cell.Door} with {cell.What}: {status} {told}";
        });

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Who_has_every_scope_but_one_may_not_do_what_that_one_is_for()
    {
        var scopes = _doors.Select(door => door.Scope).OfType<string>().ToHashSet();
        Assert.NotEmpty(scopes);
        var tokens = scopes.ToDictionary(scope => scope, scope => _issuer.Issue("almost", scope: string.Join(' ', scopes.Where(other => other != scope))));

        var wrong = await TryAsync(_doors.Where(door => door.Scope is not null), async door =>
        {
            var (status, told) = await door.TryAsync(Client(door), Unreadable, ("Authorization", $"Bearer {tokens[door.Scope!]}"));
            return door.IsForbidden(status) && told.Contains($"Bearer error=\"insufficient_scope\", scope=\"{door.Scope}\"", StringComparison.Ordinal) && told.Contains(door.Scope!, StringComparison.Ordinal)
                ? null
                : $"{door} without {door.Scope}: {status} {told}";
        });

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Who_has_the_scope_and_nothing_else_is_let_in()
    {
        var tokens = _doors.Select(door => door.Scope ?? "").Distinct().ToDictionary(scope => scope, scope => _issuer.Issue("right", scope: scope));

        var wrong = await TryAsync(_doors, async door =>
        {
            var (status, told) = await door.TryAsync(Client(door), "{}", ("Authorization", $"Bearer {tokens[door.Scope ?? ""]}"));
            return door.IsUnauthenticated(status) || door.IsForbidden(status) ? $"{door} with {door.Scope}: {status} {told}" : null;
        });

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task What_is_refused_is_not_waited_for()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.Http.BaseAddress!.Port, Cancel);
        await using var stream = socket.GetStream();
        // A body is told of, and does not come.
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {RunningServer.ServiceOrderPath} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"), Cancel);
        using var reader = new StreamReader(stream);

        Assert.Equal("HTTP/1.1 401 Unauthorized", await reader.ReadLineAsync(Cancel));
    }

    private HttpClient Client(Door door) => door.Method is null ? _grpc : _server.Http;

    private static async Task<List<string>> TryAsync<T>(IEnumerable<T> cells, Func<T, Task<string?>> problem)
    {
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(cells, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (cell, _) =>
        {
            if (await problem(cell) is { } told)
                wrong.Add(told);
        });
        return [.. wrong.Order(StringComparer.Ordinal).Take(20)];
    }

    private async Task<List<(string What, (string Name, string Value)[] Headers)>> BadCredentialsAsync()
    {
        var claims = new Dictionary<string, object> { ["client_id"] = "desk", ["roles"] = new[] { "administrator" } };
        var soon = DateTime.UtcNow.AddHours(1);
        var plain = new { iss = TokenIssuer.Issuer, aud = TokenIssuer.Audience, exp = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds(), client_id = "desk", roles = new[] { "administrator" } };
        var good = _issuer.Issue("desk", roles: "administrator");
        var (expired, revoked, foreignSecret) = await KeysAsync();
        return
        [
            ("nothing", []),
            ("garbage", Bearer("garbage")),
            ("dots", Bearer("a.b.c")),
            ("no token", [("Authorization", "Bearer ")]),
            ("another scheme", [("Authorization", "Basic YWRtaW46YWRtaW4=")]),
            ("two tokens", [("Authorization", $"Bearer {good}"), ("X-API-Key", "sok_x")]),
            ("an expired token", Bearer(_issuer.Sign(claims, TokenIssuer.Audience, DateTime.UtcNow.AddMinutes(-2)))),
            ("a token for later", Bearer(_issuer.Sign(claims, TokenIssuer.Audience, soon, notBefore: DateTime.UtcNow.AddMinutes(2)))),
            ("a token for others", Bearer(_issuer.Sign(claims, "billing", soon))),
            ("a token of another issuer", Bearer(_issuer.Sign(claims, TokenIssuer.Audience, soon, issuer: "https://login.example/realms/other"))),
            ("a token without a signature", Bearer(TokenIssuer.Raw(new { alg = "none" }, plain, _ => []))),
            ("a token that says None", Bearer(TokenIssuer.Raw(new { alg = "None", kid = "first" }, plain, _ => []))),
            ("a token whose signature is gone", Bearer(good[..(good.LastIndexOf('.') + 1)])),
            ("a token signed by the public key as a secret", Bearer(TokenIssuer.Raw(new { alg = "HS256", kid = "first" }, plain, text => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_issuer.PublicPem), text)))),
            ("the same without its key's name", Bearer(TokenIssuer.Raw(new { alg = "HS256" }, plain, text => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_issuer.PublicPem), text)))),
            ("a token of a foreign key of the same name", Bearer(_issuer.Sign(claims, TokenIssuer.Audience, soon, _foreign.Key))),
            ("a token by an algorithm that is not allowed", Bearer(_issuer.Sign(claims, TokenIssuer.Audience, soon, algorithm: SecurityAlgorithms.RsaSha512))),
            ("a token that never expires", Bearer(TokenIssuer.Raw(new { alg = "RS256", kid = "first" }, new { plain.iss, plain.aud, plain.client_id, plain.roles }, Rs256))),
            ("a token that brings its key", Bearer(_foreign.Sign(claims, TokenIssuer.Audience, soon, new RsaSecurityKey(RSA.Create(2048)) { KeyId = "unknown" }))),
            ("an ID token", Bearer(_issuer.Issue(("nonce", "n")))),
            ("a token of another type", Bearer(_issuer.Sign(claims, TokenIssuer.Audience, soon, type: "logout+jwt"))),
            ("a token that is bound to a certificate", Bearer(_issuer.Issue(("cnf", new Dictionary<string, object> { ["x5t#S256"] = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" })))),
            ("no key", [("X-API-Key", "garbage")]),
            ("a key that nobody has", Bearer(ApiKeyText.New(Guid.NewGuid().ToString()).Text)),
            ("a key with another's secret", [("X-API-Key", foreignSecret)]),
            ("a revoked key", [("X-API-Key", revoked)]),
            ("an expired key", Bearer(expired)),
        ];

        static (string, string)[] Bearer(string token) => [("Authorization", $"Bearer {token}")];

        byte[] Rs256(byte[] text) => ((RsaSecurityKey)_issuer.Key).Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private async Task<(string Expired, string Revoked, string ForeignSecret)> KeysAsync()
    {
        var store = _server.Service<ApiKeyStore>();
        var (_, expired) = await store.CreateAsync(Caller.Server, Key(DateTime.UtcNow.AddHours(-1)), Cancel);
        var (key, revoked) = await store.CreateAsync(Caller.Server, Key(null), Cancel);
        await store.RevokeAsync(Caller.Server, key.Id, Cancel);
        var (other, _) = await store.CreateAsync(Caller.Server, Key(null), Cancel);
        return (expired, revoked, ApiKeyText.New(other.Id).Text);

        static ApiKey Key(DateTime? expires) => new() { Name = "desk", Roles = { "administrator" }, ExpiresDate = expires is { } date ? Timestamp.FromDateTime(date) : null };
    }
}
