using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Errors;

/// <summary>
/// Where <c>docs/errors.md</c> is published, <c>Errors:Documentation</c> in the configuration, for what errors refer to. Default:
/// nowhere, and errors refer to nothing.
/// </summary>
internal sealed class ErrorDocumentation
{
    private const string Key = "Errors:Documentation";

    private readonly string? _address;

    /// <exception cref="OptionsValidationException">It is no address.</exception>
    public ErrorDocumentation(IConfiguration configuration)
    {
        _address = configuration[Key] is { Length: > 0 } address ? address : null;
        if (_address is not null && !(Uri.TryCreate(_address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Fragment.Length == 0))
            throw new OptionsValidationException(Key, typeof(ErrorDocumentation), [$"{Key} is '{_address}', which is no http or https address without a fragment."]);
    }

    /// <summary>Where the reason is explained; null for nowhere.</summary>
    public string? Of(string reason) => _address is null ? null : $"{_address}#{reason.ToLowerInvariant()}";
}
