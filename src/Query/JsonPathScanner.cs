using System.Buffers;
using System.Globalization;
using System.Text;

namespace ServiceOrdering.Query;

/// <summary>The characters and tokens of a JSONPath. Each Take moves on only when it finds what it looks for.</summary>
internal sealed class JsonPathScanner
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string _text;
    private readonly string _parameter;

    public JsonPathScanner(string text, string parameter)
    {
        _text = text;
        _parameter = parameter;
        for (Index = 0; Index < text.Length; Index++)
        {
            if (text[Index] == '\0')
            {
                throw Fail(QueryErrorKind.BadValue, $"'{parameter}' contains the character U+0000.");
            }

            if (char.IsSurrogate(text[Index]))
            {
                if (!Rune.TryGetRuneAt(text, Index, out _))
                {
                    throw Fail(QueryErrorKind.BadSyntax, $"'{parameter}' is not well-formed Unicode.");
                }

                Index++;
            }
        }

        Index = 0;
    }

    public int Index { get; private set; }

    public bool AtEnd => Index >= _text.Length;

    public bool AtNameStart => !AtEnd && (char.IsLetter(_text[Index]) || char.IsSurrogate(_text[Index]) || _text[Index] is '_' or '@');

    public bool At(string token) => string.CompareOrdinal(_text, Index, token, 0, token.Length) == 0;

    public void SkipBlanks()
    {
        while (!AtEnd && char.IsWhiteSpace(_text[Index]))
        {
            Index++;
        }
    }

    /// <summary>Takes the token, and blanks before it.</summary>
    public bool TryTake(string token)
    {
        var start = Index;
        SkipBlanks();
        if (At(token))
        {
            Index += token.Length;
            return true;
        }

        Index = start;
        return false;
    }

    public void Expect(string token)
    {
        if (!TryTake(token))
        {
            SkipBlanks();
            throw Unexpected(token);
        }
    }

    /// <summary>Takes <c>.name</c> or <c>['name']</c>. A <c>[*]</c> is skipped: an array stands for its elements anyway.</summary>
    public string? TryTakeStep()
    {
        SkipDotBeforeBracket();
        while (TryTake("[*]"))
        {
            SkipDotBeforeBracket();
        }

        if (At("."))
        {
            Index++;
            // A member may be marked as one that is not an operator of JSONPath: .`@type.
            TryTake("`");
            if (At(".") || At("*"))
            {
                throw Fail(QueryErrorKind.NotSupported, "Recursive descent and wildcards over members are not supported.");
            }

            var name = TryTakeName() ?? throw Unexpected("a name");
            return At("(") ? throw Fail(QueryErrorKind.NotSupported, "Functions are not supported.") : name;
        }

        if (!At("[") || At("[?"))
        {
            return null;
        }

        Index++;
        SkipBlanks();
        if (!AtEnd && (_text[Index] is '-' or ':' or '(' or '*' or '@' or '$' || char.IsAsciiDigit(_text[Index])))
        {
            throw Fail(QueryErrorKind.NotSupported, "Positions, slices and computed names are not supported.");
        }

        var start = Index;
        var quoted = TryTakeString() ?? throw Unexpected("a name in quotes, or [?");
        if (TryTake(","))
        {
            throw Fail(QueryErrorKind.NotSupported, "Several names in one bracket are not supported.");
        }

        Expect("]");
        return quoted.Length > 0 ? quoted : throw Unexpected("a name that is not empty", start);
    }

    /// <summary>Skips the dot of <c>.[</c>, which some write between a name and a bracket.</summary>
    public void SkipDotBeforeBracket()
    {
        if (At(".["))
        {
            Index++;
        }
    }

    /// <summary>Takes <c>[3]</c>.</summary>
    public int? TryTakePosition()
    {
        var start = Index;
        if (TryTake("["))
        {
            SkipBlanks();
            var first = Index;
            while (!AtEnd && char.IsAsciiDigit(_text[Index]))
            {
                Index++;
            }

            if (int.TryParse(_text.AsSpan(first, Index - first), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && TryTake("]"))
            {
                return position;
            }
        }

        Index = start;
        return null;
    }

    public string? TryTakeName()
    {
        var start = Index;
        if (AtNameStart)
        {
            Index++;
            while (!AtEnd && (AtNameStart || char.IsDigit(_text[Index]) || _text[Index] == '-'))
            {
                Index++;
            }
        }

        return Index > start ? _text[start..Index] : null;
    }

    public string? TryTakeNumber()
    {
        var end = Index + (At("-") ? 1 : 0);
        if (end >= _text.Length || !char.IsAsciiDigit(_text[end]))
        {
            return null;
        }

        while (end < _text.Length && (char.IsAsciiDigit(_text[end]) || _text[end] is '.' or 'e' or 'E'
            || (_text[end] is '+' or '-' && _text[end - 1] is 'e' or 'E')))
        {
            end++;
        }

        var start = Index;
        Index = end;
        return Condition.IsNumber(_text[start..end]) ? _text[start..end] : throw Unexpected("a number", start);
    }

    /// <summary>Takes a text in single or double quotes, with JSON's escapes.</summary>
    public string? TryTakeString()
    {
        if (!At("'") && !At("\""))
        {
            return null;
        }

        var start = Index;
        var quote = _text[Index++];
        var value = new StringBuilder();
        while (!AtEnd && _text[Index] != quote)
        {
            value.Append(_text[Index] == '\\' ? TakeEscape() : _text[Index++]);
        }

        if (AtEnd)
        {
            throw Fail(QueryErrorKind.BadSyntax, "A quote is not closed.", start);
        }

        Index++;
        var text = value.ToString();
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text && !text.Contains('\0')
            ? text
            : throw Fail(QueryErrorKind.BadValue, "A text contains U+0000 or half a surrogate pair.", start);
    }

    /// <summary>Takes <c>/pattern/</c> or <c>/pattern/i</c>; inside, only <c>\/</c> is special.</summary>
    public string? TryTakePattern()
    {
        if (!At("/"))
        {
            return null;
        }

        var start = Index++;
        var pattern = new StringBuilder();
        while (!AtEnd && _text[Index] != '/')
        {
            if (_text[Index] == '\\' && Index + 1 < _text.Length)
            {
                pattern.Append(_text[Index + 1] == '/' ? "" : "\\");
                Index++;
            }

            pattern.Append(_text[Index++]);
        }

        if (AtEnd)
        {
            throw Fail(QueryErrorKind.BadSyntax, "A regular expression is not closed with /.", start);
        }

        Index++;
        return TryTakeName() switch
        {
            null => pattern.ToString(),
            "i" => "(?i)" + pattern,
            _ => throw Fail(QueryErrorKind.NotSupported, "The only flag of a regular expression is i."),
        };
    }

    public QueryException Unexpected(string expected, int? position = null)
    {
        var place = position ?? Index;
        var found = place < _text.Length ? $"'{_text[place]}'" : "the end";
        return Fail(QueryErrorKind.BadSyntax, $"Expected {expected} at position {place}, found {found}.", place);
    }

    public QueryException Fail(QueryErrorKind kind, string message, int? position = null) =>
        new(kind, _parameter, message, position ?? Index);

    private char TakeEscape()
    {
        var escape = Index + 1 < _text.Length ? _text[Index + 1] : '\0';
        var plain = escape switch
        {
            '\\' or '\'' or '"' or '/' => escape,
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            'u' when Index + 5 < _text.Length && !_text.AsSpan(Index + 2, 4).ContainsAnyExcept(HexDigits) =>
                (char)Convert.ToInt32(_text.Substring(Index + 2, 4), 16),
            _ => throw Fail(QueryErrorKind.BadSyntax, @"A backslash must be doubled, or start an escape of JSON; a pattern may stand between slashes: /\d/."),
        };
        Index += escape == 'u' ? 6 : 2;
        return plain;
    }
}
