using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ServiceOrdering.Server.Security;

/// <summary>The section <c>Security:Certificates</c> of the configuration: which client certificates are taken.</summary>
internal sealed record CertificateOptions
{
    /// <summary>Files with the certificates (PEM) of the authorities that issue them, roots and what is between; no other is trusted. At least one.</summary>
    public string[] Authorities { get; init; } = [];

    /// <summary>Who has which certificate. At least one.</summary>
    public CertificateIdentity[] Identities { get; init; } = [];

    /// <summary>Whether it is asked for if a certificate was revoked: NoCheck, Offline (from lists that the machine has), Online. Default: NoCheck.</summary>
    public X509RevocationMode Revocation { get; init; } = X509RevocationMode.NoCheck;

    /// <summary>All that is wrong with the options.</summary>
    public IEnumerable<string> Problems(Predicate<string> isRole)
    {
        if (Authorities.Length == 0)
            yield return "Security:Certificates:Authorities:0 is missing: a file with the certificate (PEM) of the authority that issues clients' certificates.";
        else if (Array.Find(Authorities, file => !File.Exists(file)) is { } missing)
            yield return $"Security:Certificates:Authorities: there is no file '{missing}'.";
        else if (AuthoritiesProblem() is { } unusable)
            yield return $"Security:Certificates:Authorities cannot be used: {unusable}";
        if (Identities.Length == 0)
            yield return "Security:Certificates:Identities:0 is missing: who has which certificate.";
        if (!Enum.IsDefined(Revocation))
            yield return "Security:Certificates:Revocation is not known. Allowed: NoCheck, Offline, Online.";
        for (var i = 0; i < Identities.Length; i++)
        {
            if (Identities[i].Problem(isRole) is { } problem)
                yield return $"Security:Certificates:Identities:{i}: {problem}";
        }
    }

    private string? AuthoritiesProblem()
    {
        try
        {
            CertificateAuthorities.Parse([.. Authorities.Select(File.ReadAllBytes)]);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            return e.Message;
        }
    }
}

/// <summary>Whom a certificate makes of who has it.</summary>
internal sealed record CertificateIdentity
{
    /// <summary>The certificate's subject: <c>CN=orchestrator, O=Example</c>. One of this and <see cref="San"/>.</summary>
    public string? Subject { get; init; }

    /// <summary>An alternative name of the certificate, a URI or a DNS name: <c>spiffe://example/orchestrator</c>.</summary>
    public string? San { get; init; }

    /// <summary>The caller's name. Default: what the certificate is known by.</summary>
    public string? Name { get; init; }

    /// <summary>The caller's roles.</summary>
    public string[] Roles { get; init; } = [];

    /// <summary>The caller's scopes beside those of its roles.</summary>
    public string[] Scopes { get; init; } = [];

    /// <summary>The party that the caller is bound to. Default: none.</summary>
    public string? Party { get; init; }

    public string EffectiveName => Name ?? San ?? Subject!;

    /// <summary>What is wrong, or null.</summary>
    public string? Problem(Predicate<string> isRole) =>
        string.IsNullOrEmpty(Subject) == string.IsNullOrEmpty(San) ? "it needs either Subject or San, what the certificate is known by."
        : Subject is { Length: > 0 } subject && NameOf(subject) is null ? $"Subject is '{subject}', which is no name such as CN=orchestrator, O=Example."
        : CallerName.Problem(EffectiveName) is { } problem ? problem
        : Array.Find(Roles, role => !isRole(role)) is { } unknown ? $"'{unknown}' is no role."
        : Hosting.Scopes.Problem(Scopes) is { } scope ? scope
        : Roles.Length + Scopes.Length == 0 ? "it has neither Roles nor Scopes, and could do nothing."
        : Party is "" ? "Party is empty."
        : null;

    /// <summary>A subject in the one form that subjects are compared in; null for none.</summary>
    public static string? NameOf(string subject)
    {
        try
        {
            return new X500DistinguishedName(subject).Name;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
