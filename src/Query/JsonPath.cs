using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ServiceOrdering.Query;

/// <summary>
/// JSONPath that leads to places in a document: <c>$.note[?(@.author=='X')].text</c>, also without <c>$.</c>. The
/// conditions are those of <c>filter=</c>, and may ask for an element by its position. Immutable.
/// </summary>
public sealed class JsonPath
{
    private readonly ImmutableArray<PlaceStep> _steps;

    internal JsonPath(ImmutableArray<PlaceStep> steps) => _steps = steps;

    /// <summary>Whether the path ends with the name of a member, and not with elements of an array or the document itself.</summary>
    public bool EndsWithName => _steps is [.., MemberStep];

    /// <summary>Parses a path.</summary>
    /// <exception cref="QueryException">The text is not valid, or asks for what is not supported.</exception>
    public static JsonPath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return JsonPathParser.ParsePlaces(text, "path");
    }

    /// <summary>
    /// The places that the path leads to, in the order of the document, each by the names and indexes on the way. A member that
    /// is not there has a place where the path ends with its name, and none else.
    /// </summary>
    /// <param name="document">The document.</param>
    /// <param name="spend">Told, before it is done, how much work there is: about one for each value that is looked at.</param>
    public IReadOnlyList<ImmutableArray<string>> Select(JsonElement document, Action<int> spend)
    {
        ArgumentNullException.ThrowIfNull(spend);
        List<(ImmutableArray<string> Place, JsonElement? Value)> found = [([], document)];
        foreach (var step in _steps)
            found = [.. found.Where(from => from.Value is not null).SelectMany(from => step.From(from.Value!.Value, spend).Select(next => (next.Name is null ? from.Place : from.Place.Add(next.Name), next.Value)))];
        return [.. found.Where(place => place.Value is not null || EndsWithName).Select(place => place.Place)];
    }
}

/// <summary>A step of a path from a value to those that are next on the way; the name is null where the value itself is.</summary>
internal abstract record PlaceStep
{
    public abstract IEnumerable<(string? Name, JsonElement? Value)> From(JsonElement value, Action<int> spend);

    protected static string Index(int index) => index.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The member of an object, there or not.</summary>
internal sealed record MemberStep(string Name) : PlaceStep
{
    public override IEnumerable<(string? Name, JsonElement? Value)> From(JsonElement value, Action<int> spend)
    {
        spend(1);
        if (value.ValueKind == JsonValueKind.Object)
            yield return (Name, value.TryGetProperty(Name, out var member) ? member : null);
    }
}

/// <summary>The element at a position.</summary>
internal sealed record PositionStep(int Position) : PlaceStep
{
    public override IEnumerable<(string? Name, JsonElement? Value)> From(JsonElement value, Action<int> spend)
    {
        spend(1);
        if (value.ValueKind == JsonValueKind.Array && Position < value.GetArrayLength())
            yield return (Index(Position), value[Position]);
    }
}

/// <summary>The elements of which a filter holds; a value that is no array is its own only element, as in filters.</summary>
/// <param name="Filter">The filter; null for all.</param>
/// <param name="Conditions">How many there are in it.</param>
internal sealed record ElementStep(FilterNode? Filter, int Conditions) : PlaceStep
{
    // A condition looks at each value of an element at most: there are no more of them than bytes for the shortest.
    private const int BytesOfValue = 8;

    public override IEnumerable<(string? Name, JsonElement? Value)> From(JsonElement value, Action<int> spend)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            if (Filter is not null && Holds(value, spend))
                yield return (null, value);
            yield break;
        }

        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (Holds(element, spend))
                yield return (Index(index), element);
            index++;
        }
    }

    private bool Holds(JsonElement element, Action<int> spend)
    {
        spend(1);
        if (Filter is null)
            return true;
        var length = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element).Length;
        spend((int)Math.Min(int.MaxValue, (long)Conditions * (length / BytesOfValue)));
        return Filter.Matches(element);
    }
}
