using System.Text;

namespace ServiceOrdering.Query;

/// <summary>
/// A query string after percent- and plus-decoding, that still knows of each character where it came from and whether
/// it was encoded: an encoded <c>&amp;</c> is data, not a separator. A <c>%</c> that starts no escape stands for itself.
/// </summary>
internal sealed class QueryText
{
    private readonly StringBuilder _text = new();
    private readonly List<(int Position, bool Encoded)> _origins = [];

    private QueryText(string raw, string parameter)
    {
        for (var i = 0; i < raw.Length;)
        {
            i = raw[i] == '%' && HexAt(raw, i) >= 0 ? ReadEncoded(raw, i, parameter) : ReadPlain(raw, i, parameter);
        }

        Text = _text.ToString();
        if (Text.IndexOf('\0') is var nul and >= 0)
        {
            throw new QueryException(QueryErrorKind.BadValue, parameter, "The query contains the character U+0000.", PositionOf(nul));
        }
    }

    public string Text { get; }

    public int Length => Text.Length;

    public char this[int index] => Text[index];

    public static QueryText Decode(string raw, string parameter) => new(raw, parameter);

    public bool IsEncoded(int index) => _origins[index].Encoded;

    /// <summary>Where the character stood in the raw text; the end of the decoded text gives the last character's place.</summary>
    public int PositionOf(int index) => _origins.Count == 0 ? 0 : _origins[Math.Min(index, _origins.Count - 1)].Position;

    private int ReadPlain(string raw, int index, string parameter)
    {
        if (!Rune.TryGetRuneAt(raw, index, out var rune))
        {
            throw new QueryException(QueryErrorKind.BadSyntax, parameter, "The query is not well-formed Unicode.", index);
        }

        Append(raw[index] == '+' ? new Rune(' ') : rune, index, encoded: raw[index] == '+');
        return index + rune.Utf16SequenceLength;
    }

    // A run of escapes is one UTF-8 text.
    private int ReadEncoded(string raw, int start, string parameter)
    {
        var bytes = new List<byte>();
        var end = start;
        for (; HexAt(raw, end) is var value and >= 0; end += 3)
        {
            bytes.Add((byte)value);
        }

        var rest = bytes.ToArray().AsSpan();
        for (var position = start; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf8(rest, out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                throw new QueryException(QueryErrorKind.BadSyntax, parameter, "The percent-encoding is not UTF-8.", position);
            }

            Append(rune, position, encoded: true);
            rest = rest[length..];
            position += 3 * length;
        }

        return end;
    }

    private void Append(Rune rune, int position, bool encoded)
    {
        _text.Append(rune.ToString());
        for (var i = 0; i < rune.Utf16SequenceLength; i++)
        {
            _origins.Add((position, encoded));
        }
    }

    private static int HexAt(string raw, int index) =>
        index + 2 < raw.Length && raw[index] == '%' && char.IsAsciiHexDigit(raw[index + 1]) && char.IsAsciiHexDigit(raw[index + 2])
            ? Convert.ToInt32(raw.Substring(index + 1, 2), 16)
            : -1;
}
