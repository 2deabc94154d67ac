using System.Security.Cryptography;
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
    public static Stored<T>? FindAnswer<T>(Session session, string resource, RequestId request, DateTimeOffset now)
        where T : IMessage<T>, new()
    {
        session.Prepare("delete from request_id where time < @limit").With("@limit", TmfDate.Text(TmfDate.Of(now - Kept))).Execute();
        var (hash, answer) = session.Prepare("select hash, body from request_id where resource = @resource and key = @key")
            .With("@resource", resource)
            .With("@key", request.Key)
            .ReadFirst(row => (row.Text(0), new Stored<T>(JsonFormat.Parse<T>(row.Utf8(1)), 1, Replayed: true)));
        return hash is null || hash == request.Hash ? answer : throw ApiErrors.RequestIdReused(request.Key);
    }

    public static void Add(Session session, string resource, RequestId request, ReadOnlySpan<byte> body, DateTimeOffset now) =>
        session.Prepare("insert into request_id (resource, key, hash, body, time) values (@resource, @key, @hash, @body, @time)")
            .With("@resource", resource)
            .With("@key", request.Key)
            .With("@hash", request.Hash)
            .WithUtf8("@body", body)
            .With("@time", TmfDate.Text(TmfDate.Of(now)))
            .Execute();
}
