using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using ServiceOrdering.Json;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// The members that an answer shows: <c>fields=id,orderItem.state</c>. Nothing is added to them, and what is not there is null.
/// <c>fields=all</c>, <c>fields=?all</c> and a parameter of one of these names show all; <c>:fields</c> is another name of the parameter.
/// </summary>
internal sealed class NbiFields
{
    private const string Parameter = ":fields";

    // Null: everything under this name.
    private readonly Dictionary<string, NbiFields?> _members = [];

    private NbiFields()
    {
    }

    /// <summary>The members that are asked for; null for all.</summary>
    /// <param name="fields">The parameter.</param>
    /// <param name="query">The rest of the query string, percent-encoded or not.</param>
    public static NbiFields? Parse(string fields, string query)
    {
        var parameters = NbiQuery.Read(query).ToList();
        var paths = parameters.Where(parameter => parameter.Name == Parameter).Select(parameter => parameter.Value).Prepend(fields)
            .SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (paths.Count == 0 || paths.Exists(IsAll) || parameters.Exists(parameter => IsAll(parameter.Name)))
            return null;
        var wanted = new NbiFields();
        foreach (var path in paths)
            wanted.Add(path.Split('.', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return wanted;
    }

    /// <summary>Writes what is asked for of a message.</summary>
    public void Write(IMessage message, IBufferWriter<byte> output)
    {
        using var document = JsonDocument.Parse(JsonFormat.ToUtf8Bytes(message));
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Write(document.RootElement, writer);
    }

    private static bool IsAll(string text) => text is "all" or "?all";

    // A whole member wins over parts of it, whichever comes first.
    private void Add(ReadOnlySpan<string> names)
    {
        if (names.IsEmpty)
            return;
        if (names.Length == 1)
        {
            _members[names[0]] = null;
            return;
        }
        if (!_members.TryGetValue(names[0], out var inner))
            _members[names[0]] = inner = new NbiFields();
        inner?.Add(names[1..]);
    }

    private void Write(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var (name, inner) in _members)
                {
                    writer.WritePropertyName(name);
                    if (!value.TryGetProperty(name, out var member))
                        writer.WriteNullValue();
                    else if (inner is null)
                        member.WriteTo(writer);
                    else
                        inner.Write(member, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                    Write(element, writer);
                writer.WriteEndArray();
                break;
            default:
                // It has no members.
                writer.WriteNullValue();
                break;
        }
    }
}
