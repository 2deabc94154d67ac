namespace Grpc.Core;

/// <summary>What secures a client's channel to a server.</summary>
public abstract class ChannelCredentials
{
    /// <summary>No encryption and no identity.</summary>
    public static ChannelCredentials Insecure { get; } = new InsecureCredentials();

    /// <summary>TLS with the system's root certificates.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    /// <summary>Adds the caller's credentials to every call on the channel.</summary>
    /// <remarks>Whether the two go together is for the channel to say, when it is created.</remarks>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
        new CompositeChannelCredentials(channelCredentials, callCredentials);

    /// <summary>Tells a client library what these credentials consist of.</summary>
    public abstract void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state);

    private sealed class InsecureCredentials : ChannelCredentials
    {
        public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state) =>
            configurator.SetInsecureCredentials(state);
    }

    private sealed class CompositeChannelCredentials : ChannelCredentials
    {
        private readonly ChannelCredentials channelCredentials;
        private readonly CallCredentials callCredentials;

        public CompositeChannelCredentials(ChannelCredentials channelCredentials, CallCredentials callCredentials)
        {
            ArgumentNullException.ThrowIfNull(channelCredentials);
            ArgumentNullException.ThrowIfNull(callCredentials);
            this.channelCredentials = channelCredentials;
            this.callCredentials = callCredentials;
        }

        public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state) =>
            configurator.SetCompositeCredentials(state, channelCredentials, callCredentials);
    }
}

/// <summary>The side of a client library that takes <see cref="ChannelCredentials"/> apart.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>Takes the absence of security.</summary>
    public abstract void SetInsecureCredentials(object state);

    /// <summary>Takes TLS.</summary>
    public abstract void SetSslCredentials(
        object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>Takes channel credentials together with call credentials.</summary>
    public abstract void SetCompositeCredentials(
        object state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}

/// <summary>TLS on the client's side.</summary>
public sealed class SslCredentials : ChannelCredentials
{
    private readonly VerifyPeerCallback? verifyPeerCallback;

    /// <summary>Trusts the system's root certificates.</summary>
    public SslCredentials()
        : this(null, null, null)
    {
    }

    /// <summary>Trusts the given root certificates.</summary>
    /// <param name="rootCertificates">PEM text; the system's root certificates when absent.</param>
    public SslCredentials(string? rootCertificates)
        : this(rootCertificates, null, null)
    {
    }

    /// <summary>Trusts the given root certificates and shows a client certificate.</summary>
    /// <param name="rootCertificates">PEM text; the system's root certificates when absent.</param>
    /// <param name="keyCertificatePair">The client's certificate; none when absent.</param>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null)
    {
    }

    /// <summary>Trusts the given root certificates, shows a client certificate and checks the server's once more.</summary>
    /// <param name="rootCertificates">PEM text; the system's root certificates when absent.</param>
    /// <param name="keyCertificatePair">The client's certificate; none when absent.</param>
    /// <param name="verifyPeerCallback">Called after the usual checks have passed.</param>
    public SslCredentials(
        string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        RootCertificates = rootCertificates;
        KeyCertificatePair = keyCertificatePair;
        this.verifyPeerCallback = verifyPeerCallback;
    }

    /// <summary>PEM text, or <see langword="null"/> for the system's root certificates.</summary>
    public string? RootCertificates { get; }

    /// <summary>The client's certificate, or <see langword="null"/> for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; }

    /// <inheritdoc/>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object state) =>
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, verifyPeerCallback);
}

/// <summary>A certificate chain and the private key of its first certificate.</summary>
public sealed class KeyCertificatePair
{
    /// <summary>Creates a pair.</summary>
    /// <param name="certificateChain">PEM text.</param>
    /// <param name="privateKey">PEM text.</param>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>PEM text.</summary>
    public string CertificateChain { get; }

    /// <summary>PEM text.</summary>
    public string PrivateKey { get; }
}

/// <summary>Decides whether a server whose certificate passed the usual checks is accepted.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>The server that a <see cref="VerifyPeerCallback"/> decides on.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The name that the client connected to.</summary>
    public string TargetName { get; }

    /// <summary>The server's certificate as PEM text.</summary>
    public string PeerPem { get; }
}
