using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Patch;

/// <summary>RFC 6902, and TMF630's form of it, in which an operation is done to every place that its query finds.</summary>
internal sealed class JsonPatchDocument : PatchDocument
{
    private static readonly JsonElement EmptyArray = JsonElement.Parse("[]");

    private readonly ImmutableArray<PatchOperation> _operations;

    private JsonPatchDocument(string format, PatchLimits limits, ImmutableArray<PatchOperation> operations)
        : base(format, limits) => _operations = operations;

    public static JsonPatchDocument Read(ReadOnlyMemory<byte> utf8, string format, PatchLimits limits)
    {
        // A value stands in an operation, and that in the list.
        var list = JsonText.Parse(utf8, limits.Depth + 2);
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new PatchException(PatchProblemKind.Malformed, "The patch must be an array of operations.");
        }

        if (list.GetArrayLength() > limits.Operations)
        {
            throw new PatchException(
                PatchProblemKind.TooLarge,
                $"The patch has {list.GetArrayLength()} operations; at most {limits.Operations} are allowed.");
        }

        var problems = new List<PatchProblem>();
        var operations = list.EnumerateArray()
            .Select((element, i) => PatchOperation.Parse(element, i, format == PatchFormats.JsonPatchQuery, problems))
            .ToList();
        return problems.Count == 0
            ? new(format, limits, [.. operations.OfType<PatchOperation>()])
            : throw new PatchException(problems);
    }

    public override JsonNode? Apply(JsonNode? original, Func<string, bool>? isArray = null)
    {
        var target = new PatchTarget(original, Limits);
        foreach (var operation in _operations)
        {
            try
            {
                Do(operation, target, isArray);
            }
            catch (PatchException e)
            {
                var message = $"Operation {operation.Index} ({operation.Action.ToString().ToLowerInvariant()}): {e.Message}.";
                var path = e.Path.Length > 0 ? e.Path : operation.Path.Text;
                throw new PatchException(e.Kind, message, operation.Index, path: path);
            }
        }

        return target.Root;
    }

    private void Do(PatchOperation operation, PatchTarget target, Func<string, bool>? isArray)
    {
        switch (operation.Action)
        {
            case PatchAction.Add when Format == PatchFormats.JsonPatchQuery:
                Places(operation.Path, target).ForEach(place => AddOrAppend(operation, place, target, isArray));
                break;
            case PatchAction.Add:
                target.Add(operation.Path.Pointer, operation.Value);
                break;
            case PatchAction.Remove:
                // The last first, so that the indexes of the others stay right.
                var places = Places(operation.Path, target);
                places.Reverse();
                places.ForEach(target.Remove);
                break;
            case PatchAction.Replace:
                Places(operation.Path, target).ForEach(place => target.Replace(place, operation.Value));
                break;
            case PatchAction.Move:
                target.Move(Place(operation.From!, target), Destination(operation, target));
                break;
            case PatchAction.Copy:
                target.Copy(Place(operation.From!, target), Destination(operation, target));
                break;
            case PatchAction.Test:
                Places(operation.Path, target).ForEach(place => target.Test(place, operation.Value));
                break;
            default:
                throw new InvalidOperationException($"No action {operation.Action}.");
        }
    }

    // An array takes what goes to it at its end, unless it is an array itself.
    private static JsonPointer Destination(PatchOperation operation, PatchTarget target)
    {
        var place = Place(operation.Path, target);
        return operation.Path.Path is not null && target.Find(place) is JsonArray && target.Find(Place(operation.From!, target)) is not JsonArray
            ? place.Append(JsonPointer.End)
            : place;
    }

    // An array takes the value, or each element of a value that is an array itself, at its end.
    private static void AddOrAppend(PatchOperation operation, JsonPointer place, PatchTarget target, Func<string, bool>? isArray)
    {
        var existing = target.Find(place);
        if (operation.Path.Path is not null && existing is JsonObject && operation.Value.ValueKind == JsonValueKind.Object)
        {
            // What is there takes the members, and keeps its others.
            foreach (var member in operation.Value.EnumerateObject())
            {
                target.Add(place.Append(member.Name), member.Value);
            }

            return;
        }

        if (operation.Path.Path is { EndsWithName: false } && existing is not JsonArray)
        {
            throw new PatchException(
                PatchProblemKind.Unsupported, $"\"{operation.Path.Text}\" leads to what takes members, of which the value has none; to put something in its place is to replace it");
        }

        if (operation.Path.Path is null && IsElement(place) && place.Segments[^1] != operation.Path.Pointer.Segments.LastOrDefault())
        {
            throw new PatchException(
                PatchProblemKind.Unsupported,
                $"\"{operation.Path.Text}\" picks elements of the array to add to; leave out that condition, or use replace");
        }

        if (existing is null && !IsElement(place) && isArray?.Invoke(AttributePath(place)) == true)
        {
            target.Add(place, EmptyArray);
        }
        else if (existing is not JsonArray)
        {
            target.Add(place, operation.Value);
            return;
        }

        IEnumerable<JsonElement> added =
            operation.Value.ValueKind == JsonValueKind.Array ? operation.Value.EnumerateArray() : [operation.Value];
        foreach (var value in added)
        {
            target.Add(place.Append(JsonPointer.End), value);
        }
    }

    private static List<JsonPointer> Places(PatchQuery query, PatchTarget target) =>
        query.Select(target.Root, target.Look) is { Count: > 0 } places
            ? places
            : throw new PatchException(
                PatchProblemKind.NoMatch, $"nothing meets the conditions of \"{query.Text}\"", path: query.Text);

    private static JsonPointer Place(PatchQuery query, PatchTarget target) =>
        Places(query, target) is [var place]
            ? place
            : throw new PatchException(
                PatchProblemKind.Unsupported,
                $"\"{query.Text}\" leads to several places; move and copy take one",
                path: query.Text);

    private static bool IsElement(JsonPointer place) => place.Segments.LastOrDefault() is { } last && JsonPointer.IsElement(last);

    private static string AttributePath(JsonPointer place) =>
        string.Join('.', place.Segments.Where(segment => !JsonPointer.IsElement(segment)));
}
