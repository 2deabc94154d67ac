using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>An authority, the certificates that it issues, and the files that a server reads.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string Authority = "CN=Authority";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly string _folder = Directory.CreateTempSubdirectory("service-ordering-certificates-").FullName;
    private readonly List<X509Certificate2> _made = [];
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Authority, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
        WriteServer();
    }

    public string AuthorityFile => Path.Combine(_folder, "authority.pem");

    public string ServerFile => Path.Combine(_folder, "server.pem");

    public string KeyFile => Path.Combine(_folder, "server.key");

    /// <summary>What makes the port for REST one over TLS, for gRPC too.</summary>
    public (string Key, string Value)[] TlsSettings =>
    [
        ("Kestrel:Endpoints:Rest:Url", "https://127.0.0.1:0"),
        ("Kestrel:Endpoints:Rest:Protocols", "Http1AndHttp2"),
        ("Kestrel:Endpoints:Rest:Certificate:Path", ServerFile),
        ("Kestrel:Endpoints:Rest:Certificate:KeyPath", KeyFile),
    ];

    /// <summary>The same with the certificate and its key in one file, for all ports.</summary>
    public (string Key, string Value)[] Pkcs12Settings
    {
        get
        {
            var file = Path.Combine(_folder, "server.pfx");
            File.WriteAllBytes(file, Issue("CN=localhost", ServerAuthentication, san => san.AddIpAddress(IPAddress.Loopback)).Export(X509ContentType.Pkcs12, "changeit"));
            return [.. TlsSettings[..2], ("Kestrel:Certificates:Default:Path", file), ("Kestrel:Certificates:Default:Password", "changeit")];
        }
    }

    /// <summary>Writes a new certificate for the server, and gives its serial number.</summary>
    public string WriteServer()
    {
        var certificate = Issue("CN=localhost", usage: ServerAuthentication, san => san.AddIpAddress(IPAddress.Loopback));
        File.WriteAllText(ServerFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return certificate.SerialNumber;
    }

    /// <summary>A certificate for a client.</summary>
    public X509Certificate2 Client(string subject = "CN=orchestrator, O=Example", string? uri = null, DateTimeOffset? expires = null, bool isForServers = false) =>
        Issue(subject, isForServers ? ServerAuthentication : ClientAuthentication, san =>
        {
            if (uri is not null)
                san.AddUri(new Uri(uri));
        }, expires);

    /// <summary>A client over TLS that trusts the authority and has a certificate, or none.</summary>
    public static HttpClient Http(RunningServer server, X509Certificate2? certificate, Action<X509Certificate2>? seen = null) => new(Handler(certificate, seen)) { BaseAddress = server.Http.BaseAddress };

    public static SocketsHttpHandler Handler(X509Certificate2? certificate, Action<X509Certificate2>? seen = null)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
        {
            seen?.Invoke((X509Certificate2)shown!);
            return shown?.Issuer == Authority;
        };
        // Not by the authorities that the server names: a foreign one is to be shown as well.
        if (certificate is not null)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        return handler;
    }

    public void Dispose()
    {
        foreach (var certificate in _made)
            certificate.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private X509Certificate2 Issue(string subject, string usage, Action<SubjectAlternativeNameBuilder> names, DateTimeOffset? expires = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        var alternatives = new SubjectAlternativeNameBuilder();
        names(alternatives);
        if (alternatives.Build() is { RawData.Length: > 2 } extension)
            request.CertificateExtensions.Add(extension);
        var issued = request.Create(_authority, DateTimeOffset.UtcNow.AddYears(-1), expires ?? DateTimeOffset.UtcNow.AddYears(1), RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(key);
        _made.Add(issued);
        return issued;
    }
}
