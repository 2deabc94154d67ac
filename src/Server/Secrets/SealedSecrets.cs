using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace ServiceOrdering.Server.Secrets;

/// <summary>Secrets as the database has them: encrypted, each for the row that it stands in.</summary>
internal sealed class SealedSecrets(IDataProtectionProvider protection)
{
    // What every text of ASP.NET Data Protection begins with.
    private const string Mark = "CfDJ8";

    public static bool IsSealed(string text) => text.StartsWith(Mark, StringComparison.Ordinal);

    /// <param name="table">The table that the secret stands in.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="secret">The secret.</param>
    public string Seal(string table, string id, string secret) => protection.CreateProtector(table, id).Protect(secret);

    /// <summary>The secret; null where its key is lost. A text that is not encrypted yet is the secret itself.</summary>
    /// <param name="table">The table that the text stands in.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="text">What stands there.</param>
    public string? Open(string table, string id, string text)
    {
        if (!IsSealed(text))
            return text;
        try
        {
            return protection.CreateProtector(table, id).Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
