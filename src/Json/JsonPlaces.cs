using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ServiceOrdering.Json;

/// <summary>
/// Turns byte offsets into JSON Pointers by walking the text once more. Reading stays free of the bookkeeping that only
/// refused texts need.
/// </summary>
internal static class JsonPlaces
{
    /// <summary>Pointers of the tokens at the given offsets, which ascend. An offset past the last token gets the place where the text breaks off.</summary>
    public static string[] Pointers(ReadOnlySpan<byte> json, ReadOnlySpan<long> offsets)
    {
        var pointers = new string[offsets.Length];
        var found = 0;
        var path = new List<Step>();
        var reader = new Utf8JsonReader(json, JsonReading.AnyOptions);
        try
        {
            while (found < offsets.Length && reader.Read())
            {
                Enter(path, ref reader);
                while (found < offsets.Length && offsets[found] <= reader.TokenStartIndex)
                {
                    pointers[found++] = Render(path);
                }

                Leave(path, ref reader);
            }
        }
        catch (JsonException)
        {
            // The rest of the offsets lie where the text is no JSON any more.
        }

        while (found < offsets.Length)
        {
            pointers[found++] = Render(path);
        }

        return pointers;
    }

    /// <summary>Line and byte within it, both from 1.</summary>
    public static (int Line, int Byte) Position(ReadOnlySpan<byte> json, long offset)
    {
        var before = json[..(int)Math.Min(offset, json.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>One member name or array index, with the escapes of RFC 6901.</summary>
    public static string Escape(string name) => name.Replace("~", "~0").Replace("/", "~1");

    private static void Enter(List<Step> path, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            path[^1] = path[^1] with { Name = Name(ref reader) };
        }
        else if (path.Count > 0 && path[^1].IsArray && reader.TokenType is not JsonTokenType.EndArray)
        {
            path[^1] = path[^1] with { Index = path[^1].Index + 1 };
        }
    }

    private static void Leave(List<Step> path, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                path.Add(new Step(IsArray: false, Index: -1, Name: null));
                break;
            case JsonTokenType.StartArray:
                path.Add(new Step(IsArray: true, Index: -1, Name: null));
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                path.RemoveAt(path.Count - 1);
                break;
        }
    }

    // A name that is no Unicode is shown as it is written.
    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static string Render(List<Step> path)
    {
        var pointer = new StringBuilder();
        foreach (var step in path)
        {
            if (step.IsArray && step.Index >= 0)
            {
                pointer.Append('/').Append(step.Index.ToString(CultureInfo.InvariantCulture));
            }
            else if (step.Name is not null)
            {
                pointer.Append('/').Append(Escape(step.Name));
            }
        }

        return pointer.ToString();
    }

    private readonly record struct Step(bool IsArray, int Index, string? Name);
}
