using System.Formats.Asn1;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Security.ApiKeys;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security;

/// <summary>
/// Client certificates (mTLS). TLS has shown that the caller has the certificate; who that is, is found out here, so that who is refused
/// is told so in an answer. What was found out is kept with the connection for a while.
/// </summary>
internal sealed class CertificateCredentials(IOptions<SecurityOptions> options, Roles roles, PresentedCertificate presented, CertificateAuthorities authorities, TimeProvider time) : ICredentials
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const int DnsName = 2;
    private const int Uri = 6;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly (CertificateIdentity Configured, string? Subject, Authentication Authentication)[] _identities =
    [
        .. options.Value.Certificates!.Identities.Select(identity => (
            identity,
            identity.Subject is { Length: > 0 } subject ? CertificateIdentity.NameOf(subject) : null,
            Authentication.Of(new Identity(identity.EffectiveName, roles.Scopes(identity.Roles, identity.Scopes), identity.Party), Scheme))),
    ];

    // Connections end, and their certificates with them.
    private readonly ConditionalWeakTable<X509Certificate2, Outcome> _known = [];

    // HTTP has no scheme for what TLS does, and a 401 has to name one.
    private const string Scheme = "ClientCertificate";

    public string Challenge => Scheme;

    public ValueTask<Authentication?> AuthenticateAsync(HttpContext http)
    {
        // Who says in another way who they are is not let in for the certificate of the connection.
        if (http.Request.Headers.Authorization.Count + http.Request.Headers[ApiKeyCredentials.Header].Count > 0 || presented.Of(http) is not { } certificate)
            return default;
        var now = time.GetUtcNow();
        if (!_known.TryGetValue(certificate, out var outcome) || now >= outcome.Until || !ReferenceEquals(outcome.Trusted, authorities.Trusted))
        {
            var authentication = Check(certificate, now);
            var expires = new DateTimeOffset(certificate.NotAfter);
            outcome = new Outcome(authentication, authorities.Trusted, authentication.Refusal is null && expires < now + Kept ? expires : now + Kept);
            _known.AddOrUpdate(certificate, outcome);
        }
        return new(outcome.Authentication);
    }

    private Authentication Check(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (now > new DateTimeOffset(certificate.NotAfter) || now < new DateTimeOffset(certificate.NotBefore))
            return Authentication.Refused(ApiErrors.CredentialsExpired("The client certificate is not good at this time."));
        if (!authorities.IsGood(certificate))
            return Authentication.Refused(ApiErrors.CredentialsInvalid("The client certificate is none that this server takes."));
        var names = AlternativeNames(certificate);
        foreach (var (configured, subject, authentication) in _identities)
        {
            if (subject is not null ? certificate.SubjectName.Name == subject : names.Contains(configured.San!))
                return authentication;
        }
        return Authentication.Refused(ApiErrors.CredentialsInvalid("The client certificate is of nobody whom this server knows."));
    }

    /// <summary>The URIs and DNS names that a certificate is for.</summary>
    private static HashSet<string> AlternativeNames(X509Certificate2 certificate)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == SubjectAlternativeName) is not { } extension)
            return names;
        try
        {
            var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (reader.HasData)
            {
                var tag = reader.PeekTag();
                if (tag is { TagClass: TagClass.ContextSpecific, TagValue: DnsName or Uri })
                    names.Add(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                else
                    reader.ReadEncodedValue();
            }
        }
        catch (AsnContentException)
        {
            // What cannot be read names nobody.
            names.Clear();
        }
        return names;
    }

    private sealed record Outcome(Authentication Authentication, X509Certificate2Collection Trusted, DateTimeOffset Until);
}
