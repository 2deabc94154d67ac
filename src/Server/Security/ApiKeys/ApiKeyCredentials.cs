using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Caching.Memory;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>
/// Keys that the server has given out, as <c>X-API-Key</c> or as a bearer token. A key that was read is trusted for some seconds, so that one
/// that was revoked is refused everywhere after that time.
/// </summary>
internal sealed class ApiKeyCredentials(ApiKeyStore store, Roles roles, ApiKeyUses uses, TimeProvider time) : ICredentials, IDisposable
{
    public const string Header = "X-API-Key";

    private const int MostKept = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(3);
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MostKept });

    public string Challenge => BearerToken.Challenge;

    public async ValueTask<Authentication?> AuthenticateAsync(HttpContext http)
    {
        var header = http.Request.Headers[Header];
        var text = header.Count > 0 ? header.ToString() : BearerToken.Of(http);
        if (text is null || (header.Count == 0 && !text.StartsWith(ApiKeyText.Prefix, StringComparison.Ordinal)))
            return null;
        if (header.Count > 1 || ApiKeyText.Parse(text) is not { } key)
            return Refused("The key is none.");
        Known known;
        try
        {
            known = await FindAsync(key.Id);
        }
        catch (RpcException unavailable)
        {
            // The database cannot be asked now.
            return Authentication.Refused(unavailable);
        }
        // A key that is not there is compared as well, so that the time tells nothing.
        var isRight = CryptographicOperations.FixedTimeEquals(known.Stored?.Hash ?? NoHash, key.Hash);
        if (!isRight || known.Stored is not { Key.State: ApiKeyState.Active } stored)
            return Refused("The key is none that this server takes.");
        if (stored.Key.ExpiresDate is { } expires && expires.ToDateTimeOffset() <= time.GetUtcNow())
            return Authentication.Refused(ApiErrors.CredentialsExpired("The key is not good any more."));
        uses.Note(key.Id);
        return known.Authentication;
    }

    public void Dispose() => _known.Dispose();

    private static Authentication Refused(string message) => Authentication.Refused(ApiErrors.CredentialsInvalid(message));

    /// <summary>What there is of a key; of one that is not there too, or it would be looked for with every request.</summary>
    private async ValueTask<Known> FindAsync(string id)
    {
        if (_known.Get<Known>(id) is { } known && time.GetUtcNow() < known.Until)
            return known;
        // Before it is read: what is revoked meanwhile was trusted for no longer than the time that is said.
        var until = time.GetUtcNow() + Kept;
        var stored = await store.FindAsync(id);
        known = new Known(stored, stored is null ? null : Authentication.Of(IdentityOf(stored.Key), BearerToken.Challenge), until);
        _known.Set(id, known, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Kept, Size = 1 });
        return known;
    }

    private Identity IdentityOf(ApiKey key) =>
        new(key.Name, roles.Scopes(key.Roles, key.Scopes), key.Party.Length > 0 ? key.Party : null) { Until = key.ExpiresDate?.ToDateTimeOffset() };

    private sealed record Known(StoredApiKey? Stored, Authentication? Authentication, DateTimeOffset Until);
}
