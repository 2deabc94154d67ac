using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli.Config;

/// <summary>
/// Finds out why a server cannot be reached: goes the way to it once more, step by step, and tells at which one it ends: the name, the
/// connection, TLS, HTTP/2.
/// </summary>
internal sealed class Diagnosis(Uri server, ServiceOrderingClientOptions options)
{
    private const int FrameHeader = 9;
    private const byte Settings = 4;
    private const byte GoAway = 7;
    private const byte Acknowledged = 1;
    private const byte Alert = 0x15;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private string _step = "";

    /// <summary>What is wrong, as the end of a sentence; null where the way is free.</summary>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return await TryAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return _step;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"no name server knows {server.Host}",
                SocketError.ConnectionRefused => $"connection refused: nothing listens on port {server.Port} of {server.Host}",
                _ => exception.Message,
            };
        }
        catch (AuthenticationException exception)
        {
            return $"TLS failed: {exception.GetBaseException().Message} An address without TLS begins with http.";
        }
        catch (IOException exception)
        {
            return $"{_step}: {exception.GetBaseException().Message}";
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return exception.Message;
        }
    }

    private async Task<string?> TryAsync(CancellationToken end)
    {
        _step = $"no name server says what the address of {server.Host} is";
        var addresses = IPAddress.TryParse(server.IdnHost.Trim('[', ']'), out var address) ? [address] : await Dns.GetHostAddressesAsync(server.IdnHost, end);
        _step = $"no connection: {server.Host} does not answer on port {server.Port}; it may be down, or a firewall between";
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(addresses, server.Port, end);
        if (server.Scheme != Uri.UriSchemeHttps)
        {
            return await SpeakAsync(tcp.GetStream(), end);
        }

        _step = "the connection was taken, and TLS is not answered; an address without TLS begins with http";
        var problem = "";
        await using var tls = new SslStream(tcp.GetStream(), false, (_, certificate, chain, errors) => (problem = Problem(errors, chain)).Length == 0);
        try
        {
            var authentication = new SslClientAuthenticationOptions { TargetHost = server.IdnHost, ApplicationProtocols = [SslApplicationProtocol.Http2] };
            if (options.ClientCertificate is { } shown)
            {
                authentication.ClientCertificateContext = SslStreamCertificateContext.Create(shown, additionalCertificates: null, offline: true);
            }

            if (options.TrustedCertificates is { } trusted)
            {
                authentication.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                authentication.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
            }

            await tls.AuthenticateAsClientAsync(authentication, end);
        }
        catch (AuthenticationException) when (problem.Length > 0)
        {
            return problem;
        }

        return tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2
            ? await SpeakAsync(tls, end)
            : "it speaks TLS and no HTTP/2 there, which gRPC needs";
    }

    private string Problem(SslPolicyErrors errors, X509Chain? chain) =>
        errors == SslPolicyErrors.None ? ""
        : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"TLS failed: the certificate is not for {server.Host}"
        : $"TLS failed: the certificate is not trusted here ({string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? [])}); --cacert names the authority that it has to come from";

    /// <summary>Greets as HTTP/2 does (RFC 9113, 3.4), and looks whether that is answered so.</summary>
    private async Task<string?> SpeakAsync(Stream stream, CancellationToken end)
    {
        _step = "the connection was taken, and nothing is answered";
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), end);
        await stream.WriteAsync(new byte[] { 0, 0, 0, Settings, 0, 0, 0, 0, 0 }, end);
        var header = new byte[FrameHeader];
        while (true)
        {
            var read = await stream.ReadAtLeastAsync(header, FrameHeader, throwOnEndOfStream: false, end);
            if (read < FrameHeader)
            {
                return read > 0 && header[0] == Alert ? "it speaks TLS there: the address has to begin with https"
                    : "it ends the connection where gRPC begins: what listens there is something else, or wants TLS (https)";
            }

            if (header.AsSpan().StartsWith("HTTP/1"u8))
            {
                return $"it answers in HTTP/1.1: that is no port for gRPC, which is {new Uri(GlobalOptions.DefaultServer).Port} unless configured";
            }

            if (header[0] == Alert)
            {
                return "it speaks TLS there: the address has to begin with https";
            }

            var length = (header[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1));
            if (header[3] == GoAway)
            {
                return $"it wants no HTTP/2: that is no port for gRPC, which is {new Uri(GlobalOptions.DefaultServer).Port} unless configured";
            }

            if (header[3] == Settings && (header[4] & Acknowledged) != 0)
            {
                return null;
            }

            if (length > 16 * 1024)
            {
                return "what listens there is no gRPC server";
            }

            await stream.ReadExactlyAsync(new byte[length], end);
        }
    }
}
