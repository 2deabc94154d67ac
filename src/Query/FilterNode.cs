using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Query;

/// <summary>The syntax tree of a filter. Each node also says whether it holds at a place of a document.</summary>
internal abstract class FilterNode
{
    public abstract bool Matches(JsonElement place);
}

/// <summary>All of them; true when there are none.</summary>
internal sealed class AllOf(params ImmutableArray<FilterNode> nodes) : FilterNode
{
    public ImmutableArray<FilterNode> Nodes { get; } = nodes;

    public override bool Matches(JsonElement place)
    {
        foreach (var node in Nodes)
        {
            if (!node.Matches(place))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>At least one of them; false when there are none.</summary>
internal sealed class AnyOf(params ImmutableArray<FilterNode> nodes) : FilterNode
{
    public ImmutableArray<FilterNode> Nodes { get; } = nodes;

    public override bool Matches(JsonElement place)
    {
        foreach (var node in Nodes)
        {
            if (node.Matches(place))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class Not(FilterNode node) : FilterNode
{
    public FilterNode Node { get; } = node;

    public override bool Matches(JsonElement place) => !Node.Matches(place);
}

/// <summary>Holds when any value that the path reaches passes a test.</summary>
internal abstract class PathNode(AttributePath path) : FilterNode
{
    public AttributePath Path { get; } = path;

    public override bool Matches(JsonElement place) => Path.Type != AttributeType.None && Reach(place, 0);

    protected abstract bool Test(JsonElement value);

    private bool Reach(JsonElement place, int index)
    {
        if (place.ValueKind == JsonValueKind.Null)
        {
            return false;
        }

        if (index == Path.Steps.Length)
        {
            return Test(place);
        }

        if (place.ValueKind != JsonValueKind.Object || !place.TryGetProperty(Path.Steps[index].Utf8Name, out var member))
        {
            return false;
        }

        if (Path.Steps[index].Position is { } position)
        {
            return member.ValueKind == JsonValueKind.Array && position < member.GetArrayLength() && Reach(member[position], index + 1);
        }

        if (member.ValueKind != JsonValueKind.Array)
        {
            return Reach(member, index + 1);
        }

        foreach (var element in member.EnumerateArray())
        {
            if (Reach(element, index + 1))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Something is there.</summary>
internal sealed class Presence(AttributePath path) : PathNode(path)
{
    protected override bool Test(JsonElement value) => true;
}

/// <summary>One element satisfies the whole inner filter, whose paths start at the element.</summary>
internal sealed class ElementFilter(AttributePath path, FilterNode filter) : PathNode(path)
{
    public FilterNode Filter { get; } = filter;

    protected override bool Test(JsonElement value) => Filter.Matches(value);
}

/// <summary>A value to compare with, in each reading it has: a JSON string is compared with Text, a number with Number, ...</summary>
internal sealed class Operand
{
    private readonly string? _text;

    public string? Text
    {
        get => _text;
        init
        {
            _text = value;
            Utf8 = value is null ? [] : Encoding.UTF8.GetBytes(value);
        }
    }

    public byte[] Utf8 { get; private init; } = [];

    public double? Number { get; init; }

    public bool? Boolean { get; init; }

    public Regex? Pattern { get; init; }
}

/// <summary>
/// Compares. <see cref="QueryOperator.Equal"/> holds for any of the operands; the other operators have one operand.
/// </summary>
internal sealed class Comparison(AttributePath path, QueryOperator op, params ImmutableArray<Operand> operands) : PathNode(path)
{
    public QueryOperator Operator { get; } = op;

    public ImmutableArray<Operand> Operands { get; } = operands;

    protected override bool Test(JsonElement value)
    {
        foreach (var operand in Operands)
        {
            if (Test(value, operand))
            {
                return true;
            }
        }

        return false;
    }

    private bool Test(JsonElement value, Operand operand) => value.ValueKind switch
    {
        JsonValueKind.String when Operator == QueryOperator.Match =>
            operand.Pattern is { } pattern && QueryRegex.IsMatch(pattern, value.GetString()!),
        JsonValueKind.String when operand.Text is null => false,
        JsonValueKind.String when Operator == QueryOperator.Equal => value.ValueEquals(operand.Utf8),
        JsonValueKind.String => Ordered(CompareText(value, operand.Utf8)),
        JsonValueKind.Number when operand.Number is { } number => Ordered(value.GetDouble().CompareTo(number)),
        JsonValueKind.True => Operator == QueryOperator.Equal && operand.Boolean == true,
        JsonValueKind.False => Operator == QueryOperator.Equal && operand.Boolean == false,
        _ => false,
    };

    private bool Ordered(int comparison) => Operator switch
    {
        QueryOperator.Equal => comparison == 0,
        QueryOperator.Greater => comparison > 0,
        QueryOperator.GreaterOrEqual => comparison >= 0,
        QueryOperator.Less => comparison < 0,
        QueryOperator.LessOrEqual => comparison <= 0,
        _ => false,
    };

    // By UTF-8 bytes, as databases do: UTF-16 order differs above the basic plane.
    private static int CompareText(JsonElement value, ReadOnlySpan<byte> other)
    {
        var text = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        return text.Contains((byte)'\\')
            ? Encoding.UTF8.GetBytes(value.GetString()!).AsSpan().SequenceCompareTo(other)
            : text.SequenceCompareTo(other);
    }
}
