namespace ServiceOrdering.Client;

/// <summary>
/// A program's own account at an OAuth 2.0 provider: it gets tokens with its id and secret (RFC 6749, 4.4). They are kept until shortly
/// before they end.
/// </summary>
public sealed record ClientCredentials
{
    /// <summary>The client's id.</summary>
    public required string ClientId { get; init; }

    /// <summary>The client's secret.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>
    /// The provider, such as <c>https://login.example/realms/orders</c>: its discovery document says where tokens are issued. One of this
    /// and <see cref="TokenEndpoint"/>.
    /// </summary>
    public Uri? Authority { get; init; }

    /// <summary>Where tokens are issued.</summary>
    public Uri? TokenEndpoint { get; init; }

    /// <summary>The scopes that are asked for, with blanks between them. Default: what the provider gives by itself.</summary>
    public string? Scope { get; init; }

    /// <summary>For whom the token is to be, where the provider asks for that. Default: not said.</summary>
    public string? Audience { get; init; }

    /// <summary>The id, and not the secret.</summary>
    public override string ToString() => $"{nameof(ClientCredentials)} of {ClientId}";
}
