using System.Buffers.Binary;
using System.Buffers.Text;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Events;

/// <summary>Resume tokens: a version, the database and a position, as text that fits into URLs and headers.</summary>
internal sealed class ResumeTokens(Database database)
{
    private const byte Version = 1;
    private const int Length = 1 + 8 + 8;

    public string Write(long position)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], database.Identity);
        BinaryPrimitives.WriteInt64BigEndian(bytes[9..], position);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The position to continue after.</summary>
    public async ValueTask<long> ReadAsync(string token)
    {
        var position = Read(token);
        var bounds = await database.ReadAsync(EventLog.BoundsAsync);
        if (position < 0 || position > bounds.Last)
            throw ApiErrors.ResumeTokenInvalid("comes from a later state of the database");
        if (position < bounds.Oldest - 1)
            throw Expired(bounds);
        return position;
    }

    /// <summary>For a caller who wants events that are no longer there.</summary>
    public async ValueTask<Exception> ExpiredAsync() => Expired(await database.ReadAsync(EventLog.BoundsAsync));

    /// <summary>The position that a token of this database stands for.</summary>
    public bool TryRead(string token, out long position)
    {
        position = 0;
        if (Problem(token, out var read) is not null)
            return false;
        position = read;
        return true;
    }

    private long Read(string token) => Problem(token, out var position) is { } problem ? throw ApiErrors.ResumeTokenInvalid(problem) : position;

    private string? Problem(string token, out long position)
    {
        position = 0;
        Span<byte> bytes = stackalloc byte[Length];
        if (token.Length != Base64Url.GetEncodedLength(Length)
            || !Base64Url.IsValid(token)
            || !Base64Url.TryDecodeFromChars(token, bytes, out var length)
            || length != Length)
        {
            return "is malformed";
        }
        if (bytes[0] != Version)
            return "is of a version that this server does not know";
        if (BinaryPrimitives.ReadInt64BigEndian(bytes[1..]) != database.Identity)
            return "comes from another database";
        position = BinaryPrimitives.ReadInt64BigEndian(bytes[9..]);
        return null;
    }

    private Grpc.Core.RpcException Expired(EventLogBounds bounds) => ApiErrors.ResumeTokenExpired(Write(bounds.Oldest - 1));
}
