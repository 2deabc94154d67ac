using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch;

/// <summary>A condition of a query: <c>note.author=X</c>. Of an array on its way any element is enough.</summary>
internal sealed class PatchCondition
{
    private readonly ImmutableArray<string> _names;
    private readonly string _value;
    private readonly JsonNode? _number;

    private PatchCondition(ImmutableArray<string> names, string value)
    {
        _names = names;
        _value = value;
        try
        {
            _number = JsonNode.Parse(value) is JsonValue number && number.GetValueKind() == JsonValueKind.Number ? number : null;
        }
        catch (JsonException)
        {
            // Text, then.
        }
    }

    /// <exception cref="FormatException">The text is no condition.</exception>
    public static PatchCondition Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var names = Uri.UnescapeDataString(equals < 0 ? text : text[..equals]).Split('.');
        if (equals < 0 || names.Contains(""))
        {
            throw new FormatException(
                $"the condition \"{text}\" must be an attribute, \"=\" and a value, as in note.author=X; \"&\" stands between conditions.");
        }

        return new([.. names], Unquote(Uri.UnescapeDataString(text[(equals + 1)..])));
    }

    /// <summary>Tells whether the condition is about what stands at the attribute path, or something in it.</summary>
    public bool Concerns(ImmutableArray<string> names) =>
        names.Length <= _names.Length && _names.AsSpan(0, names.Length).SequenceEqual(names.AsSpan());

    /// <summary>Tells whether it holds, from a node that is reached by the first names. Calls look before each value.</summary>
    public bool HoldsFor(JsonNode? node, int names, Action look)
    {
        look();
        return node switch
        {
            JsonArray elements => elements.Any(element => HoldsFor(element, names, look)),
            JsonObject members => names < _names.Length
                && members.TryGetPropertyValue(_names[names], out var member)
                && HoldsFor(member, names + 1, look),
            _ => names == _names.Length && Matches(node),
        };
    }

    private bool Matches(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>() == _value,
        JsonValueKind.Number => _number is not null && JsonNode.DeepEquals(node, _number),
        JsonValueKind.True => _value == "true",
        JsonValueKind.False => _value == "false",
        _ => false,
    };

    // As in a filter: conformance kits send quotes around values.
    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
