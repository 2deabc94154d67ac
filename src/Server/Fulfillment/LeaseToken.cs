using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>Names a lease to its holder: where the item is, and what nobody else knows.</summary>
internal sealed record LeaseToken(string OrderId, string ItemId, string Secret)
{
    private const int SecretBytes = 16;

    public static LeaseToken New(string orderId, string itemId) => new(orderId, itemId, Convert.ToHexString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>The token that a text stands for; null where it is none.</summary>
    public static LeaseToken? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(text)) is [{ } order, { } item, { } secret] ? new LeaseToken(order, item, secret) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new[] { OrderId, ItemId, Secret })));
}
