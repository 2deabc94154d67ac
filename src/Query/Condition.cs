using System.Globalization;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Query;

internal enum QueryOperator
{
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Match,
}

/// <summary>How a value was written: JSONPath tells its types apart, the flat grammar does not.</summary>
internal enum LiteralKind
{
    Plain,
    String,
    Number,
    Boolean,
}

internal readonly record struct Literal(string Text, LiteralKind Kind, int Position);

/// <summary>Turns path, operator and values into a node, checked against the type of the attribute.</summary>
internal sealed partial class Condition(string parameter, List<QueryError> errors)
{
    private const string ForText = "=, .ne, .gt, .gte, .lt, .lte, .regex";
    private const string ForOrdered = "=, .ne, .gt, .gte, .lt, .lte";
    private const string ForNamed = "=, .ne, .regex";
    private const string ForBoolean = "=, .ne";

    public static string AllowedOperators(AttributeType type) => type switch
    {
        AttributeType.Number => ForOrdered,
        AttributeType.Enum => ForNamed,
        AttributeType.Boolean => ForBoolean,
        _ => ForText,
    };

    /// <summary>Returns null after adding to the errors.</summary>
    public FilterNode? Create(AttributePath path, QueryOperator op, IReadOnlyList<Literal> values, int position)
    {
        if (!IsAllowed(op, path.Type))
        {
            Add(QueryErrorKind.BadOperator, $"{path.Text} cannot be compared so; allowed: {AllowedOperators(path.Type)}.", position);
            return null;
        }

        if (op is QueryOperator.Equal or QueryOperator.NotEqual)
        {
            var comparison = new Comparison(path, QueryOperator.Equal, [.. values.Select(v => Read(path, op, v)).OfType<Comparison>()
                .SelectMany(c => c.Operands)]);
            return op == QueryOperator.Equal ? comparison : new Not(comparison);
        }

        // Any of the values: a clause with several of them is an "either".
        var nodes = values.Select(value => Read(path, op, value)).OfType<FilterNode>().ToList();
        return nodes is [var only] ? only : new AnyOf([.. nodes]);
    }

    /// <summary>Whether the text is a number as JSON writes it.</summary>
    public static bool IsNumber(string text) => JsonNumber().IsMatch(text);

    private static bool IsAllowed(QueryOperator op, AttributeType type) => op switch
    {
        QueryOperator.Equal or QueryOperator.NotEqual => true,
        QueryOperator.Match => type is not (AttributeType.Number or AttributeType.Boolean),
        _ => type is not (AttributeType.Enum or AttributeType.Boolean),
    };

    private Comparison? Read(AttributePath path, QueryOperator op, Literal value)
    {
        if (op == QueryOperator.Match)
        {
            return ReadPattern(path, value);
        }

        var trimmed = value.Text.Trim();
        switch (path.Type)
        {
            case AttributeType.Number:
                return TryReadNumber(trimmed, out var number)
                    ? new Comparison(path, op, new Operand { Number = number })
                    : Refuse(path, value, "a number");

            case AttributeType.Boolean:
                return trimmed is "true" or "false"
                    ? new Comparison(path, op, new Operand { Boolean = trimmed == "true" })
                    : Refuse(path, value, "true or false");

            case AttributeType.Date:
                return QueryDate.TryParse(trimmed, out var date) ? Compare(path, op, date) : Refuse(path, value, QueryDate.Allowed);

            case AttributeType.Enum:
                return path.Target.EnumValues.Contains(trimmed)
                    ? new Comparison(path, op, new Operand { Text = trimmed })
                    : Refuse(path, value, "one of " + string.Join(", ", path.Target.EnumValues));

            case AttributeType.Any:
                return new Comparison(path, op, ReadUntyped(value));

            default:
                return new Comparison(path, op, new Operand { Text = value.Text });
        }
    }

    private Comparison? ReadPattern(AttributePath path, Literal value)
    {
        if (QueryRegex.TryCompile(value.Text, out var problem) is { } pattern)
        {
            return new Comparison(path, QueryOperator.Match, new Operand { Text = value.Text, Pattern = pattern });
        }

        Add(QueryErrorKind.BadValue, $"The regular expression for {path.Text} {problem}.", value.Position);
        return null;
    }

    // Between two milliseconds nothing is stored: at the cut instant, "at or after" becomes "after", "before" "at or before".
    private static Comparison Compare(AttributePath path, QueryOperator op, QueryDate date) => (op, date.Exact) switch
    {
        (QueryOperator.Equal or QueryOperator.NotEqual, false) => new Comparison(path, QueryOperator.Equal),
        (QueryOperator.GreaterOrEqual, false) => new Comparison(path, QueryOperator.Greater, new Operand { Text = date.Text }),
        (QueryOperator.Less, false) => new Comparison(path, QueryOperator.LessOrEqual, new Operand { Text = date.Text }),
        _ => new Comparison(path, op, new Operand { Text = date.Text }),
    };

    private static Operand ReadUntyped(Literal value) => new()
    {
        Text = value.Kind is LiteralKind.Plain or LiteralKind.String ? value.Text : null,
        Number = value.Kind is LiteralKind.Plain or LiteralKind.Number && TryReadNumber(value.Text, out var number) ? number : null,
        Boolean = value.Kind is LiteralKind.Plain or LiteralKind.Boolean && value.Text is "true" or "false" ? value.Text == "true" : null,
    };

    private static bool TryReadNumber(string text, out double number)
    {
        number = 0;
        return IsNumber(text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    private Comparison? Refuse(AttributePath path, Literal value, string allowed)
    {
        Add(QueryErrorKind.BadValue, $"'{value.Text}' is not a value of {path.Text}: it must be {allowed}.", value.Position);
        return null;
    }

    private void Add(QueryErrorKind kind, string message, int position) =>
        errors.Add(new QueryError(kind, parameter, message, position));

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z")]
    private static partial Regex JsonNumber();
}
