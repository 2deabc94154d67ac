using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Security;

/// <summary>The authorities whose client certificates are good; files that change are read again.</summary>
internal sealed partial class CertificateAuthorities(IOptions<SecurityOptions> options, TimeProvider time, ILogger<CertificateAuthorities> logger)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(5);

    private readonly CertificateOptions _options = options.Value.Certificates!;
    private readonly FileContent<X509Certificate2Collection> _trusted = new(options.Value.Certificates!.Authorities, Parse, time, e => LogRejected(logger, e.Message));

    /// <summary>The certificates of the authorities. What changes is another object.</summary>
    public X509Certificate2Collection Trusted => _trusted.Current;

    /// <summary>Whether a certificate was issued by one of the authorities for a client, and is good now.</summary>
    public bool IsGood(X509Certificate2 certificate)
    {
        var trusted = Trusted;
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(trusted);
        policy.ExtraStore.AddRange(trusted);
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ClientAuthentication));
        policy.RevocationMode = _options.Revocation;
        policy.RevocationFlag = X509RevocationFlag.EntireChain;
        policy.UrlRetrievalTimeout = NetworkTimeout;
        // What is between a client and its authority is configured; a certificate does not make the server fetch anything.
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = time.GetUtcNow().UtcDateTime;
        policy.VerificationTimeIgnored = false;
        return chain.Build(certificate);
    }

    /// <summary>The certificates of files (PEM).</summary>
    /// <exception cref="InvalidDataException">There is no root among them.</exception>
    public static X509Certificate2Collection Parse(IReadOnlyList<byte[]> files)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var file in files)
            certificates.ImportFromPem(Encoding.UTF8.GetString(file));
        return certificates.Any(certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            ? certificates
            : throw new InvalidDataException("There is no root among the certificates: one that is issued by itself.");
    }

    [LoggerMessage(1, LogLevel.Error, "The files of Security:Certificates:Authorities cannot be used: {Reason} What was there before goes on, and this is not repeated")]
    private static partial void LogRejected(ILogger logger, string reason);
}
