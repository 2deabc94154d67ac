using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Client.Tests;

/// <summary>What the SDK says of who calls, and to whom.</summary>
public sealed class ClientCredentialTests : IDisposable
{
    private readonly TokenIssuer _issuer = new();
    private readonly TestCertificates _certificates = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _issuer.Dispose();
        _certificates.Dispose();
    }

    [Fact]
    public async Task A_program_gets_its_token_by_discovery_and_all_its_calls_share_it()
    {
        await using var server = await RunningServer.StartAsync(_issuer.Settings);
        using var provider = new TokenProvider(() => _issuer.Issue("night", role: "administrator"));
        await using var client = server.Connect(new ServiceOrderingClientOptions
        {
            ClientCredentials = new ClientCredentials { ClientId = "night", ClientSecret = "p:ä", Authority = provider.Address, Scope = "a b" },
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ListAsync(client)));

        Assert.Equal(["/realms/orders/.well-known/openid-configuration", "/realms/orders/token"], provider.Requests.Select(request => request.Path));
        Assert.Equal(("night:p%3A%C3%A4", "grant_type=client_credentials&scope=a+b"), (provider.Requests.Last().Account, provider.Requests.Last().Form));
    }

    [Fact]
    public async Task A_provider_that_refuses_is_quoted_and_not_asked_again()
    {
        using var provider = new TokenProvider(() => "") { Answer = (401, """{"error":"invalid_client","error_description":"Unknown\nclient"}""") };
        await using var client = ServiceOrderingClient.Connect("http://127.0.0.1:1", Account(provider));

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => ListAsync(client));

        Assert.Equal(StatusCode.Unauthenticated, error.StatusCode);
        Assert.Equal($"No token: {provider.Address}/token answered 401, invalid_client: Unknown client.", error.Message);
        Assert.Single(provider.Requests, request => request.Path.EndsWith("/token", StringComparison.Ordinal));
        Assert.DoesNotContain("hidden", error.ToString());
    }

    [Theory]
    [InlineData(200, "no json", "is no JSON")]
    [InlineData(200, """{"token_type":"Bearer"}""", "has no access_token")]
    [InlineData(503, "", "answered 503")]
    public async Task An_answer_that_is_no_token_is_told(int status, string body, string told)
    {
        using var provider = new TokenProvider(() => "") { Answer = (status, body) };
        await using var client = ServiceOrderingClient.Connect("http://127.0.0.1:1", Account(provider));

        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token));

        Assert.Contains(told, error.Message);
        Assert.Equal(status == 503 ? StatusCode.Unavailable : StatusCode.Unauthenticated, error.StatusCode);
    }

    [Fact]
    public async Task A_token_is_fetched_once_for_all_who_ask_and_again_shortly_before_it_ends()
    {
        var time = new SetTime();
        var fetches = 0;
        var answer = new TaskCompletionSource<AccessToken>();
        var tokens = new CachedAccessToken(() => ++fetches == 1 ? answer.Task : Task.FromResult(new AccessToken("second", time.Now.AddHours(1))), time);

        var asked = Enumerable.Range(0, 10).Select(_ => tokens.GetAsync(Token).AsTask()).ToList();
        answer.SetResult(new AccessToken("first", time.Now.AddMinutes(10)));

        Assert.All(await Task.WhenAll(asked), token => Assert.Equal("first", token));
        time.Now += TimeSpan.FromMinutes(9);
        Assert.Equal("first", await tokens.GetAsync(Token));
        time.Now += TimeSpan.FromSeconds(31);
        Assert.Equal("second", await tokens.GetAsync(Token));
        Assert.Equal(2, fetches);
    }

    [Fact]
    public async Task A_fetch_that_failed_is_not_remembered_and_who_leaves_does_not_end_it_for_others()
    {
        var answer = new TaskCompletionSource<AccessToken>();
        var tokens = new CachedAccessToken(() => answer.Task);
        using var gone = new CancellationTokenSource();
        var left = tokens.GetAsync(gone.Token).AsTask();
        var stays = tokens.GetAsync(Token).AsTask();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        answer.SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => stays);
        answer = new TaskCompletionSource<AccessToken>();
        answer.SetResult(new AccessToken("good", DateTimeOffset.UtcNow.AddHours(1)));

        Assert.Equal("good", await tokens.GetAsync(Token));
    }

    [Fact]
    public async Task A_server_is_trusted_by_the_authority_that_it_was_told_and_by_no_other()
    {
        var (certificate, key) = _certificates.Issue("server");
        await using var server = await RunningServer.StartAsync(
            ("Kestrel:Endpoints:Grpc:Url", "https://127.0.0.1:0"), ("Kestrel:Certificates:Default:Path", certificate), ("Kestrel:Certificates:Default:KeyPath", key));
        using var other = new TestCertificates();

        await using var trusting = server.Connect(new ServiceOrderingClientOptions { TrustedCertificates = Authorities(_certificates), BearerToken = "ignored by an open server" });
        await ListAsync(trusting);
        await using var strange = server.Connect(new ServiceOrderingClientOptions { TrustedCertificates = Authorities(other) });
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(async () =>
            await strange.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token));

        Assert.IsType<System.Security.Authentication.AuthenticationException>(error.Status.DebugException!.GetBaseException());
    }

    [Fact]
    public async Task A_client_certificate_is_shown_to_the_server()
    {
        var (certificate, key) = _certificates.Issue("server");
        var (mine, myKey) = _certificates.Issue("desk");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var shown = X509Certificate2.CreateFromPemFile(mine, myKey);
        await using var client = ServiceOrderingClient.Connect(
            $"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
            new ServiceOrderingClientOptions { TrustedCertificates = Authorities(_certificates), ClientCertificate = shown });

        var call = client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token);
        using var connection = await listener.AcceptTcpClientAsync(Token);
        await using var tls = new SslStream(connection.GetStream());
        using var own = X509Certificate2.CreateFromPemFile(certificate, key);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(Authorities(_certificates));
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = own,
                ClientCertificateRequired = true,
                CertificateChainPolicy = trust,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            },
            Token);

        Assert.Equal("CN=desk", tls.RemoteCertificate?.Subject);
        call.Dispose();
    }

    [Fact]
    public async Task Neither_secret_nor_certificate_goes_where_it_would_be_seen()
    {
        var account = new ClientCredentials { ClientId = "night", ClientSecret = "hidden", TokenEndpoint = new Uri("http://login.example/token") };
        using var certificate = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_certificates.AuthorityFile, Token));

        Assert.Throws<ArgumentException>(() => ServiceOrderingClient.Connect("http://orders.example", new() { ClientCredentials = account }));
        Assert.Throws<ArgumentException>(() => ServiceOrderingClient.Connect("http://orders.example", new() { BearerToken = "hidden" }));
        Assert.Throws<ArgumentException>(() => ServiceOrderingClient.Connect("http://127.0.0.1:1", new() { ClientCertificate = certificate }));
        Assert.Throws<ArgumentException>(() => ServiceOrderingClient.Connect("http://127.0.0.1:1", new() { ClientCredentials = account, BearerToken = "hidden" }));
        await using var client = ServiceOrderingClient.Connect("http://127.0.0.1:1", new() { ClientCredentials = account });
        var error = await Assert.ThrowsAsync<ServiceOrderingException>(() => ListAsync(client));
        Assert.Contains("in the clear", error.Message);
        Assert.DoesNotContain("hidden", account.ToString());
    }

    private static ServiceOrderingClientOptions Account(TokenProvider provider) =>
        new() { ClientCredentials = new ClientCredentials { ClientId = "night", ClientSecret = "hidden", Authority = provider.Address } };

    private static X509Certificate2Collection Authorities(TestCertificates certificates)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(certificates.AuthorityFile);
        return authorities;
    }

    private static async Task ListAsync(ServiceOrderingClient client) =>
        await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest(), cancellationToken: Token);

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
