namespace ServiceOrdering.Server.Hosting;

/// <summary>The section <c>Console</c> of the configuration: the pages for people.</summary>
internal sealed record ConsoleOptions : ISettings
{
    /// <summary>Whether the server has a console, at <c>/console</c>. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// How long a person stays signed in who does nothing, 1 minute to 7 days. The credentials that they signed in with may end sooner.
    /// Default: 8 hours.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromHours(8);

    /// <summary>The provider that people sign in at. Default: none; they sign in with an API key or a token.</summary>
    public ConsoleProviderOptions? OpenIdConnect { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (SessionTimeout < TimeSpan.FromMinutes(1) || SessionTimeout > TimeSpan.FromDays(7))
            yield return $"Console:SessionTimeout is {SessionTimeout}. Allowed: 00:01:00 to 7.00:00:00.";
        if (OpenIdConnect is { ClientId.Length: 0 })
            yield return "Console:OpenIdConnect:ClientId is missing: the name that the provider knows the console by.";
        if (OpenIdConnect is { Authority: { } authority } && !Uri.TryCreate(authority, UriKind.Absolute, out _))
            yield return $"Console:OpenIdConnect:Authority is '{authority}', which is no address such as https://login.example/realms/orders.";
    }
}

/// <summary>How people sign in by OpenID Connect: the code flow with PKCE.</summary>
internal sealed record ConsoleProviderOptions
{
    /// <summary>The provider. Default: <c>Security:Bearer:Authority</c>.</summary>
    public string? Authority { get; init; }

    /// <summary>The name that the provider knows the console by.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The console's secret at the provider. Default: none, as for a public client.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>What is asked for beside <c>openid</c>. Default: nothing.</summary>
    public string[] Scopes { get; init; } = [];

    /// <summary>The resource that the token is asked for (RFC 8707). Default: none.</summary>
    public string? Resource { get; init; }

    /// <summary>What the button says. Default: the provider's host.</summary>
    public string? Name { get; init; }
}
