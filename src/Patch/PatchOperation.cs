using System.Text.Json;

namespace ServiceOrdering.Patch;

internal enum PatchAction
{
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// <summary>One operation of a patch: RFC 6902 section 4.</summary>
internal sealed record PatchOperation(int Index, PatchAction Action, PatchQuery Path, PatchQuery? From, JsonElement Value)
{
    private static readonly string[] Names = [.. Enum.GetNames<PatchAction>().Select(name => name.ToLowerInvariant())];

    /// <summary>Reads an operation; null where something is wrong, which is then among the problems.</summary>
    public static PatchOperation? Parse(JsonElement element, int index, bool withQuery, List<PatchProblem> problems)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new(
                PatchProblemKind.Malformed, $"Operation {index} must be an object with op and path.", index, Path: $"/{index}"));
            return null;
        }

        var problemsBefore = problems.Count;
        var action = Array.IndexOf(Names, Text("op"));
        if (action < 0 && element.TryGetProperty("op", out var op) && op.ValueKind == JsonValueKind.String)
        {
            Refuse("op", $"must be one of {string.Join(", ", Names)}");
        }

        var path = Query("path");
        var from = (PatchAction)action is PatchAction.Move or PatchAction.Copy ? Query("from") : null;
        JsonElement value = default;
        if ((PatchAction)action is PatchAction.Add or PatchAction.Replace or PatchAction.Test
            && !element.TryGetProperty("value", out value))
        {
            Refuse("value", "is missing; it may be any JSON value, null included");
        }

        return problems.Count == problemsBefore ? new(index, (PatchAction)action, path!, from, value) : null;

        string? Text(string member)
        {
            if (!element.TryGetProperty(member, out var text))
            {
                Refuse(member, "is missing");
                return null;
            }

            if (text.ValueKind != JsonValueKind.String)
            {
                Refuse(member, "must be a string");
                return null;
            }

            return text.GetString();
        }

        PatchQuery? Query(string member)
        {
            if (Text(member) is not { } text)
            {
                return null;
            }

            try
            {
                return PatchQuery.Parse(text, withQuery);
            }
            catch (FormatException e)
            {
                Refuse(member, $"is not a path: {e.Message}");
            }
            catch (NotSupportedException e)
            {
                Refuse(member, e.Message, PatchProblemKind.Unsupported);
            }

            return null;
        }

        void Refuse(string member, string why, PatchProblemKind kind = PatchProblemKind.Malformed) =>
            problems.Add(new(
                kind, $"Operation {index}: {member} {why.TrimEnd('.')}.", index, member, $"/{index}{JsonPointer.Escape(member)}"));
    }
}
