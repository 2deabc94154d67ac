using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ServiceOrdering.Server.Secrets;

/// <summary>The section <c>Secrets</c> of the configuration: where the keys are that secrets in the database are encrypted with.</summary>
internal sealed record SecretsOptions : ISettings
{
    /// <summary>A directory for the keys, which all servers of a database share. Default: none; they are in the database.</summary>
    public string? KeyDirectory { get; init; }

    /// <summary>
    /// A certificate with its private key (RSA) that new keys are encrypted with: a PFX file, or a PEM file that has both. Default:
    /// none; who has the keys can use them.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>Certificates that were used before: keys that were encrypted with them go on being read.</summary>
    public string[] OldCertificates { get; init; } = [];

    /// <summary>The password of the files of all certificates. Default: none.</summary>
    public string? CertificatePassword { get; init; }

    /// <summary>After how long a new key takes the place of the last one, which goes on being read. At least 7 days. Default: 90 days.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (KeyLifetime < TimeSpan.FromDays(7))
            yield return "Secrets:KeyLifetime must be at least 7.00:00:00.";
        if (Certificate is null && OldCertificates.Length > 0)
            yield return "Secrets:OldCertificates is for what was encrypted before there was the certificate that Secrets:Certificate names.";
        if (KeyDirectory is not null && File.Exists(KeyDirectory))
            yield return $"Secrets:KeyDirectory: '{KeyDirectory}' is a file.";
        if (Certificate is not null && CertificateProblem("Secrets:Certificate", Certificate) is { } problem)
            yield return problem;
        foreach (var old in OldCertificates.Select((file, i) => CertificateProblem($"Secrets:OldCertificates:{i}", file)).OfType<string>())
            yield return old;
    }

    /// <summary>Reads a certificate.</summary>
    /// <exception cref="CryptographicException">The file is no certificate with its key, or the password is another.</exception>
    public X509Certificate2 Load(string file) =>
        Path.GetExtension(file).ToUpperInvariant() is ".PFX" or ".P12" ? X509CertificateLoader.LoadPkcs12FromFile(file, CertificatePassword)
        : CertificatePassword is null ? X509Certificate2.CreateFromPemFile(file)
        : X509Certificate2.CreateFromEncryptedPemFile(file, CertificatePassword);

    private string? CertificateProblem(string setting, string file)
    {
        if (!File.Exists(file))
            return $"{setting}: there is no file '{file}'.";
        try
        {
            using var certificate = Load(file);
            using var key = certificate.GetRSAPrivateKey();
            return key is null ? $"{setting}: '{file}' has no RSA key, which is what keys can be encrypted with." : null;
        }
        catch (CryptographicException)
        {
            return $"{setting}: '{file}' is no PFX or PEM file with a certificate and its private key, or Secrets:CertificatePassword is not its password.";
        }
    }
}
