using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace ServiceOrdering.Patch.Tests;

public class PatchProperties
{
    private static readonly string[] Names = ["a", "b", "c/d", "e~f", "", "0"];

    private static readonly Arbitrary<string> Resources = Arb.From(Tree(3, withNull: false).Where(text => text.StartsWith('{')));

    private static readonly Arbitrary<string> MergePatches = Arb.From(Tree(3, withNull: true));

    private static readonly Arbitrary<string> Patches = Arb.From(Gen.Choose(1, 6)
        .SelectMany(count => Operation().ArrayOf(count))
        .Select(operations => $"[{string.Join(',', operations)}]"));

    [Fact]
    public void Merge_patch_of_the_difference_leads_to_the_other_state() =>
        Prop.ForAll(Resources, Resources, (before, after) =>
        {
            var patch = Difference(JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(after)!.AsObject());
            return JsonNode.DeepEquals(JsonNode.Parse(after), Apply(patch.ToJsonString(), PatchFormats.MergePatch, before));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merge_patch_applied_again_changes_nothing_more() =>
        Prop.ForAll(Resources, MergePatches, (resource, patch) =>
        {
            var once = Apply(patch, PatchFormats.MergePatch, resource);
            return JsonNode.DeepEquals(once, Apply(patch, PatchFormats.MergePatch, once?.ToJsonString() ?? "null"));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Empty_merge_patch_changes_nothing() =>
        Prop.ForAll(Resources, resource => Apply("{}", PatchFormats.MergePatch, resource)!.ToJsonString() == JsonNode.Parse(resource)!.ToJsonString())
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Original_stays_as_it_was_whether_a_patch_succeeds_or_not() =>
        Prop.ForAll(Resources, Patches, (resource, patch) =>
        {
            var original = JsonNode.Parse(resource)!;
            try
            {
                PatchDocument.Parse(Encoding.UTF8.GetBytes(patch), PatchFormats.JsonPatch).Apply(original);
            }
            catch (PatchException)
            {
                // Half done or not is what is asked.
            }

            return original.ToJsonString() == JsonNode.Parse(resource)!.ToJsonString();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Remove_undoes_an_add() =>
        Prop.ForAll(Resources, MergePatches, (resource, value) =>
        {
            var patch = $$"""[{"op":"add","path":"/new","value":{{value}}},{"op":"remove","path":"/new"}]""";
            return Apply(patch, PatchFormats.JsonPatch, resource)!.ToJsonString() == JsonNode.Parse(resource)!.ToJsonString();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Path_without_conditions_means_the_same_with_and_without_queries() =>
        Prop.ForAll(Resources, Patches, (resource, patch) =>
            // Only add differs: with queries it appends to an array.
            patch.Contains("\"add\"", StringComparison.Ordinal)
            || Outcome(patch, PatchFormats.JsonPatch, resource) == Outcome(patch, PatchFormats.JsonPatchQuery, resource))
            .QuickCheckThrowOnFailure();

    private static JsonNode? Apply(string patch, string format, string resource) =>
        PatchDocument.Parse(Encoding.UTF8.GetBytes(patch), format).Apply(JsonNode.Parse(resource));

    private static string Outcome(string patch, string format, string resource)
    {
        try
        {
            return Apply(patch, format, resource)?.ToJsonString() ?? "null";
        }
        catch (PatchException e)
        {
            return $"{e.Kind} {e.Operation}";
        }
    }

    private static JsonObject Difference(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (var (name, _) in before.Where(member => !after.ContainsKey(member.Key)))
        {
            patch[name] = null;
        }

        foreach (var (name, value) in after)
        {
            patch[name] = before[name] is JsonObject old && value is JsonObject @new ? Difference(old, @new) : value!.DeepClone();
        }

        return patch;
    }

    private static Gen<string> Tree(int depth, bool withNull)
    {
        var plain = Gen.Elements("1", "2.50", "true", "\"x\"", withNull ? "null" : "\"\"");
        if (depth == 0)
        {
            return plain;
        }

        var child = Tree(depth - 1, withNull);
        var members = Gen.SubListOf(Names).SelectMany(names => child.ArrayOf(names.Count).Select(values =>
            $"{{{string.Join(',', names.Zip(values, (name, value) => $"\"{name}\":{value}"))}}}"));
        var elements = Gen.Choose(0, 3).SelectMany(count => child.ArrayOf(count)).Select(values => $"[{string.Join(',', values)}]");
        return Gen.OneOf(plain, members, elements, members);
    }

    private static Gen<string> Operation()
    {
        var path = Gen.Choose(0, 3).SelectMany(length => Gen.Elements("a", "b", "c~1d", "e~0f", "", "0", "1", "-").ArrayOf(length))
            .Select(segments => string.Concat(segments.Select(segment => "/" + segment)));
        return
            from action in Gen.Elements("add", "remove", "replace", "move", "copy", "test")
            from target in path
            from source in path
            from value in Tree(2, withNull: true)
            select $$"""{"op":"{{action}}","path":"{{target}}","from":"{{source}}","value":{{value}}}""";
    }
}
