using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ServiceOrdering.Server.Resources;

/// <summary>
/// Ids for what is new: UUIDs of version 7, of which each is greater than those that this process made before, within a
/// millisecond too (RFC 9562, section 6.2, method 1), so that the newest is the last. Those of several processes are in the order
/// of their clocks.
/// </summary>
internal static class ResourceId
{
    private const int CounterBits = 12;

    // Milliseconds since 1970, and behind them how many there were in the same one. What is too many for a millisecond is of the
    // next one, and so is everything after a clock that was put back.
    private static long _last;

    public static string New()
    {
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << CounterBits, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        Span<byte> id = stackalloc byte[16];
        RandomNumberGenerator.Fill(id[8..]);
        BinaryPrimitives.WriteInt64BigEndian(id, next >> CounterBits << 16);
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x7000 | (next & 0xFFF)));
        id[8] = (byte)(0x80 | (id[8] & 0x3F));
        return new Guid(id, bigEndian: true).ToString();
    }
}
