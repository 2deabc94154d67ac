using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace ServiceOrdering.Json;

/// <summary>Field masks: the paths in lowerCamel, commas between: "note,orderDate".</summary>
internal sealed class FieldMaskCodec : ValueCodec<FieldMask>
{
    public static readonly FieldMaskCodec Instance = new();

    public override bool IsDefault(FieldMask value) => false;

    public override void Write(Utf8JsonWriter writer, FieldMask value) =>
        writer.WriteStringValue(string.Join(',', value.Paths.Select(Camel)));

    public override bool TryRead(ref Utf8JsonReader reader, JsonReading reading, out FieldMask value)
    {
        value = new FieldMask();
        if (reader.TokenType == JsonTokenType.String)
        {
            value.Paths.Add(JsonReading.Text(ref reader).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Snake));
            return true;
        }

        reading.Mismatch(ref reader, "Must be field paths with commas between, as in \"note,orderDate\".");
        return false;
    }

    private static string Camel(string path)
    {
        var camel = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            var startsWord = path[i] == '_' && i + 1 < path.Length && char.IsAsciiLetterLower(path[i + 1]);
            camel.Append(startsWord ? char.ToUpperInvariant(path[++i]) : path[i]);
        }

        return camel.ToString();
    }

    private static string Snake(string path)
    {
        var snake = new StringBuilder(path.Length + 8);
        foreach (var c in path)
        {
            if (char.IsAsciiLetterUpper(c))
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}
