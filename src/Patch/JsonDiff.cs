using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch;

/// <summary>Tells what differs between two states of a resource.</summary>
public static class JsonDiff
{
    /// <summary>
    /// Lists the JSON Pointers of all that was added, removed or changed: members of the resource first, then what lies
    /// deeper, each level in document order. What lies in an added or removed object or array is not listed again.
    /// Numbers are compared by value (1 is 1.0).
    /// </summary>
    /// <remarks>
    /// Elements of an array that all have an <c>id</c> of their own are told apart by it, otherwise by their index. A
    /// pointer has an element's index in the new state, that of a removed element the one in the old state. Elements in
    /// another order are a change of the array itself.
    /// </remarks>
    public static IReadOnlyList<string> ChangedPaths(JsonNode? before, JsonNode? after)
    {
        var changed = new List<(int Depth, string Path)>();
        Compare(before, after, "", 0, changed);
        return [.. changed.OrderBy(change => change.Depth).Select(change => change.Path).Distinct()];
    }

    private static void Compare(JsonNode? before, JsonNode? after, string path, int depth, List<(int, string)> changed)
    {
        switch (before, after)
        {
            case (JsonObject old, JsonObject @new):
                CompareMembers(old, @new, path, depth + 1, changed);
                break;
            case (JsonArray old, JsonArray @new):
                CompareElements(old, @new, path, depth, changed);
                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                {
                    changed.Add((depth, path));
                }

                break;
        }
    }

    private static void CompareMembers(JsonObject before, JsonObject after, string path, int depth, List<(int, string)> changed)
    {
        foreach (var (name, old) in before)
        {
            var member = path + JsonPointer.Escape(name);
            if (after.TryGetPropertyValue(name, out var @new))
            {
                Compare(old, @new, member, depth, changed);
            }
            else
            {
                changed.Add((depth, member));
            }
        }

        changed.AddRange(after
            .Where(member => !before.ContainsKey(member.Key))
            .Select(member => (depth, path + JsonPointer.Escape(member.Key))));
    }

    private static void CompareElements(JsonArray before, JsonArray after, string path, int depth, List<(int, string)> changed)
    {
        var keysBefore = Ids(before);
        var keysAfter = Ids(after);
        if (keysBefore is null || keysAfter is null)
        {
            keysBefore = Indexes(before);
            keysAfter = Indexes(after);
        }

        if (!keysBefore.Keys.Where(keysAfter.ContainsKey).SequenceEqual(keysAfter.Keys.Where(keysBefore.ContainsKey)))
        {
            changed.Add((depth, path));
        }

        foreach (var (key, i) in keysBefore)
        {
            if (keysAfter.TryGetValue(key, out var j))
            {
                Compare(before[i], after[j], $"{path}/{j}", depth + 1, changed);
            }
            else
            {
                changed.Add((depth + 1, $"{path}/{i}"));
            }
        }

        changed.AddRange(keysAfter
            .Where(element => !keysBefore.ContainsKey(element.Key))
            .Select(element => (depth + 1, $"{path}/{element.Value}")));
    }

    // Ordered, as the order itself is compared. Null where an element has no id or two have the same.
    private static OrderedDictionary<string, int>? Ids(JsonArray elements)
    {
        var ids = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < elements.Count; i++)
        {
            if (elements[i] is not JsonObject element || element["id"] is not JsonValue id || !ids.TryAdd(id.ToJsonString(), i))
            {
                return null;
            }
        }

        return ids;
    }

    private static OrderedDictionary<string, int> Indexes(JsonArray elements) =>
        new(Enumerable.Range(0, elements.Count).Select(i => KeyValuePair.Create($"{i}", i)), StringComparer.Ordinal);
}
