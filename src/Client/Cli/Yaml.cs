using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ServiceOrdering.Cli;

/// <summary>
/// Writes JSON as YAML in blocks. A text stands bare only where every reader, of YAML 1.1 too, takes it for the same text: else it is
/// quoted, as what would be a number, a date, a truth value or nothing is.
/// </summary>
internal static class Yaml
{
    private const string Indent = "  ";

    private static readonly SearchValues<char> First = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz/");
    private static readonly SearchValues<char> Inner = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-./@+()");

    // YAML 1.1 has more words for truth values than anybody remembers.
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf" };

    /// <summary>Writes a document.</summary>
    public static void Write(ReadOnlyMemory<byte> json, TextWriter output)
    {
        using var document = JsonDocument.Parse(json);
        WriteBlock(document.RootElement, output, "", isInLine: false);
    }

    /// <summary>Writes an element of a sequence.</summary>
    public static void WriteElement(ReadOnlyMemory<byte> json, TextWriter output)
    {
        using var document = JsonDocument.Parse(json);
        WriteElement(document.RootElement, output, "", isInLine: false);
    }

    private static void WriteElement(JsonElement element, TextWriter output, string indent, bool isInLine)
    {
        output.Write($"{(isInLine ? "" : indent)}- ");
        WriteBlock(element, output, indent + Indent, isInLine: true);
    }

    // In line: the line has begun, with a dash.
    private static void WriteBlock(JsonElement value, TextWriter output, string indent, bool isInLine)
    {
        if (IsCollection(value) && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
            {
                output.Write($"{(isInLine ? "" : indent)}{Scalar(member.Name)}:");
                isInLine = false;
                WriteMember(member.Value, output, indent);
            }
        }
        else if (IsCollection(value))
        {
            foreach (var element in value.EnumerateArray())
            {
                WriteElement(element, output, indent, isInLine);
                isInLine = false;
            }
        }
        else
        {
            output.WriteLine($"{(isInLine ? "" : indent)}{Scalar(value)}");
        }
    }

    private static void WriteMember(JsonElement value, TextWriter output, string indent)
    {
        if (IsCollection(value))
        {
            output.WriteLine();
            WriteBlock(value, output, indent + Indent, isInLine: false);
        }
        else
        {
            output.WriteLine($" {Scalar(value)}");
        }
    }

    private static bool IsCollection(JsonElement value) =>
        (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().Any()) || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0);

    private static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Scalar(value.GetString()!),
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.Number => Number(value.GetRawText()),
        _ => value.GetRawText(),
    };

    // YAML 1.1 takes 1e5 for a text: its numbers have a point before the exponent, and a sign behind it.
    private static string Number(string json)
    {
        var exponent = json.AsSpan().IndexOfAny('e', 'E');
        if (exponent < 0)
        {
            return json;
        }

        var (digits, power) = (json[..exponent], json[(exponent + 1)..]);
        return $"{digits}{(digits.Contains('.') ? "" : ".0")}e{(power[0] is '+' or '-' ? "" : "+")}{power}";
    }

    private static string Scalar(string text) => IsBare(text) ? text : Quoted(text);

    private static bool IsBare(string text) =>
        text.Length > 0 && First.Contains(text[0]) && text[^1] != ' ' && !text.AsSpan().ContainsAnyExcept(Inner) && !Words.Contains(text);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < 0x20 or (>= 0x7F and < 0xA0) or 0x2028 or 0x2029 or 0xFEFF => string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}"),
                _ => rune.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
