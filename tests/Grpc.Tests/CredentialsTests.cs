using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Tests.Protos;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Grpc.Tests;

public class CredentialsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Compose_needs_two_credentials()
    {
        Assert.Throws<ArgumentNullException>(() => CallCredentials.Compose(null!));
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(Header("x", "1")));
    }

    [Fact]
    public void Missing_parts_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => CallCredentials.FromInterceptor(null!));
        Assert.Throws<ArgumentNullException>(() => ChannelCredentials.Create(null!, Header("x", "1")));
        Assert.Throws<ArgumentNullException>(() => ChannelCredentials.Create(ChannelCredentials.SecureSsl, null!));
        Assert.Throws<ArgumentNullException>(() => new KeyCertificatePair(null!, "key"));
        Assert.Throws<ArgumentNullException>(() => new KeyCertificatePair("chain", null!));
        Assert.Throws<ArgumentNullException>(() => new AuthInterceptorContext(null!, "method"));
        Assert.Throws<ArgumentNullException>(() => new AuthInterceptorContext("url", null!));
    }

    [Fact]
    public void Channel_credentials_tell_what_they_consist_of()
    {
        var pair = new KeyCertificatePair("chain", "key");
        var callCredentials = Header("x", "1");

        Assert.Equal("insecure", Parts(ChannelCredentials.Insecure).Single());
        Assert.Equal(["ssl", null, null, null], Parts(ChannelCredentials.SecureSsl));
        Assert.Equal(["ssl", "roots", pair, null], Parts(new SslCredentials("roots", pair)));
        Assert.Equal(
            ["composite", ChannelCredentials.SecureSsl, callCredentials],
            Parts(ChannelCredentials.Create(ChannelCredentials.SecureSsl, callCredentials)));

        static List<object?> Parts(ChannelCredentials credentials)
        {
            var recorder = new ChannelCredentialsRecorder();
            credentials.InternalPopulateConfiguration(recorder, new object());
            return recorder.Parts;
        }
    }

    [Fact]
    public async Task Composed_call_credentials_all_add_their_headers()
    {
        await using var server = await TestServer.StartEchoAsync(EchoOf("x-first", "x-second"), channel: channel =>
        {
            channel.UnsafeUseInsecureChannelCallCredentials = true;
            channel.Credentials = ChannelCredentials.Create(
                ChannelCredentials.Insecure, CallCredentials.Compose(Header("x-first", "1"), Header("x-second", "2")));
        });

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token);

        Assert.Equal("1 2", response.Text);
    }

    [Fact]
    public async Task Call_credentials_of_channel_and_call_add_their_headers()
    {
        await using var server = await TestServer.StartEchoAsync(EchoOf("x-channel", "x-call"), channel: channel =>
        {
            channel.UnsafeUseInsecureChannelCallCredentials = true;
            channel.Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, Header("x-channel", "1"));
        });

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(
            new EchoRequest(), new CallOptions(cancellationToken: Token, credentials: Header("x-call", "2")));

        Assert.Equal("1 2", response.Text);
    }

    [Fact]
    public async Task Call_credentials_are_told_the_service_and_the_method()
    {
        var seen = new TaskCompletionSource<AuthInterceptorContext>();
        var credentials = CallCredentials.FromInterceptor((context, _) =>
        {
            seen.SetResult(context);
            return Task.CompletedTask;
        });
        await using var server = await TestServer.StartEchoAsync(channel: channel =>
            channel.UnsafeUseInsecureChannelCallCredentials = true);

        await new Echo.EchoClient(server.Channel).UnaryAsync(
            new EchoRequest(), new CallOptions(cancellationToken: Token, credentials: credentials));

        var context = await seen.Task.WaitAsync(Token);
        Assert.EndsWith("/grpctests.Echo", context.ServiceUrl, StringComparison.Ordinal);
        Assert.Equal("Unary", context.MethodName);
    }

    [Fact]
    public async Task Call_credentials_stay_out_of_cleartext_unless_asked_for()
    {
        await using var server = await TestServer.StartEchoAsync(EchoOf("x-call"));

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(
            new EchoRequest(), new CallOptions(cancellationToken: Token, credentials: Header("x-call", "3")));

        Assert.Equal("", response.Text);
    }

    [Fact]
    public async Task Client_certificate_identifies_the_caller_and_call_credentials_pass_over_tls()
    {
        using var certificate = SelfSigned("localhost");
        using var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                ClientCertificates = [certificate],
                RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown),
            },
        };
        var seen = new TaskCompletionSource<AuthContext>();
        var echo = new EchoService
        {
            OnUnary = (_, context) =>
            {
                seen.SetResult(context.AuthContext);
                return Task.FromResult(new EchoResponse { Text = context.RequestHeaders.GetValue("authorization") });
            },
        };
        await using var server = await TestServer.StartEchoAsync(
            echo,
            channel: channel =>
            {
                channel.HttpHandler = handler;
                channel.Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, Header("authorization", "Bearer 1"));
            },
            listen: options => options.UseHttps(certificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            }));

        var response = await new Echo.EchoClient(server.Channel).UnaryAsync(new EchoRequest(), cancellationToken: Token);

        Assert.Equal("Bearer 1", response.Text);
        var identity = await seen.Task.WaitAsync(Token);
        Assert.True(identity.IsPeerAuthenticated);
        Assert.Contains("localhost", identity.PeerIdentity.Select(property => property.Value));
    }

    [Fact]
    public void Auth_context_finds_properties_by_name()
    {
        var bytes = new byte[] { (byte)'a' };
        var property = AuthProperty.Create("name", bytes);
        bytes[0] = (byte)'b';
        var context = new AuthContext("name", new() { ["name"] = [property], ["other"] = [AuthProperty.Create("other", [])] });

        Assert.Equal("a", property.Value);
        Assert.Equal([property], context.PeerIdentity);
        Assert.Equal(2, context.Properties.Count());
        Assert.Empty(context.FindPropertiesByName("missing"));
        Assert.False(new AuthContext(null, []).IsPeerAuthenticated);
        Assert.Empty(new AuthContext(null, []).PeerIdentity);
    }

    private static CallCredentials Header(string key, string value) =>
        CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add(key, value);
            return Task.CompletedTask;
        });

    private static EchoService EchoOf(params string[] headers) => new()
    {
        OnUnary = (_, context) => Task.FromResult(new EchoResponse
        {
            Text = string.Join(' ', headers.Select(context.RequestHeaders.GetValue)),
        }),
    };

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private sealed class ChannelCredentialsRecorder : ChannelCredentialsConfiguratorBase
    {
        public List<object?> Parts { get; } = [];

        public override void SetInsecureCredentials(object state) => Parts.Add("insecure");

        public override void SetSslCredentials(
            object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback) =>
            Parts.AddRange(["ssl", rootCertificates, keyCertificatePair, verifyPeerCallback]);

        public override void SetCompositeCredentials(
            object state, ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
            Parts.AddRange(["composite", channelCredentials, callCredentials]);
    }
}
