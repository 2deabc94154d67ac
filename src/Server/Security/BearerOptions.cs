namespace ServiceOrdering.Server.Security;

/// <summary>The section <c>Security:Bearer</c> of the configuration: which tokens (RFC 6750, RFC 9068) are taken.</summary>
internal sealed record BearerOptions : ISettings
{
    /// <summary>Address of the provider, under which its discovery document is found. One of this and <see cref="JwksFile"/>.</summary>
    public string? Authority { get; init; }

    /// <summary>A file with the provider's keys (JWKS), for networks in which the provider is not reached.</summary>
    public string? JwksFile { get; init; }

    /// <summary>The issuer that tokens name. Default: what the discovery document says; required with <see cref="JwksFile"/>.</summary>
    public string? Issuer { get; init; }

    /// <summary>For whom tokens must be. Required.</summary>
    public string? Audience { get; init; }

    /// <summary>The algorithms that tokens may be signed with; never <c>none</c> nor one with a shared secret. Default: RS256, PS256, ES256.</summary>
    public string[] Algorithms { get; init; } = [];

    /// <summary>Claims of which the first that a token has is the caller's name. Default: client_id, azp, sub.</summary>
    public string[] NameClaims { get; init; } = [];

    /// <summary>The claim with the scopes, one text with blanks between them or a list. Default: <c>scope</c>, and <c>scp</c>.</summary>
    public string? ScopeClaim { get; init; }

    /// <summary>The claim with the roles; a dot leads into an object: <c>realm_access.roles</c>. Default: roles.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>The claim with the party that the caller is bound to. Default: party.</summary>
    public string PartyClaim { get; init; } = "party";

    /// <summary>Types that tokens may say in their header, beside saying none. Default: at+jwt, application/at+jwt (RFC 9068), JWT.</summary>
    public string[] Types { get; init; } = [];

    /// <summary>How long the provider is waited for. Default: 5 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the provider may be reached without TLS; only for one on this machine. Default: no.</summary>
    public bool AllowHttp { get; init; }

    private static readonly string[] Known = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
    private static readonly string[] DefaultAlgorithms = ["RS256", "PS256", "ES256"];
    private static readonly string[] DefaultTypes = ["at+jwt", "application/at+jwt", "JWT"];
    private static readonly string[] DefaultNameClaims = ["client_id", "azp", "sub"];

    public IReadOnlyList<string> EffectiveAlgorithms => Algorithms.Length > 0 ? Algorithms : DefaultAlgorithms;

    public IReadOnlyList<string> EffectiveTypes => Types.Length > 0 ? Types : DefaultTypes;

    public IReadOnlyList<string> EffectiveNameClaims => NameClaims.Length > 0 ? NameClaims : DefaultNameClaims;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Authority is null == JwksFile is null)
            yield return "Security:Bearer needs either Authority, the provider's address, or JwksFile, a file with its keys.";
        if (string.IsNullOrEmpty(Audience))
            yield return "Security:Bearer:Audience is missing: for whom tokens must be, such as service-ordering.";
        if (JwksFile is not null && string.IsNullOrEmpty(Issuer))
            yield return "Security:Bearer:Issuer is missing: with JwksFile nothing else says who issues the tokens.";
        if (JwksFile is not null && !File.Exists(JwksFile))
            yield return $"Security:Bearer:JwksFile: there is no file '{JwksFile}'.";
        else if (JwksFile is not null && KeysProblem(JwksFile) is { } problem)
            yield return $"Security:Bearer:JwksFile: '{JwksFile}' cannot be used: {problem}";
        if (Array.Find(Algorithms, algorithm => !Known.Contains(algorithm)) is { } bad)
            yield return $"Security:Bearer:Algorithms has '{bad}'. Allowed: {string.Join(", ", Known)}.";
        if (Timeout < TimeSpan.FromSeconds(0.1) || Timeout > TimeSpan.FromMinutes(1))
            yield return "Security:Bearer:Timeout must be from 00:00:00.1 to 00:01:00, such as 00:00:05.";
        if (Authority is not null && (!Uri.TryCreate(Authority, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http")))
            yield return $"Security:Bearer:Authority is '{Authority}', which is no address such as https://login.example/realms/orders.";
        else if (Authority is not null && new Uri(Authority).Scheme == "http" && !AllowHttp)
            yield return "Security:Bearer:Authority is reached without TLS; Security:Bearer:AllowHttp=true allows that, for a provider on this machine.";
    }

    private static string? KeysProblem(string file)
    {
        try
        {
            FileKeys.Parse(File.ReadAllBytes(file), "");
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
