using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace ServiceOrdering.Client;

/// <summary>What can be chosen about a <see cref="ServiceOrderingClient"/>. The defaults suit most programs.</summary>
public sealed record ServiceOrderingClientOptions
{
    /// <summary>
    /// Where the server is, for a client that a host makes (<see cref="ServiceOrderingClientServices"/>); see
    /// <see cref="ServiceOrderingClient.Connect"/>, which takes it as a parameter. Default: none.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>
    /// Sent with every call as the header <c>x-api-key</c>. Default: none. Not sent in the clear to another machine
    /// (see <see cref="AllowCredentialsInTheClear"/>).
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// A token that is sent with every call as <c>authorization: Bearer …</c>. Default: none. Not sent in the clear to another
    /// machine. One of this, <see cref="AccessToken"/> and <see cref="ClientCredentials"/>.
    /// </summary>
    public string? BearerToken { get; set; }

    /// <summary>
    /// Asked before every call for the token that is sent as <c>authorization: Bearer …</c>; it should remember the token
    /// until shortly before it expires, as <see cref="CachedAccessToken"/> does. Default: none. Not sent in the clear to another
    /// machine.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? AccessToken { get; set; }

    /// <summary>
    /// The account at a provider that tokens are got with. Default: none. Neither its secret nor a token is sent in the clear to
    /// another machine.
    /// </summary>
    public ClientCredentials? ClientCredentials { get; set; }

    /// <summary>
    /// A certificate with its private key that the client shows to the server; needs https. Stays the caller's to dispose of.
    /// Default: none.
    /// </summary>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>
    /// Certificates of authorities that the server's certificate has to come from, in place of those that the machine trusts.
    /// A provider of tokens may have one of either. Default: none; the machine's.
    /// </summary>
    public X509Certificate2Collection? TrustedCertificates { get; set; }

    /// <summary>
    /// Whether credentials may travel unencrypted to another machine, as inside a service mesh that encrypts by itself.
    /// Default: no.
    /// </summary>
    public bool AllowCredentialsInTheClear { get; set; }

    /// <summary>
    /// How long a call with one answer may take, retries included, when the call itself sets no deadline; then it fails with
    /// status DeadlineExceeded. Streams have no limit. Default: 30 seconds; <see cref="Timeout.InfiniteTimeSpan"/> is none.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether creations of orders, services, requests to cancel and jobs are tried again as reads are, up to four times while the server is
    /// unavailable. Each is given a name (<c>request_id</c>) where it has none, under which the server does it once; it keeps the
    /// answer for a day for that. Default: yes.
    /// </summary>
    public bool RepeatCreations { get; set; } = true;

    /// <summary>Largest answer that is accepted, in bytes. Default: 64 MiB, enough for a page of 1000 large orders.</summary>
    public int MaxReceiveBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Takes the log of calls and connections. Default: none.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Carries the requests in place of the client's own handler, as to reach a server in the same process; certificates are its
    /// matter then. Stays the caller's to dispose of. Default: none.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Puts a handler of the program's own around what carries the requests, to see each of them. Default: none.</summary>
    public Func<HttpMessageHandler, DelegatingHandler>? WrapTransport { get; set; }
}
