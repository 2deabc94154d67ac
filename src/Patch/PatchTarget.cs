using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch;

/// <summary>A tree while the operations of RFC 6902 are done to it, one place at a time, and what they have cost.</summary>
internal sealed class PatchTarget
{
    private readonly PatchLimits _limits;
    private long _size;
    private long _visits;

    public PatchTarget(JsonNode? original, PatchLimits limits)
    {
        _limits = limits;
        _size = JsonText.Size(original);
        Root = original?.DeepClone();
    }

    public JsonNode? Root { get; private set; }

    /// <summary>Counts a value that is looked at.</summary>
    public void Look() => Look(1);

    /// <summary>Counts values that are looked at.</summary>
    public void Look(int values)
    {
        _visits += values;
        if (_visits > _limits.Visits)
        {
            throw new PatchException(
                PatchProblemKind.TooLarge, $"the patch has to look at more than the {_limits.Visits} values that are allowed");
        }
    }

    /// <summary>Finds the value at a place; null is the JSON value null.</summary>
    /// <exception cref="PatchException">PathNotFound.</exception>
    public JsonNode? Get(JsonPointer path)
    {
        var node = Root;
        foreach (var segment in path.Segments)
        {
            node = node switch
            {
                JsonObject members => members.TryGetPropertyValue(segment, out var member)
                    ? member
                    : throw NotFound(path, $"there is no \"{segment}\""),
                JsonArray elements => elements[Index(elements, elements.Count - 1, segment, path)],
                _ => throw NotFound(path, $"what should hold \"{segment}\" is neither an object nor an array"),
            };
        }

        return node;
    }

    /// <summary>The same, and null where there is no such place.</summary>
    public JsonNode? Find(JsonPointer path) => path.Segments.Aggregate(Root, (node, segment) => node switch
    {
        JsonObject members => members[segment],
        JsonArray elements when JsonPointer.IsIndex(segment, out var index) && index < elements.Count => elements[index],
        _ => null,
    });

    public void Add(JsonPointer path, JsonElement value)
    {
        var node = JsonText.ToNode(value);
        Charge(node);
        Insert(path, node, JsonText.Depth(node));
    }

    public void Replace(JsonPointer path, JsonElement value)
    {
        Get(path);
        var node = JsonText.ToNode(value);
        Charge(node);
        if (!path.Segments.IsEmpty && Get(path.Parent) is JsonArray elements)
        {
            CheckDepth(path, JsonText.Depth(node));
            elements[Index(elements, elements.Count - 1, path.Last, path)] = node;
        }
        else
        {
            Insert(path, node, JsonText.Depth(node));
        }
    }

    public void Remove(JsonPointer path)
    {
        if (path.Segments.IsEmpty)
        {
            throw new PatchException(PatchProblemKind.Unsupported, "the resource as a whole cannot be removed or moved");
        }

        Get(path);
        if (Get(path.Parent) is JsonArray elements)
        {
            elements.RemoveAt(Index(elements, elements.Count - 1, path.Last, path));
        }
        else
        {
            Get(path.Parent)!.AsObject().Remove(path.Last);
        }
    }

    public void Move(JsonPointer from, JsonPointer path)
    {
        if (from.IsAbove(path))
        {
            throw new PatchException(PatchProblemKind.Malformed, $"\"{from}\" cannot be moved into itself");
        }

        var node = Get(from);
        if (from != path)
        {
            Remove(from);
            Insert(path, node, JsonText.Depth(node, Look));
        }
    }

    public void Copy(JsonPointer from, JsonPointer path)
    {
        var node = Get(from);
        Charge(node);
        Insert(path, node?.DeepClone(), JsonText.Depth(node));
    }

    public void Test(JsonPointer path, JsonElement value)
    {
        if (!JsonNode.DeepEquals(Get(path), JsonText.ToNode(value)))
        {
            throw new PatchException(
                PatchProblemKind.TestFailed, $"\"{path}\" has another value than the test asks for", path: $"{path}");
        }
    }

    private void Insert(JsonPointer path, JsonNode? node, int depth)
    {
        CheckDepth(path, depth);
        if (path.Segments.IsEmpty)
        {
            Root = node;
            return;
        }

        switch (Get(path.Parent))
        {
            case JsonObject members:
                members[path.Last] = node;
                break;
            case JsonArray elements when path.Last == JsonPointer.End:
                elements.Add(node);
                break;
            case JsonArray elements:
                elements.Insert(Index(elements, elements.Count, path.Last, path), node);
                break;
            default:
                throw NotFound(path, $"what should hold \"{path.Last}\" is neither an object nor an array");
        }
    }

    // Before a copy is made: a tree that doubles with every copy is never built.
    private void Charge(JsonNode? node)
    {
        _size += JsonText.Size(node);
        if (_size > _limits.Size)
        {
            throw new PatchException(
                PatchProblemKind.TooLarge, $"the resource and what is put into it are more than {_limits.Size} bytes");
        }
    }

    private void CheckDepth(JsonPointer path, int depth)
    {
        if (path.Segments.Length + depth > _limits.Depth)
        {
            throw new PatchException(
                PatchProblemKind.TooLarge, $"the result would be nested deeper than the {_limits.Depth} levels that are allowed");
        }
    }

    private static int Index(JsonArray elements, int most, string segment, JsonPointer path)
    {
        if (!JsonPointer.IsIndex(segment, out var index))
        {
            throw NotFound(path, $"\"{segment}\" is no index of an array");
        }

        return index <= most
            ? index
            : throw NotFound(path, $"the array has {elements.Count} elements and none at {segment}");
    }

    private static PatchException NotFound(JsonPointer path, string why) =>
        new(PatchProblemKind.PathNotFound, $"\"{path}\" leads nowhere: {why}", path: $"{path}");
}
