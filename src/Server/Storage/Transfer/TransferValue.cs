using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace ServiceOrdering.Server.Storage.Transfer;

/// <summary>A value of a row, in the same form from either database: a long, the UTF-8 bytes of a text, or null.</summary>
internal static class TransferValue
{
    public static int Size(object? value) => value is byte[] text ? text.Length : sizeof(long);

    /// <summary>Why PostgreSQL cannot hold a value; null where it can.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isQueried">Whether it is JSON that PostgreSQL has to look into: there U+0000 is no better when it is escaped.</param>
    public static string? Problem(object? value, bool isQueried) =>
        value is not byte[] text ? null
        : text.AsSpan().Contains((byte)0) || (isQueried && HasEscapedZero(text)) ? "has the character U+0000"
        : !Utf8.IsValid(text) ? "is no UTF-8"
        : null;

    private static bool HasEscapedZero(ReadOnlySpan<byte> json)
    {
        for (int at; (at = json.IndexOf(@"\u0000"u8)) >= 0; json = json[(at + 1)..])
        {
            var slashes = json[..at];
            // After a backslash that is itself escaped, u0000 is a plain text.
            if ((slashes.Length - slashes.TrimEnd((byte)'\\').Length) % 2 == 0)
                return true;
        }
        return false;
    }

    public static string Text(object? value) => value switch
    {
        byte[] text => Shortened(Encoding.UTF8.GetString(text)),
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => "null",
    };

    private static string Shortened(string text)
    {
        const int Longest = 100;
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}

/// <summary>The number of rows of a table, and a checksum over their values in the order of their keys.</summary>
internal sealed record TableDigest(long Rows, string Sha256);

/// <summary>Makes a <see cref="TableDigest"/>, row after row.</summary>
internal sealed class TableDigester : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _rows;

    public void Add(object?[] row)
    {
        // Each value says of what kind and how long it is: no two rows have the same bytes.
        Span<byte> head = stackalloc byte[1 + sizeof(long)];
        foreach (var value in row)
        {
            head[0] = value switch { null => 0, byte[] => 1, _ => 2 };
            BinaryPrimitives.WriteInt64BigEndian(head[1..], value switch { null => 0, byte[] text => text.Length, _ => (long)value });
            _hash.AppendData(head);
            if (value is byte[] bytes)
                _hash.AppendData(bytes);
        }
        _rows++;
    }

    public TableDigest Finish() => new(_rows, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    public void Dispose() => _hash.Dispose();
}
