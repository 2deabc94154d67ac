namespace ServiceOrdering.Server.Hosting;

/// <summary>Where clients reach the server: keys without a section.</summary>
internal sealed record ServerOptions : ISettings
{
    /// <summary>
    /// The address that clients reach the REST routes at, prefix included, for the addresses that the server tells:
    /// <c>https://gateway.example/oda/orders</c>. Default: what the request was sent to.
    /// </summary>
    public string? PublicBaseUrl { get; init; }

    /// <summary>
    /// The prefix that the server is reached under behind a proxy: <c>/oda/orders</c>. Requests may come with it or without. Default: none.
    /// </summary>
    public string? PathBase { get; init; }

    /// <summary>
    /// Names by which the server is reached, with semicolons between: <c>orders.example;*.orders.example</c>. Requests for others are refused.
    /// Default: any; where only this machine reaches the server, this machine's.
    /// </summary>
    public string? AllowedHosts { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (PublicBaseUrl is { Length: > 0 } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }))
            yield return $"PublicBaseUrl is '{address}', which is no address such as https://gateway.example/orders: absolute, http or https, without user information, query and fragment.";
        if (PathBase is { Length: > 0 } path && (!path.StartsWith('/') || path.EndsWith('/') || path.Contains("//", StringComparison.Ordinal) || !path.All(c => char.IsAsciiLetterOrDigit(c) || "/-._~".Contains(c, StringComparison.Ordinal))))
            yield return $"PathBase is '{path}', which is no path such as /orders: a slash before each segment and none at the end, of letters, digits and - . _ ~.";
    }
}

/// <summary>Answers that are compressed: the configuration section <c>Compression</c>.</summary>
internal sealed record CompressionSettings
{
    /// <summary>Whether lists and other large JSON is compressed (Brotli, gzip) where the client takes that. Default: false.</summary>
    public bool Enabled { get; init; }
}

/// <summary>The documents of the APIs: the configuration section <c>OpenApi</c>.</summary>
internal sealed record OpenApiSettings
{
    /// <summary>Whether <c>/openapi</c> and <c>/docs</c> are served. Default: true.</summary>
    public bool Enabled { get; init; } = true;
}

/// <summary>gRPC from browsers: the configuration section <c>GrpcWeb</c>.</summary>
internal sealed record GrpcWebSettings
{
    /// <summary>Whether gRPC-Web is spoken on the REST port. Default: false.</summary>
    public bool Enabled { get; init; }
}
