using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Security.ApiKeys;

namespace ServiceOrdering.Server.Security;

/// <summary>The section <c>Security</c> of the configuration: who is let in.</summary>
internal sealed record SecurityOptions : ISettings
{
    /// <summary>
    /// Whether a server that others than this machine reach may let in whoever comes, where no kind of credentials is configured.
    /// They may do everything then but administer it. Default: no; it does not start then.
    /// </summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>Tokens of an OAuth 2.0 or OpenID Connect provider. Default: none are taken.</summary>
    public BearerOptions? Bearer { get; init; }

    /// <summary>Keys that the server gives out. Default: none are taken.</summary>
    public ApiKeyOptions ApiKeys { get; init; } = new();

    /// <summary>Client certificates. Default: none are taken.</summary>
    public CertificateOptions? Certificates { get; init; }

    /// <summary>Roles beside the built-in ones, and in place of those of the same name: the scopes of each.</summary>
    public Dictionary<string, string[]> Roles { get; init; } = [];

    /// <summary>Whether nobody is asked who they are.</summary>
    public bool IsOpen => Bearer is null && Certificates is null && !ApiKeys.Enabled;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() =>
    [
        .. Bearer?.Problems() ?? [],
        .. Roles.Select(role => Scopes.Problem(role.Value) is { } problem ? $"Security:Roles:{role.Key}: {problem}" : null).OfType<string>(),
        .. Certificates?.Problems(role => Security.Roles.IsBuiltIn(role) || Roles.ContainsKey(role)) ?? [],
    ];
}
