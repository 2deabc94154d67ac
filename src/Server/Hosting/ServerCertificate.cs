using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hosting;

/// <summary>
/// A certificate that Kestrel's configuration names by files. When they change, connections that are opened from then on have the new
/// one, and those that are open go on; Kestrel itself would close the port for that. With what stands behind the certificate in its file
/// clients that do not know the authority between are told of it.
/// </summary>
internal sealed partial class ServerCertificate
{
    private readonly FileContent<SslStreamCertificateContext> _files;

    private ServerCertificate(IConfigurationSection section, string root, TimeProvider time, ILogger logger)
    {
        var path = Path.Combine(root, section["Path"]!);
        var keyPath = section["KeyPath"] is { } key ? Path.Combine(root, key) : null;
        var password = section["Password"];
        _files = new FileContent<SslStreamCertificateContext>(
            keyPath is null ? [path] : [path, keyPath],
            content => keyPath is null ? FromPkcs12(content[0], password) : FromPem(content[0], content[1], password),
            time,
            e => LogRejected(logger, path, e.Message));
    }

    /// <summary>Has an endpoint take its certificate from files that may change.</summary>
    /// <exception cref="OptionsValidationException">The files cannot be used.</exception>
    public static void Follow(EndpointConfiguration endpoint, IConfiguration kestrel, IServiceProvider services)
    {
        var own = endpoint.ConfigSection.GetSection("Certificate");
        var section = own.Exists() ? own : kestrel.GetSection("Certificates:Default");
        // With a certificate for each name (Sni), or one of a store, it is as Kestrel does it.
        if (!endpoint.IsHttps || endpoint.ConfigSection.GetSection("Sni").Exists() || section["Path"] is null)
            return;
        var certificate = new ServerCertificate(section, services.GetRequiredService<IHostEnvironment>().ContentRootPath, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ServerCertificate>>());
        endpoint.HttpsOptions.OnAuthenticate = (_, options) => options.ServerCertificateContext = certificate._files.Current;
    }

    /// <summary>Finds certificates that cannot be used, before a port is open.</summary>
    /// <param name="kestrel">Kestrel's configuration.</param>
    /// <param name="root">The folder that paths are relative to.</param>
    /// <exception cref="OptionsValidationException">There is one.</exception>
    public static void Check(IConfiguration kestrel, string root)
    {
        var sections = kestrel.GetSection("Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")).Append(kestrel.GetSection("Certificates:Default"));
        foreach (var section in sections.Where(section => section["Path"] is not null))
        {
            try
            {
                _ = new ServerCertificate(section, root, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance)._files.Current;
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
            {
                throw new OptionsValidationException(section.Path, typeof(ServerCertificate), [$"{section.Path} cannot be used: {e.Message}"]);
            }
        }
    }

    private static SslStreamCertificateContext FromPem(byte[] chain, byte[] key, string? password)
    {
        var (text, secret) = (Encoding.UTF8.GetString(chain), Encoding.UTF8.GetString(key));
        var certificate = password is null ? X509Certificate2.CreateFromPem(text, secret) : X509Certificate2.CreateFromEncryptedPem(text, secret, password);
        // Windows takes no key that is in memory alone.
        if (OperatingSystem.IsWindows())
            certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        return Context(certificate, all);
    }

    private static SslStreamCertificateContext FromPkcs12(byte[] store, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(store, password);
        return Context(all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new InvalidDataException("It has no certificate with a private key."), all);
    }

    private static SslStreamCertificateContext Context(X509Certificate2 certificate, X509Certificate2Collection all) =>
        SslStreamCertificateContext.Create(certificate, [.. all.Where(other => other.Thumbprint != certificate.Thumbprint)], offline: true);

    [LoggerMessage(1, LogLevel.Error, "The certificate {Path} cannot be used: {Reason} The one that was there before goes on, and this is not repeated")]
    private static partial void LogRejected(ILogger logger, string path, string reason);
}
