using System.Security.Cryptography;
using System.Text;
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

/// <summary>Requests that were carried out, and what they were answered: kept for a day.</summary>
internal static class RequestIds
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>The first answer to this request, or null where it is new.</summary>
    public static async ValueTask<Stored<T>?> FindAnswerAsync<T>(Write write, string resource, RequestId? request)
        where T : IMessage<T>, new()
    {
        if (request is null)
            return null;
        await write.Session.ExecuteAsync("delete from request_id where time < @limit", new { limit = TmfDate.Text(TmfDate.Of(write.Now - Kept)) });
        var (hash, answer) = await write.Session.FindAsync<(string? Hash, string? Body)>(
            "select hash, body from request_id where resource = @resource and key = @key", new { resource, key = request.Key });
        return hash is null ? null
            : hash != request.Hash ? throw ApiErrors.RequestIdReused(request.Key)
            : new Stored<T>(JsonFormat.Parse<T>(answer!), 1, Replayed: true);
    }

    public static async ValueTask AddAsync(Write write, string resource, RequestId? request, byte[] answer)
    {
        if (request is null)
            return;
        await write.Session.ExecuteAsync(
            "insert into request_id (resource, key, hash, body, time) values (@resource, @key, @hash, @answer, @time)",
            new { resource, key = request.Key, hash = request.Hash, answer = Encoding.UTF8.GetString(answer), time = TmfDate.Text(TmfDate.Of(write.Now)) });
    }
}
