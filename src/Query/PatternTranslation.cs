using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Query;

/// <summary>A pattern that means the same to .NET and to PostgreSQL.</summary>
/// <param name="DotNet">For .NET: the client's pattern, with a character above U+FFFF as one character.</param>
/// <param name="Postgres">An advanced regular expression of PostgreSQL.</param>
internal sealed record PortablePattern(string DotNet, string Postgres);

/// <summary>A pattern uses what cannot be had everywhere; the message goes on from "The regular expression".</summary>
internal sealed class PatternException(string message) : Exception(message);

/// <summary>
/// Reads a pattern that .NET has accepted for linear-time matching, and writes it for PostgreSQL. Only whether it occurs
/// counts, so that captures and laziness are dropped.
/// </summary>
internal sealed class PatternTranslation
{
    private const int MaxTextLength = 200_000;

    // The most that PostgreSQL repeats in one go.
    private const int MaxRepeat = 255;
    private const int Unbounded = int.MaxValue;

    private const string TooLarge = "is too large";
    private const string WordBoundary = @"[\w\u200C\u200D]";

    private readonly string _pattern;
    private readonly StringBuilder _dotNet = new();
    private int _copied;
    private int _position;
    private RegexOptions _options;

    private PatternTranslation(string pattern) => _pattern = pattern;

    /// <summary>Translates.</summary>
    /// <exception cref="PatternException">It cannot.</exception>
    public static PortablePattern Translate(string pattern)
    {
        var translation = new PatternTranslation(pattern);
        var postgres = translation.ReadAlternatives().Text;
        if (translation._position < pattern.Length)
        {
            throw Refuse("an unexpected )");
        }

        return new PortablePattern(translation._dotNet.Append(pattern[translation._copied..]).ToString(), postgres);
    }

    private Part ReadAlternatives()
    {
        var all = ReadSequence();
        while (Take('|'))
        {
            var next = ReadSequence();
            all = new Part($"{all.Text}|{next.Text}", false, all.Size + next.Size + PatternSize.Loop);
        }

        return all;
    }

    private Part ReadSequence()
    {
        var text = new StringBuilder();
        var size = default(PatternSize);
        while (true)
        {
            SkipComments();
            if (_position == _pattern.Length || _pattern[_position] is '|' or ')')
            {
                return new Part(text.ToString(), false, size);
            }

            var isGroup = _pattern[_position] == '(';
            var start = Copy(_position);
            if (ReadAtom() is not { } part)
            {
                continue;
            }

            var end = _position;
            SkipComments();
            if (ReadQuantifier() is var (min, max))
            {
                if (isGroup)
                {
                    // .NET makes one loop of (?:(?:x+)?)+ and forgets that it may be empty; a capture keeps the loops apart.
                    Copy(end);
                    _dotNet.Insert(start, "(?<g>").Append(')');
                }

                part = Repeat(part, min, max);
                SkipComments();
                Take('?');
            }

            text.Append(part.Text);
            size += part.Size;
            if (size.IsTooLarge || text.Length > MaxTextLength)
            {
                throw new PatternException(TooLarge);
            }
        }
    }

    private (int Min, int Max)? ReadQuantifier()
    {
        if (Take('*'))
        {
            return (0, Unbounded);
        }

        if (Take('+'))
        {
            return (1, Unbounded);
        }

        if (Take('?'))
        {
            return (0, 1);
        }

        // A brace that does not begin a quantifier is a character.
        var end = _position < _pattern.Length && _pattern[_position] == '{' ? _pattern.IndexOf('}', _position) : -1;
        var bounds = end < 0 ? [] : _pattern[(_position + 1)..end].Split(',');
        if (bounds is not ([_] or [_, _]) || bounds[0].Length == 0 || !bounds.All(bound => bound.All(char.IsAsciiDigit)))
        {
            return null;
        }

        _position = end + 1;
        var min = int.Parse(bounds[0], CultureInfo.InvariantCulture);
        return (min, bounds is [_] ? min : bounds[1].Length == 0 ? Unbounded : int.Parse(bounds[1], CultureInfo.InvariantCulture));
    }

