using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>Client certificates (mTLS) over both protocols, on one port.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly TestCertificates _foreign = new();
    private readonly TokenIssuer _issuer = new();
    private readonly RunningServer _server;

    public CertificateTests() => _server = Start();

    public void Dispose()
    {
        _server.Dispose();
        _issuer.Dispose();
        _foreign.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task A_certificate_of_the_authority_lets_in_by_its_subject_or_alternative_name()
    {
        await ExpectAsync(_certificates.Client(), HttpStatusCode.OK, StatusCode.OK);
        await ExpectAsync(_certificates.Client("CN=x", uri: "spiffe://example/orchestrator"), HttpStatusCode.OK, StatusCode.OK);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused_though_it_has_the_same_name() =>
        await ExpectAsync(_foreign.Client(), HttpStatusCode.Unauthorized, StatusCode.Unauthenticated, "41");

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused() =>
        await ExpectAsync(_certificates.Client(expires: DateTimeOffset.UtcNow.AddDays(-1)), HttpStatusCode.Unauthorized, StatusCode.Unauthenticated, "42");

    [Fact]
    public async Task No_certificate_is_told_as_missing()
    {
        await ExpectAsync(null, HttpStatusCode.Unauthorized, StatusCode.Unauthenticated, "40");

        using var http = TestCertificates.Http(_server, null);
        using var answer = await http.GetAsync(RunningServer.ServiceOrderPath, Cancel);
        Assert.Equal("Bearer, ClientCertificate", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_certificate_of_a_server_is_none_of_a_client() =>
        await ExpectAsync(_certificates.Client(isForServers: true), HttpStatusCode.Unauthorized, StatusCode.Unauthenticated, "41");

    [Fact]
    public async Task A_certificate_of_somebody_unknown_is_refused() =>
        await ExpectAsync(_certificates.Client("CN=orchestrator, O=Other"), HttpStatusCode.Unauthorized, StatusCode.Unauthenticated, "41");

    [Fact]
    public async Task Who_also_has_a_token_is_who_the_token_says()
    {
        using var http = TestCertificates.Http(_server, _certificates.Client());

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http, ("Authorization", "Bearer garbage")));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http, ("Authorization", "Basic eDp4")));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http, ("X-API-Key", "x")));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(http, ("Authorization", $"Bearer {_issuer.Issue("nobody")}")));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task The_certificate_of_a_proxy_is_nobodys_who_came_through_it(string header, string value)
    {
        using var http = TestCertificates.Http(_server, _certificates.Client());

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http, (header, value)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    public async Task The_certificate_of_a_known_proxy_is_nobodys_whatever_it_says(string known)
    {
        using var server = Start(("ForwardedHeaders:KnownProxies:0", known));
        using var http = TestCertificates.Http(server, _certificates.Client());

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(http, ("X-Forwarded-For", "192.0.2.1")));
    }

    // RFC 8705, section 3: the certificate need not be of an authority that the server knows.
    [Fact]
    public async Task A_token_that_is_bound_to_a_certificate_is_good_with_that_one_only()
    {
        var (own, other) = (_foreign.Client("CN=bound"), _foreign.Client("CN=other"));
        var token = _issuer.Issue(("cnf", new Dictionary<string, object> { ["x5t#S256"] = Base64Url.EncodeToString(SHA256.HashData(own.RawData)) }));
        var bearer = ("Authorization", $"Bearer {token}");
        using var with = TestCertificates.Http(_server, own);
        using var withOther = TestCertificates.Http(_server, other);
        using var without = TestCertificates.Http(_server, null);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(with, bearer));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(withOther, bearer));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(without, bearer));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(with, bearer, ("X-Forwarded-For", "192.0.2.1")));
    }

    private async Task ExpectAsync(X509Certificate2? certificate, HttpStatusCode rest, StatusCode grpc, string? code = null)
    {
        using var http = TestCertificates.Http(_server, certificate);
        using var answer = await http.GetAsync(RunningServer.ServiceOrderPath, Cancel);
        var told = await RestAnswer.ReadAsync(answer);
        Assert.Equal(rest, told.Status);
        if (code is not null)
            told.IsError(rest, code);

        using var channel = GrpcChannel.ForAddress(_server.Http.BaseAddress!, new GrpcChannelOptions { HttpHandler = TestCertificates.Handler(certificate), DisposeHttpClient = true });
        using var call = new ServiceOrderService.ServiceOrderServiceClient(channel).ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Cancel);
        var status = StatusCode.OK;
        try
        {
            await call;
        }
        catch (RpcException e)
        {
            status = e.StatusCode;
        }
        Assert.Equal(grpc, status);
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient http, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, RunningServer.ServiceOrderPath);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private RunningServer Start(params (string Key, string Value)[] more) => new(
    [
        .. _certificates.TlsSettings,
        .. _issuer.Settings,
        ("Security:Certificates:Authorities:0", _certificates.AuthorityFile),
        ("Security:Certificates:Identities:0:Subject", "CN=orchestrator, O=Example"),
        ("Security:Certificates:Identities:0:Name", "orchestrator"),
        ("Security:Certificates:Identities:0:Roles:0", "orchestrator"),
        ("Security:Certificates:Identities:1:San", "spiffe://example/orchestrator"),
        ("Security:Certificates:Identities:1:Scopes:0", "service-ordering:service-order:read"),
        .. more,
    ]);
}
