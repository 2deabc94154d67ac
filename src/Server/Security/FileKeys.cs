using System.Text;
using Microsoft.IdentityModel.Tokens;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Security;

/// <summary>Keys in a file (JWKS), for networks in which the provider is not reached; a file that changes is read again.</summary>
internal sealed partial class FileKeys(BearerOptions options, TimeProvider time, ILogger<FileKeys> logger) : ISigningKeys
{
    private readonly FileContent<SigningKeys> _file = new(
        [options.JwksFile!], content => Parse(content[0], options.Issuer!), time, e => LogRejected(logger, options.JwksFile!, e.Message));

    public ValueTask<SigningKeys> GetAsync() => new(_file.Current);

    public ValueTask<SigningKeys> RenewAsync(SigningKeys known) => new(_file.Current);

    /// <summary>The keys of a text that is a JWKS.</summary>
    /// <exception cref="InvalidDataException">It is none, or has no key that signs.</exception>
    public static SigningKeys Parse(byte[] text, string issuer)
    {
        IList<SecurityKey> keys;
        try
        {
            keys = new JsonWebKeySet(Encoding.UTF8.GetString(text)).GetSigningKeys();
        }
        catch (Exception e) when (e is ArgumentException or System.Text.Json.JsonException)
        {
            throw new InvalidDataException("It is no JSON Web Key Set.", e);
        }
        // Who could check a signature by a shared secret could make one.
        var usable = keys.Where(key => key is not SymmetricSecurityKey).ToList();
        return usable.Count > 0 ? new SigningKeys(issuer, usable) : throw new InvalidDataException("It has no key that tokens are signed with.");
    }

    [LoggerMessage(1, LogLevel.Error, "The keys in {File} cannot be used: {Reason} Those that were there before go on, and this is not repeated")]
    private static partial void LogRejected(ILogger logger, string file, string reason);
}
