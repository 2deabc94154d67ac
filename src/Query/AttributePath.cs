using System.Collections.Immutable;
using System.Text;
using ServiceOrdering.Json;

namespace ServiceOrdering.Query;

/// <summary>One name of a path.</summary>
internal sealed class PathStep(string name, StepShape shape)
{
    public string Name { get; } = name;

    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(name);

    public StepShape Shape { get; } = shape;

    /// <summary>Which element of the array under the name is meant; null for any.</summary>
    public int? Position { get; init; }
}

/// <summary>A place in the resource that paths start from: the resource, or an element under an element filter.</summary>
/// <param name="Type">What is there.</param>
/// <param name="Schema">Its attributes, for an object of a known message.</param>
/// <param name="EnumValues">The allowed texts, for an enum.</param>
/// <param name="Depth">Names from the resource to here.</param>
internal sealed record AttributeScope(AttributeType Type, ResourceSchema? Schema, IReadOnlyList<string> EnumValues, int Depth)
{
    public AttributePath Resolve(IReadOnlyList<string> names)
    {
        var scope = this;
        UnknownAttribute? unknown = null;
        var steps = ImmutableArray.CreateBuilder<PathStep>(names.Count);
        foreach (var name in names)
        {
            unknown ??= scope.FindUnknown(name, steps.Count > 0 ? steps[^1].Name : "");
            (scope, var shape) = scope.Enter(name);
            steps.Add(new PathStep(name, shape));
        }

        return new AttributePath(string.Join('.', names), steps.MoveToImmutable(), scope) { Unknown = unknown };
    }

    // Inside of free JSON every name may be there.
    private UnknownAttribute? FindUnknown(string name, string owner) => Type == AttributeType.Any || Schema?.Find(name) is not null
        ? null
        : new UnknownAttribute(name, Schema is null ? $"'{owner}'" : Schema.Name, NearName.Hint(name, Schema?.Names ?? []));

    private (AttributeScope Scope, StepShape Shape) Enter(string name)
    {
        if (Schema?.Find(name) is { } attribute)
        {
            return (new AttributeScope(attribute.Type, attribute.Schema?.Value, attribute.EnumValues, Depth + 1), attribute.Shape);
        }

        var type = Type == AttributeType.Any || Schema?.Extensions is not null ? AttributeType.Any : AttributeType.None;
        return (new AttributeScope(type, null, [], Depth + 1), StepShape.Any);
    }
}

/// <summary>
/// Names from a scope to the values they reach. An array stands for its elements (an array directly inside an array
/// is a value of its own); a JSON null counts as absent. No names reach the scope itself.
/// </summary>
internal sealed record AttributePath(string Text, ImmutableArray<PathStep> Steps, AttributeScope Target)
{
    public AttributeType Type => Target.Type;

    /// <summary>The first name that is no attribute at its place; null where all are.</summary>
    public UnknownAttribute? Unknown { get; init; }

    /// <summary>Whether at most one value can be reached, at a place that the schema knows.</summary>
    public bool IsSingle => Steps.All(step => step.Shape == StepShape.One);
}
