using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;

namespace ServiceOrdering.Client;

/// <summary>Opens the channel of a client: transport, retries, credentials.</summary>
internal static class Channels
{
    public static GrpcChannel Open(Uri address, ServiceOrderingClientOptions options)
    {
        var channelOptions = new GrpcChannelOptions
        {
            // A handler that the channel made for itself is the channel's to dispose of.
            HttpHandler = Wrapped(address, options.HttpHandler ?? Transport(address, options), options),
            DisposeHttpClient = options.HttpHandler is null,
            LoggerFactory = options.LoggerFactory,
            MaxReceiveMessageSize = options.MaxReceiveBytes,
            // Otherwise a server that was away for a while is looked for every two minutes only.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromSeconds(5),
        };
        Retries.Apply(channelOptions, options.RepeatCreations);
        var accessToken = AccessToken(options);
        if (options.ApiKey is not null || accessToken is not null)
        {
            Authenticate(channelOptions, address, options, accessToken);
        }

        return GrpcChannel.ForAddress(address, channelOptions);
    }

    private static HttpMessageHandler Wrapped(Uri address, HttpMessageHandler transport, ServiceOrderingClientOptions options)
    {
        transport = options.WrapTransport?.Invoke(transport) ?? transport;
        return address.AbsolutePath.TrimEnd('/') is { Length: > 0 } prefix ? new PathPrefixHandler(prefix, transport) : transport;
    }

    /// <summary>
    /// Pings find a connection that died without a word (a switched-off machine, a firewall that forgot it) while a call or
    /// a stream waits on it; an idle one is not pinged.
    /// </summary>
    private static SocketsHttpHandler Transport(Uri address, ServiceOrderingClientOptions options)
    {
        if (options.ClientCertificate is not null && address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"A client certificate needs https, and the server's address is {address}.", nameof(options));
        }

        var transport = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        if (options.ClientCertificate is { } certificate)
        {
            transport.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        }

        transport.SslOptions.CertificateChainPolicy = Trust(options);
        return transport;
    }

    private static X509ChainPolicy? Trust(ServiceOrderingClientOptions options)
    {
        if (options.TrustedCertificates is not { } trusted)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        return policy;
    }

    /// <summary>What gives the token of a call; null for none.</summary>
    private static Func<CancellationToken, ValueTask<string>>? AccessToken(ServiceOrderingClientOptions options)
    {
        if (new object?[] { options.BearerToken, options.AccessToken, options.ClientCredentials }.Count(each => each is not null) > 1)
        {
            throw new ArgumentException(
                $"{nameof(options.BearerToken)}, {nameof(options.AccessToken)} and {nameof(options.ClientCredentials)} exclude each other.", nameof(options));
        }

        if (options.BearerToken is { } token)
        {
            return _ => ValueTask.FromResult(token);
        }

        if (options.ClientCredentials is not { } account)
        {
            return options.AccessToken;
        }

        if (account.Authority is null == account.TokenEndpoint is null)
        {
            throw new ArgumentException($"{nameof(ClientCredentials)} need either {nameof(account.Authority)} or {nameof(account.TokenEndpoint)}.", nameof(options));
        }

        var endpoint = new TokenEndpoint(account, () => ProviderTransport(options), options.AllowCredentialsInTheClear, TimeProvider.System);
        return new CachedAccessToken(endpoint.FetchAsync).GetAsync;
    }

    /// <summary>Providers may have a certificate of the machine's authorities beside a server that has one of its own.</summary>
    private static SocketsHttpHandler ProviderTransport(ServiceOrderingClientOptions options)
    {
        var transport = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (options.TrustedCertificates is not null)
        {
            transport.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsTrusted(certificate, chain, options));
        }

        return transport;
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Chain? sent, ServiceOrderingClientOptions options)
    {
        using var chain = new X509Chain { ChainPolicy = Trust(options)! };
        foreach (var element in sent?.ChainElements.Skip(1) ?? [])
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return certificate is X509Certificate2 leaf && chain.Build(leaf);
    }

    private static void Authenticate(
        GrpcChannelOptions channelOptions, Uri address, ServiceOrderingClientOptions options, Func<CancellationToken, ValueTask<string>>? accessToken)
    {
        var encrypted = address.Scheme == Uri.UriSchemeHttps;
        if (!encrypted && !address.IsLoopback && !options.AllowCredentialsInTheClear)
        {
            throw new ArgumentException(
                $"Credentials would travel in the clear to {address}; use https or {nameof(options.AllowCredentialsInTheClear)}.",
                nameof(options));
        }

        var perCall = CallCredentials.FromInterceptor(async (context, headers) =>
        {
            if (options.ApiKey is not null)
            {
                headers.Add("x-api-key", options.ApiKey);
            }

            if (accessToken is not null)
            {
                headers.Add("authorization", $"Bearer {await accessToken(context.CancellationToken)}");
            }
        });
        var transport = encrypted ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure;
        channelOptions.Credentials = ChannelCredentials.Create(transport, perCall);
        channelOptions.UnsafeUseInsecureChannelCallCredentials = !encrypted;
    }
}
