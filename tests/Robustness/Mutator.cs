namespace Robustness;

/// <summary>Makes bytes that are almost right of bytes that are right. The same seed makes the same ones.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[][] Pieces =
    [
        [0], [0xFF], [0xC3, 0x28], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        [.. "\\u0000"u8], [.. "\\ud800"u8], [.. "null"u8], [.. "1e999"u8], [.. "-0"u8], [.. "{"u8], [.. "["u8], [.. "\""u8], [.. "]}"u8],
        [.. "&filter="u8], [.. "$[?(@."u8], [.. "%00"u8], [.. "%"u8], [.. ".regex="u8], [.. ";"u8], [.. "(((("u8], [.. "\r\n"u8], [.. ": "u8],
        [.. "9999999999999999999"u8], [.. "\U0001F600"u8], [.. "0001-01-01T00:00:00Z"u8], [.. "-9999-99-99"u8],
    ];

    private readonly Random _random = new(seed);

    public T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    public byte[] Mutate(ReadOnlySpan<byte> original)
    {
        var bytes = original.ToArray().ToList();
        for (var changes = _random.Next(1, 5); changes > 0; changes--)
        {
            var at = _random.Next(bytes.Count + 1);
            var length = Math.Min(_random.Next(1, 20), bytes.Count - at);
            switch (_random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    var repeated = Pick(Pieces);
                    for (var times = _random.Next(1, 200); times > 0; times--)
                        bytes.InsertRange(at, repeated);
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Pick(Pieces));
                    break;
            }
        }
        return [.. bytes];
    }
}
