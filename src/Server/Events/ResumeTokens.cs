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

    private long Read(string token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (token.Length != Base64Url.GetEncodedLength(Length)
            || !Base64Url.IsValid(token)
            || !Base64Url.TryDecodeFromChars(token, bytes, out var length)
            || length != Length)
        {
            throw ApiErrors.ResumeTokenInvalid("is malformed");
        }
        if (bytes[0] != Version)
            throw ApiErrors.ResumeTokenInvalid("is of a version that this server does not know");
        if (BinaryPrimitives.ReadInt64BigEndian(bytes[1..]) != database.Identity)
            throw ApiErrors.ResumeTokenInvalid("comes from another database");
        return BinaryPrimitives.ReadInt64BigEndian(bytes[9..]);
    }

    private Grpc.Core.RpcException Expired(EventLogBounds bounds) => ApiErrors.ResumeTokenExpired(Write(bounds.Oldest - 1));
}