    private static Part Repeat(Part part, int min, int max)
    {
        var size = part.Size.Times(max == Unbounded ? Math.Max(min, 1) : max) + PatternSize.Loop.Times(max == Unbounded ? 1 : max - min);
        if (size.IsTooLarge)
        {
            throw new PatternException(TooLarge);
        }

        var atom = part.IsAtom ? part.Text : $"(?:{part.Text})";
        var text = new StringBuilder();
        for (; min > MaxRepeat; min -= MaxRepeat, max -= max == Unbounded ? 0 : MaxRepeat)
        {
            text.Append(CultureInfo.InvariantCulture, $"{atom}{{{MaxRepeat}}}");
        }

        for (; max is not Unbounded and > MaxRepeat; max -= MaxRepeat - min, min = 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{atom}{{{min},{MaxRepeat}}}");
        }

        text.Append(CultureInfo.InvariantCulture, $"{atom}{{{min},{(max == Unbounded ? "" : max)}}}");
        return new Part(text.ToString(), false, size);
    }

    // Null for what sets options and matches nothing itself.
    private Part? ReadAtom()
    {
        var start = _position++;
        switch (_pattern[start])
        {
            case '(':
                return ReadGroup();
            case '[':
                return ReadClass(start);
            case '.':
                return Set(start);
            case '^':
                return Assertion(_options.HasFlag(RegexOptions.Multiline) ? @"(?:^|(?<=\n))" : "^");
            case '$':
                return Assertion(_options.HasFlag(RegexOptions.Multiline) ? @"(?:$|(?=\n))" : @"(?=\n?$)");
            case '\\':
                return ReadEscape(start);
            case var half when char.IsSurrogate(half):
                _position++;
                var character = _pattern[start.._position];
                Replace(start, $"(?:{character})");
                return new Part(character, true, PatternSize.Character);
            case var c when _options.HasFlag(RegexOptions.IgnoreCase):
                return Set(start, Regex.Escape(c.ToString()));
            case var c:
                return Literal(c);
        }
    }

    private Part? ReadGroup()
    {
        var outer = _options;
        if (Take('?'))
        {
            if (Take('<') || Take('\''))
            {
                _position = _pattern.IndexOfAny(['>', '\''], _position) + 1;
            }
            else
            {
                for (var on = true; !Take(':'); _position++)
                {
                    switch (_pattern[_position])
                    {
                        case ')':
                            _position++;
                            return null;
                        case '+':
                            on = true;
                            break;
                        case '-':
                            on = false;
                            break;
                        case var letter:
                            var option = Option(letter);
                            _options = on ? _options | option : _options & ~option;
                            break;
                    }
                }
            }
        }

        var inner = ReadAlternatives();
        _position++;
        _options = outer;
        return new Part($"(?:{inner.Text})", true, inner.Size);
    }

    private static RegexOptions Option(char letter) => char.ToLowerInvariant(letter) switch
    {
        'i' => RegexOptions.IgnoreCase,
        'm' => RegexOptions.Multiline,
        's' => RegexOptions.Singleline,
        'x' => RegexOptions.IgnorePatternWhitespace,
        'n' => RegexOptions.None,
        _ => throw Refuse("a group that is not known"),
    };

    private Part ReadClass(int start)
    {
        SkipClass();
        return Set(start);
    }

