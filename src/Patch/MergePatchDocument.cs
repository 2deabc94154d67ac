using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch;

/// <summary>RFC 7386.</summary>
internal sealed class MergePatchDocument : PatchDocument
{
    private readonly JsonElement _patch;

    private MergePatchDocument(string format, PatchLimits limits, JsonElement patch)
        : base(format, limits) => _patch = patch;

    public static MergePatchDocument Read(ReadOnlyMemory<byte> utf8, string format, PatchLimits limits) =>
        new(format, limits, JsonText.Parse(utf8, limits.Depth));

    public override JsonNode? Apply(JsonNode? original, Func<string, bool>? isArray = null)
    {
        var result = Merge(original?.DeepClone(), _patch);
        return JsonText.Size(result) <= Limits.Size
            ? result
            : throw new PatchException(
                PatchProblemKind.TooLarge, $"The result is larger than the {Limits.Size} bytes that are allowed.");
    }

    private static JsonNode? Merge(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return JsonText.ToNode(patch);
        }

        var result = target as JsonObject ?? [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                result.Remove(member.Name);
                continue;
            }

            var before = result[member.Name];
            var after = Merge(before, member.Value);
            if (!ReferenceEquals(before, after))
            {
                result[member.Name] = after;
            }
        }

        return result;
    }
}
