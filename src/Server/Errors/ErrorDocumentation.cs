namespace ServiceOrdering.Server.Errors;

/// <summary>What errors tell: the configuration section <c>Errors</c>.</summary>
internal sealed record ErrorOptions : ISettings
{
    /// <summary>
    /// Where docs/errors.md is published: the <c>referenceError</c> of each error then leads to the section of its reason. Default: nowhere, and
    /// errors refer to nothing.
    /// </summary>
    public string? Documentation { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Documentation is { Length: > 0 } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Fragment.Length == 0))
            yield return $"Errors:Documentation is '{address}', which is no http or https address without a fragment.";
    }
}

/// <summary>Where <c>docs/errors.md</c> is published, for what errors refer to.</summary>
internal sealed class ErrorDocumentation(IConfiguration configuration)
{
    private readonly string? _address = configuration["Errors:Documentation"] is { Length: > 0 } address ? address : null;

    /// <summary>Where the reason is explained; null for nowhere.</summary>
    public string? Of(string reason) => _address is null ? null : $"{_address}#{reason.ToLowerInvariant()}";
}
