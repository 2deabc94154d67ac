using System.Text.Json;
using ServiceOrdering.Json;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Security.ApiKeys;

/// <summary>A key with the hash of its secret.</summary>
internal sealed record StoredApiKey(ApiKey Key, byte[] Hash);

/// <summary>Keys in the database. Of a secret there is a hash, beside the key's text so that no list can show it.</summary>
internal sealed class ApiKeyStore(Database database, ResourceTable<ApiKey> keys, TimeProvider time)
{
    /// <summary>Stores a new key.</summary>
    /// <returns>What is known of it, and the key itself, which is nowhere else.</returns>
    public async Task<(ApiKey Key, string Text)> CreateAsync(Caller caller, ApiKey asked, CancellationToken cancellationToken)
    {
        var key = asked.Clone();
        key.Id = ResourceId.New();
        key.State = ApiKeyState.Active;
        key.CreatedDate = time.Now();
        key.CreatedBy = caller.Actor;
        var (text, kept) = ApiKeyText.New(key.Id);
        var draft = new Draft<ApiKey>(key);
        await database.WriteAsync(
            caller,
            async write =>
            {
                await write.Session.SendAsync(
                    "insert into api_key_secret (api_key_id, hash) values (@id, @hash)", Parameters.Of("id", key.Id).With("hash", Convert.ToHexStringLower(kept.Hash)));
                return await keys.WriteAsync(write, before: null, draft);
            },
            cancellationToken);
        return (key, text);
    }

    /// <summary>Revokes a key that is not revoked.</summary>
    public async Task<ApiKey> RevokeAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var key = (await Database.RetryAsync(async () =>
        {
            var before = await keys.GetAsync(id, caller.Sight);
            if (before.Resource.State == ApiKeyState.Revoked)
                return before;
            var after = before.Resource.Clone();
            after.State = ApiKeyState.Revoked;
            after.RevokedDate = time.Now();
            after.RevokedBy = caller.Actor;
            var draft = new Draft<ApiKey>(after);
            return await database.WriteAsync(caller, write => keys.WriteAsync(write, before, draft), cancellationToken);
        })).Resource;
        await TellUseAsync([key]);
        return key;
    }

    /// <summary>A key and its hash; null for none.</summary>
    public async ValueTask<StoredApiKey?> FindAsync(string id)
    {
        var (body, hash) = await database.ReadAsync(session => session.FindAsync<(string? Body, string? Hash)>(
            "select body, hash from api_key join api_key_secret on api_key_id = id where id = @id", Parameters.Of("id", id)));
        return body is null ? null : new StoredApiKey(JsonFormat.Parse<ApiKey>(System.Text.Encoding.UTF8.GetBytes(body)), Convert.FromHexString(hash!));
    }

    /// <summary>Tells of keys when they were used last.</summary>
    public async ValueTask TellUseAsync(IReadOnlyCollection<ApiKey> shown)
    {
        if (shown.Count == 0)
            return;
        var used = (await database.ReadAsync(session => session.ListAsync<(string Id, string? Used)>(
            $"select api_key_id, last_used from api_key_secret where api_key_id in (select value from ({session.Each("@ids")}) wanted)",
            Parameters.Of("ids", JsonSerializer.Serialize(shown.Select(key => key.Id)))))).ToDictionary(row => row.Id, row => row.Used);
        foreach (var key in shown)
            key.LastUsedDate = TmfDate.Parse(used.GetValueOrDefault(key.Id));
    }

    /// <summary>Keeps when keys were used; of several servers' the last.</summary>
    public Task UsedAsync(IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> uses, CancellationToken cancellationToken) => database.WriteAsync(
        Caller.Server,
        async write =>
        {
            foreach (var (id, used) in uses)
            {
                await write.Session.SendAsync(
                    "update api_key_secret set last_used = @used where api_key_id = @id and (last_used is null or last_used < @used)",
                    Parameters.Of("used", TmfDate.Text(TmfDate.Of(used))).With("id", id));
            }
            return uses.Count;
        },
        cancellationToken);
}
