using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>
/// A key as its holder has it: <c>sok_</c>, its id, 256 random bits and a checksum (the start of the SHA-256 of what is before it), so that programs that look for leaked secrets find it, and
/// what is no key is told from what was one without the database: <c>sok_[0-9a-f]{32}_[0-9a-f]{64}[0-9a-f]{8}</c>.
/// </summary>
/// <param name="Id">The key's id.</param>
/// <param name="Hash">The SHA-256 of its secret, which is all that is kept: so many random bits cannot be guessed, and need no slow hash.</param>
internal sealed record ApiKeyText(string Id, byte[] Hash)
{
    public const string Prefix = "sok_";

    private const int IdLength = 32;
    private const int SecretLength = 64;
    private const int ChecksumLength = 8;
    private const int Length = 4 + IdLength + 1 + SecretLength + ChecksumLength;

    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdef_");

    /// <summary>A new key: the text for its holder, and what is kept of it.</summary>
    public static (string Text, ApiKeyText Kept) New(string id)
    {
        var text = $"{Prefix}{Guid.Parse(id):N}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretLength / 2))}";
        text += Checksum(text);
        return (text, Parse(text)!);
    }

    /// <summary>What a text says that is a key; null where it is none.</summary>
    public static ApiKeyText? Parse(string text)
    {
        if (text.Length != Length || !text.StartsWith(Prefix, StringComparison.Ordinal) || text[Prefix.Length + IdLength] != '_'
            || text.AsSpan(Prefix.Length).ContainsAnyExcept(Characters) || !text.EndsWith(Checksum(text[..^ChecksumLength]), StringComparison.Ordinal)
            || !Guid.TryParseExact(text.AsSpan(Prefix.Length, IdLength), "N", out var id))
        {
            return null;
        }
        return new ApiKeyText(id.ToString(), SHA256.HashData(Encoding.ASCII.GetBytes(text.Substring(Prefix.Length + IdLength + 1, SecretLength))));
    }

    private static string Checksum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)))[..ChecksumLength];
}
