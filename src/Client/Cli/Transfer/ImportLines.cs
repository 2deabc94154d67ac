using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ServiceOrdering.Cli.Config;

namespace ServiceOrdering.Cli.Transfer;

/// <summary>A line that is to be imported.</summary>
/// <param name="Number">Which one, from 1.</param>
/// <param name="Json">What it holds.</param>
/// <param name="End">Where it ends in the file, in bytes.</param>
/// <param name="Id">The id that its resource had; null for none.</param>
/// <param name="Kind">What it is: <c>orders</c> or <c>services</c>; null where that is not to be seen.</param>
/// <param name="RequestId">What it is imported under: the same each time.</param>
internal sealed record ImportLine(long Number, byte[] Json, long End, string? Id, string? Kind, string RequestId);

/// <summary>Reads lines as they come, few at a time.</summary>
internal static class ImportLines
{
    public const string Orders = "orders";
    public const string Services = "services";

    private const int LongestLine = 16 * 1024 * 1024;

    /// <summary>Reads all lines that are not empty.</summary>
    /// <param name="input">Where from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConfigException">A line is too long.</exception>
    public static async IAsyncEnumerable<ImportLine> ReadAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        var seen = new Dictionary<UInt128, int>();
        var (number, end) = (0L, 0L);
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            while (TakeLine(ref buffer, read.IsCompleted) is { } line)
            {
                (number, end) = (number + 1, end + line.Length + 1);
                if (Trimmed(line) is { Length: > 0 } json)
                {
                    yield return Of(number, json, end, seen);
                }
            }

            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                yield break;
            }

            if (buffer.Length > LongestLine)
            {
                throw new ConfigException($"line {number + 1} is longer than {LongestLine / 1024 / 1024} MiB");
            }
        }
    }

    private static ReadOnlySequence<byte>? TakeLine(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (buffer.PositionOf((byte)'\n') is { } newline)
        {
            var line = buffer.Slice(0, newline);
            buffer = buffer.Slice(buffer.GetPosition(1, newline));
            return line;
        }

        if (!isLast || buffer.IsEmpty)
        {
            return null;
        }

        (var rest, buffer) = (buffer, buffer.Slice(buffer.End));
        return rest;
    }

    private static byte[] Trimmed(ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray();
        return bytes.AsSpan().Trim(" \t\r"u8) is var trimmed && trimmed.Length == bytes.Length ? bytes : trimmed.ToArray();
    }

    /// <summary>
    /// A resource that had an id is the same again under it, whatever else has become of it. What had none is the same where the line is, and
    /// the second of two lines alike is another one.
    /// </summary>
    private static ImportLine Of(long number, byte[] json, long end, Dictionary<UInt128, int> seen)
    {
        var (id, type, hasItems) = Head(json);
        var kind = hasItems || type == "ServiceOrder" ? Orders : type is null ? null : Services;
        if (id is not null)
        {
            return new ImportLine(number, json, end, id, kind, $"import {kind} {Hash(Encoding.UTF8.GetBytes(id)):x32}");
        }

        var hash = Hash(json);
        var count = seen[hash] = seen.GetValueOrDefault(hash) + 1;
        return new ImportLine(number, json, end, null, kind, $"import {hash:x32} {count}");
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>What the first level says of the resource; nothing where it is no JSON, which is told where it is read.</summary>
    private static (string? Id, string? Type, bool HasItems) Head(byte[] json)
    {
        string? id = null, type = null;
        var hasItems = false;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isId, isType) = (reader.ValueTextEquals("id"u8), reader.ValueTextEquals("@type"u8));
                hasItems |= reader.ValueTextEquals("serviceOrderItem"u8);
                reader.Read();
                if ((isId || isType) && reader.TokenType == JsonTokenType.String)
                {
                    (id, type) = isId ? (reader.GetString(), type) : (id, reader.GetString());
                }

                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, null, hasItems);
        }

        return (id, type, hasItems);
    }
}