    // From behind the opening bracket to behind the closing one. A bracket inside opens a class to take away after "-".
    private void SkipClass()
    {
        Take('^');
        var dash = -1;
        for (var first = _position; ; _position++)
        {
            switch (_pattern[_position])
            {
                case '-' when _position > first && dash != _position - 1:
                    dash = _position;
                    break;
                case ']' when _position > first:
                    _position++;
                    return;
                case '\\':
                    // \c takes the next character whatever it is.
                    _position += _pattern[_position + 1] == 'c' ? 2 : 1;
                    break;
                case '[' when _pattern[_position + 1] == ':' || _pattern.AsSpan(first.._position).EndsWith("--"):
                    throw Refuse("an unescaped [ in a class");
                case '[' when dash == _position - 1 && dash > 0:
                    _position++;
                    SkipClass();
                    _position--;
                    break;
            }
        }
    }

    private Part ReadEscape(int start)
    {
        var c = _pattern[_position++];
        switch (c)
        {
            case 'A':
                return Assertion("^");
            case 'z':
                return Assertion("$");
            case 'Z':
                return Assertion(@"(?=\n?$)");
            case 'b':
                var word = CharacterSet.Of(WordBoundary, RegexOptions.None)!.ForPostgres();
                return Assertion($"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))");
            case 'B':
                // .NET finds one within a character above U+FFFF.
                throw Refuse("\\B");
            case 'p' or 'P':
                _position = _pattern.IndexOf('}', _position) + 1;
                return Set(start);
            case 'x':
                _position += 2;
                return Set(start);
            case 'u':
                _position += 4;
                return Set(start);
            case 'c':
                _position++;
                return Set(start);
            case '0':
                for (var digits = 1; digits < 3 && _position < _pattern.Length && _pattern[_position] is >= '0' and <= '7'; digits++)
                {
                    _position++;
                }

                return Set(start);
            case >= '1' and <= '9':
                throw Refuse("a number after \\");
            case 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'a' or 'e' or 'f' or 'n' or 'r' or 't' or 'v':
                return Set(start);
            case var letter when char.IsLetterOrDigit(letter) || char.IsSurrogate(letter):
                throw Refuse($"\\{letter}");
            default:
                return Literal(c);
        }
    }

    // What the pattern has from start to here matches one character.
    private Part Set(int start, string? token = null)
    {
        var options = _options & (RegexOptions.IgnoreCase | RegexOptions.Singleline);
        var set = CharacterSet.Of(token ?? _pattern[start.._position], options)
            ?? throw Refuse("a character above U+FFFF in a class, or half of one");
        if (set.ForDotNet() is { } dotNet)
        {
            Replace(start, dotNet);
        }

        return new Part(set.ForPostgres(), true, PatternSize.Character);
    }

    private static Part Literal(char c) => new(
        char.IsAsciiLetterOrDigit(c) || c >= 0x80 ? c.ToString() : $"\\u{(int)c:X4}", true, PatternSize.Character);

    private static Part Assertion(string text) => new(text, false, PatternSize.Assertion);

    private void Replace(int start, string dotNet)
    {
        Copy(start);
        _dotNet.Append(dotNet);
        _copied = _position;
    }

    private int Copy(int end)
    {
        _dotNet.Append(_pattern, _copied, end - _copied);
        _copied = end;
        return _dotNet.Length;
    }

    private void SkipComments()
    {
        var blanks = _options.HasFlag(RegexOptions.IgnorePatternWhitespace);
        while (_position < _pattern.Length)
        {
            if (_pattern.AsSpan(_position).StartsWith("(?#"))
            {
                _position = _pattern.IndexOf(')', _position) + 1;
            }
            else if (blanks && _pattern[_position] == '#')
            {
                var end = _pattern.IndexOf('\n', _position);
                _position = end < 0 ? _pattern.Length : end + 1;
            }
            else if (blanks && _pattern[_position] is ' ' or (>= '\t' and <= '\r'))
            {
                _position++;
            }
            else
            {
                return;
            }
        }
    }

    private bool Take(char c)
    {
        if (_position == _pattern.Length || _pattern[_position] != c)
        {
            return false;
        }

        _position++;
        return true;
    }

    private static PatternException Refuse(string construct) => new($"uses what not every database has: {construct}");

    private readonly record struct Part(string Text, bool IsAtom, PatternSize Size);
}
