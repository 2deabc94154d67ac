using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Resources;

/// <summary>A client's name for a request, with what the request asked for.</summary>
internal sealed record RequestId(string Key, string Hash)
{
    private const int LongestKey = 255;

    /// <summary>The name of a creation; null where the client gave none. To be taken before the server adds anything.</summary>
    public static RequestId? Of(string key, IMessage? resource, List<FieldViolation> violations)
    {
        if (key.Length > LongestKey)
            violations.Add(RequestFields.Violation("request_id", ErrorReason.HeaderInvalid, $"A request id has at most {LongestKey} characters."));
        return key.Length == 0 || resource is null || violations.Count > 0
            ? null
            : new RequestId(key, Convert.ToHexString(SHA256.HashData(JsonFormat.ToUtf8Bytes(resource))));
    }
}

/// <summary>
/// Requests that were carried out, and what they were answered: kept for a day, for each caller. An answer is looked for before a
/// write; the write itself then keeps its own only where nobody was faster.
/// </summary>
internal static class RequestIds
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>The first answer to this request, or null where it is new.</summary>
    public static async ValueTask<Stored<T>?> FindAnswerAsync<T>(Session session, Caller caller, string resource, RequestId? request, DateTimeOffset now)
        where T : IMessage<T>, new()
    {
        if (request is null)
            return null;
        var (hash, answer) = await session.FindAsync<(string? Hash, string? Body)>(
            "select hash, body from request_id where resource = @resource and caller = @caller and key = @key and time >= @limit",
            Parameters.Of("resource", resource).With("caller", KeyOf(caller.Identity)).With("key", request.Key).With("limit", Limit(now)));
        return hash is null ? null
            : hash != request.Hash ? throw ApiErrors.RequestIdReused(request.Key)
            : new Stored<T>(JsonFormat.Parse<T>(answer!), 1, answer!.Length, Replayed: true);
    }

    /// <summary>Keeps the answer; a conflict where the same request has one by now.</summary>
    public static async ValueTask AddAsync(Write write, string resource, RequestId? request, byte[] answer)
    {
        if (request is null)
            return;
        await write.Session.SendAsync("delete from request_id where time < @limit", Parameters.Of("limit", Limit(write.Now)));
        await write.Session.SendAsync(
            """
            insert into request_id (resource, caller, key, hash, body, time) values (@resource, @caller, @key, @hash, @answer, @time)
            on conflict (resource, caller, key) do nothing
            """,
            Parameters.Of("resource", resource).With("caller", KeyOf(write.Caller.Identity)).With("key", request.Key).With("hash", request.Hash)
                .With("answer", Encoding.UTF8.GetString(answer)).With("time", TmfDate.Text(TmfDate.Of(write.Now))),
            expect: 1);
    }

    // Of a name and a party, whatever characters they have; of nobody nothing.
    private static string KeyOf(Identity identity) => identity.Name.Length == 0 && identity.Party is null
        ? ""
        : Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new[] { identity.Name, identity.Party })));

    private static string Limit(DateTimeOffset now) => TmfDate.Text(TmfDate.Of(now - Kept));
}
