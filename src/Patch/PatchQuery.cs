using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServiceOrdering.Query;

namespace ServiceOrdering.Patch;

/// <summary>
/// A path and the conditions on what it passes through, in either of TMF630's ways: <c>/note/text?note.author=X&amp;note.id=1</c>
/// (part 5) or <c>note[?(@.author=='X')].text</c> (part 6). Without conditions it is a JSON Pointer and no more.
/// </summary>
internal sealed record PatchQuery(string Text, JsonPointer Pointer, ImmutableArray<PatchCondition> Conditions)
{
    private const int MaxConditions = 50;

    // To have the tree as text is a fraction of the work of looking at its values.
    private const int BytesOfText = 64;

    /// <summary>The path where it is JSONPath.</summary>
    public JsonPath? Path { get; private init; }

    /// <exception cref="FormatException">The text is not a path.</exception>
    /// <exception cref="NotSupportedException">The text is a path of a kind that is not served.</exception>
    public static PatchQuery Parse(string text, bool withQuery)
    {
        if (!withQuery)
        {
            return new(text, JsonPointer.Parse(text), []);
        }

        if (IsJsonPath(text))
        {
            return ParseJsonPath(text);
        }

        var question = text.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return new(text, JsonPointer.Parse(text), []);
        }

        var conditions = text[(question + 1)..].Split('&');
        return conditions.Length <= MaxConditions
            ? new(text, JsonPointer.Parse(text[..question]), [.. conditions.Select(PatchCondition.Parse)])
            : throw new FormatException($"it has more than the {MaxConditions} conditions that are allowed.");
    }

    /// <summary>Finds the places of either kind of path. Calls look before each value it looks at.</summary>
    public List<JsonPointer> Select(JsonNode? root, Action<int> look)
    {
        if (Path is null)
        {
            return Select(root, () => look(1));
        }

        look((int)Math.Min(int.MaxValue, JsonText.Size(root) / BytesOfText));
        return [.. Path.Select(JsonSerializer.SerializeToElement(root), look).Select(place => new JsonPointer(place))];
    }

    // A pointer may lack its slash; then it has no brackets, and dots only in its conditions.
    private static bool IsJsonPath(string text)
    {
        var question = text.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? text : text[..question];
        return !path.StartsWith('/')
            && (path.StartsWith('$') || path.Contains('[', StringComparison.Ordinal) || (question < 0 && path.Contains('.', StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal)));
    }

    private static PatchQuery ParseJsonPath(string text)
    {
        try
        {
            return new(text, JsonPointer.Root, []) { Path = JsonPath.Parse(text) };
        }
        catch (QueryException e) when (e.Errors.All(error => error.Kind != QueryErrorKind.NotSupported))
        {
            throw new FormatException(e.Message, e);
        }
        catch (QueryException e)
        {
            throw new NotSupportedException($"is JSONPath of a kind that is not served: {e.Message}", e);
        }
    }

    /// <summary>
    /// Finds the places that the path leads to, in document order. A condition is checked wherever the path passes what
    /// it is about, so it narrows at the deepest array that the two share. Calls look before each value it looks at.
    /// </summary>
    private List<JsonPointer> Select(JsonNode? root, Action look)
    {
        var found = new List<JsonPointer>();
        Visit(root, 0, JsonPointer.Root, []);
        return found;

        // `names` are the members on the way to the node, without the indexes.
        void Visit(JsonNode? node, int depth, JsonPointer at, ImmutableArray<string> names)
        {
            look();
            if (node is JsonArray elements && OpensArray(depth, names))
            {
                for (var i = 0; i < elements.Count; i++)
                {
                    Visit(elements[i], depth, at.Append($"{i}"), names);
                }

                return;
            }

            if (!Conditions.All(condition => !condition.Concerns(names) || condition.HoldsFor(node, names.Length, look)))
            {
                return;
            }

            var rest = Pointer.Segments[depth..];
            if (rest.IsEmpty)
            {
                found.Add(at);
            }
            else if (node is JsonObject members && members.TryGetPropertyValue(rest[0], out var member))
            {
                Visit(member, depth + 1, at.Append(rest[0]), names.Add(rest[0]));
            }
            else if (node is JsonArray array && JsonPointer.IsIndex(rest[0], out var index) && index < array.Count)
            {
                Visit(array[index], depth + 1, at.Append(rest[0]), names);
            }
            else
            {
                // Not there yet: what is to be done with the place says whether that is an error.
                found.Add(new JsonPointer(at.Segments.AddRange(rest)));
            }
        }

        // An array at the end of the path is meant itself, unless a condition is about its elements.
        bool OpensArray(int depth, ImmutableArray<string> names) => depth == Pointer.Segments.Length
            ? Conditions.Any(condition => condition.Concerns(names))
            : !Conditions.IsEmpty && !JsonPointer.IsElement(Pointer.Segments[depth]);
    }
}
