using System.Security.Cryptography;
using System.Text;

namespace ServiceOrdering.Server.Hub;

/// <summary>Keys and signatures as the Standard Webhooks convention has them.</summary>
internal static class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const int ShortestKey = 24;
    private const int LongestKey = 64;

    public static string Generate() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is wrong with a secret, or null.</summary>
    public static string? Problem(string secret)
    {
        Span<byte> key = stackalloc byte[LongestKey + 1];
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && secret.Length <= 128
            && Convert.TryFromBase64String(secret[Prefix.Length..], key, out var length) && length is >= ShortestKey and <= LongestKey
            ? null
            : $"The secret must be '{Prefix}' and {ShortestKey} to {LongestKey} bytes in base64.";
    }

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, blanks between.</summary>
    public static string Sign(IEnumerable<string> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes($"{id}.{timestamp}.");
        var signed = new byte[head.Length + body.Length];
        head.CopyTo(signed, 0);
        body.CopyTo(signed.AsSpan(head.Length));
        return string.Join(' ', secrets.Select(secret =>
            "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed))));
    }
}
