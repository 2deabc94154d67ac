using System.Text.Json;

namespace ServiceOrdering.Query;

/// <summary>Reads the texts that an attribute has in a resource, as a filter would reach them.</summary>
public sealed class AttributeTexts
{
    private readonly Collector _collector;

    private AttributeTexts(AttributePath path) => _collector = new Collector(path);

    /// <summary>The attribute at a path with dots between its names, such as <c>note.author</c>.</summary>
    public static AttributeTexts At(string path, ResourceSchema schema)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(schema);
        return new AttributeTexts(schema.Scope.Resolve(path.Split('.')));
    }

    /// <summary>The texts in a resource, in its order. One caller at a time; the next call overwrites them.</summary>
    public IReadOnlyList<string> In(JsonElement resource)
    {
        _collector.Texts.Clear();
        _collector.Matches(resource);
        return _collector.Texts;
    }

    private sealed class Collector(AttributePath path) : PathNode(path)
    {
        public List<string> Texts { get; } = [];

        // Never satisfied, so that every value is reached.
        protected override bool Test(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.String)
            {
                Texts.Add(value.GetString()!);
            }

            return false;
        }
    }
}
