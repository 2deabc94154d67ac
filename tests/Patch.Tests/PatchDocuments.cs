using System.Text;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch.Tests;

/// <summary>Patches as texts: quotes may be single, to read well in a table.</summary>
internal static class PatchDocuments
{
    public static JsonNode? Parsed(string text) => JsonNode.Parse(text.Replace('\'', '"'));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text.Replace('\'', '"'));

    public static PatchDocument Merge(string patch) => PatchDocument.Parse(Utf8(patch), PatchFormats.MergePatch);

    public static PatchDocument Operations(string patch) => PatchDocument.Parse(Utf8(patch), PatchFormats.JsonPatch);

    public static PatchDocument ByQuery(string patch) => PatchDocument.Parse(Utf8(patch), PatchFormats.JsonPatchQuery);

    /// <summary>Applies and gives the text that comes out; checks that the original stayed as it was.</summary>
    public static string? Changed(this PatchDocument patch, string original, Func<string, bool>? isArray = null)
    {
        var before = Parsed(original);
        var text = before?.ToJsonString();
        try
        {
            return (patch.Apply(before, isArray)?.ToJsonString() ?? "null").Replace('"', '\'');
        }
        finally
        {
            Assert.Equal(text, before?.ToJsonString());
        }
    }

    public static PatchException Refused(this PatchDocument patch, string original) =>
        Assert.Throws<PatchException>(() => patch.Changed(original));
}
