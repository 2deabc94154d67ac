using Microsoft.IdentityModel.Tokens;

namespace ServiceOrdering.Server.Security;

/// <summary>Who issues tokens, and what they are signed with. What changes is another object: who has kept something that was found out with these keys looks whether they are still the ones.</summary>
/// <param name="Issuer">The issuer that tokens name.</param>
/// <param name="Keys">The keys.</param>
internal sealed record SigningKeys(string Issuer, IReadOnlyList<SecurityKey> Keys);

/// <summary>Where the keys are found that tokens are signed with.</summary>
internal interface ISigningKeys
{
    /// <summary>The keys as far as they are known.</summary>
    /// <exception cref="ProviderUnreachableException">None are known.</exception>
    ValueTask<SigningKeys> GetAsync();

    /// <summary>The keys, read again because a token is signed with one that is not among them; not as often as callers like.</summary>
    /// <param name="known">Those that it is not among.</param>
    /// <exception cref="ProviderUnreachableException">They cannot be read.</exception>
    ValueTask<SigningKeys> RenewAsync(SigningKeys known);
}

/// <summary>The provider's keys cannot be read now, so that its tokens can be neither taken nor refused.</summary>
internal sealed class ProviderUnreachableException(Exception cause) : Exception("The provider's keys cannot be read.", cause);
