using System.Collections.Immutable;

namespace ServiceOrdering.Query;

/// <summary>
/// The JSONPath of <c>filter=</c>. Syntax stops at the first problem; attributes and values are reported together.
/// Precedence, lowest first: <c>||</c>, <c>&amp;&amp;</c>, <c>!</c>.
/// </summary>
internal sealed class JsonPathParser
{
    private const string Parameter = "filter";

    private static readonly (string Text, QueryOperator Operator)[] Operators =
    [
        ("==", QueryOperator.Equal),
        ("!=", QueryOperator.NotEqual),
        (">=", QueryOperator.GreaterOrEqual),
        ("<=", QueryOperator.LessOrEqual),
        ("=~", QueryOperator.Match),
        (">", QueryOperator.Greater),
        ("<", QueryOperator.Less),
    ];

    private readonly JsonPathScanner _scan;
    private readonly UnknownAttributes _unknown;
    private readonly string _parameter;
    private readonly bool _takesPositions;
    private readonly List<QueryError> _errors = [];
    private int _depth;
    private int _clauses;

    private JsonPathParser(string text, string parameter, UnknownAttributes unknown, bool takesPositions)
    {
        QueryLimits.CheckText(text, parameter);
        _scan = new JsonPathScanner(text, parameter);
        _parameter = parameter;
        _unknown = unknown;
        _takesPositions = takesPositions;
    }

    public static FilterNode Parse(string text, ResourceSchema schema, UnknownAttributes unknown)
    {
        var parser = new JsonPathParser(text, Parameter, unknown, takesPositions: false);
        var node = parser.ReadQuery(schema);
        return parser._errors.Count > 0 ? throw new QueryException(parser._errors) : node;
    }

    /// <summary>A path to places of a document that nothing is known of.</summary>
    public static JsonPath ParsePlaces(string text, string parameter)
    {
        var parser = new JsonPathParser(text, parameter, UnknownAttributes.MatchNothing, takesPositions: true);
        var steps = parser.ReadPlaces();
        return parser._errors.Count > 0 ? throw new QueryException(parser._errors) : new JsonPath(steps);
    }

    private ImmutableArray<PlaceStep> ReadPlaces()
    {
        var anything = new AttributeScope(AttributeType.Any, null, [], Depth: 0);
        var steps = ImmutableArray.CreateBuilder<PlaceStep>();
        if (!_scan.TryTake("$") && _scan.TryTakeName() is { } first)
        {
            steps.Add(new MemberStep(first));
        }

        while (true)
        {
            _scan.SkipDotBeforeBracket();
            var clauses = _clauses;
            if (_scan.TryTake("[*]"))
            {
                steps.Add(new ElementStep(null, 0));
            }
            else if (_scan.TryTake("[?"))
            {
                var filter = Nested(() => ReadOr(anything));
                steps.Add(new ElementStep(filter, _clauses - clauses));
                _scan.Expect("]");
            }
            else if (_scan.TryTakePosition() is { } position)
            {
                steps.Add(new PositionStep(position));
            }
            else if (_scan.TryTakeStep() is { } name)
            {
                steps.Add(new MemberStep(name));
            }
            else
            {
                _scan.SkipBlanks();
                return _scan.AtEnd ? steps.ToImmutable() : throw _scan.Unexpected("a path such as $.note[?(@.author=='X')].text");
            }

            if (steps.Count > 2 * QueryLimits.Depth)
            {
                throw _scan.Fail(QueryErrorKind.TooLarge, $"The path has more than {2 * QueryLimits.Depth} steps.");
            }
        }
    }

    // "$[?(...)]", "$.note[?(...)]", and the same without "$". A list is an array; the standard's own examples name it.
    private FilterNode ReadQuery(ResourceSchema schema)
    {
        _scan.SkipBlanks();
        var start = _scan.Index;
        var first = _scan.TryTake("$") ? _scan.TryTakeStep() : _scan.TryTakeName();
        var path = ReadPath(schema.Scope, first == schema.CollectionName && schema.Find(first) is null ? null : first);
        _scan.SkipBlanks();
        if (!_scan.AtEnd || _scan.Index == start)
        {
            throw _scan.Unexpected("a path such as $[?(@.state=='held')]");
        }

        return path.Parts.Count == 0 && path.Rest.Steps.IsEmpty ? new AllOf() : path.Exists();
    }

    private FilterNode ReadOr(AttributeScope scope)
    {
        var nodes = new List<FilterNode> { ReadAnd(scope) };
        while (_scan.TryTake("||"))
        {
            nodes.Add(ReadAnd(scope));
        }

        return nodes is [var only] ? only : new AnyOf([.. nodes]);
    }

    private FilterNode ReadAnd(AttributeScope scope)
    {
        var nodes = new List<FilterNode> { ReadUnary(scope) };
        while (_scan.TryTake("&&"))
        {
            nodes.Add(ReadUnary(scope));
        }

        return nodes is [var only] ? only : new AllOf([.. nodes]);
    }

    private FilterNode ReadUnary(AttributeScope scope)
    {
        if (_scan.TryTake("!"))
        {
            return Nested(() => new Not(ReadUnary(scope)));
        }

        if (_scan.TryTake("("))
        {
            return Nested(() =>
            {
                var inner = ReadOr(scope);
                _scan.Expect(")");
                return inner;
            });
        }

        return ReadCondition(scope);
    }

    private FilterNode Nested(Func<FilterNode> read)
    {
        if (++_depth > QueryLimits.Depth)
        {
            throw _scan.Fail(QueryErrorKind.TooLarge, $"The filter is nested more than {QueryLimits.Depth} levels deep.");
        }

        var node = read();
        _depth--;
        return node;
    }

    private FilterNode ReadCondition(AttributeScope scope)
    {
        _scan.SkipBlanks();
        var position = _scan.Index;
        if (++_clauses > QueryLimits.Clauses)
        {
            throw _scan.Fail(QueryErrorKind.TooLarge, $"The filter has more than {QueryLimits.Clauses} conditions.");
        }

        if (_scan.TryTake("@"))
        {
            var path = ReadPath(scope);
            return TakeOperator() is { } op ? Compare(path, op, ReadLiteral(op), position) : path.Exists();
        }

        var literal = ReadLiteral(QueryOperator.Equal);
        if (TakeOperator() is not { } mirrored)
        {
            throw _scan.Unexpected("an operator: ==, !=, >, >=, <, <=");
        }

        _scan.SkipBlanks();
        if (mirrored == QueryOperator.Match || !_scan.TryTake("@"))
        {
            throw _scan.Fail(QueryErrorKind.NotSupported, "One side of a comparison must be a path that starts with @, the other a literal.");
        }

        return Compare(ReadPath(scope), Mirror(mirrored), literal, position);
    }

    private FilterNode Compare(ElementPath path, QueryOperator op, Literal? literal, int position)
    {
        if (literal is { } value)
        {
            // "!=" is the negation of "==" over the whole path, also through element filters.
            var isNot = op == QueryOperator.NotEqual;
            var leaf = new Condition(_parameter, _errors).Create(path.Rest, isNot ? QueryOperator.Equal : op, [value], position);
            var node = path.Wrap(leaf ?? new AllOf());
            return isNot ? new Not(node) : node;
        }

        // A null counts as absent, so comparing with null asks for presence.
        return op switch
        {
            QueryOperator.Equal => new Not(path.Exists()),
            QueryOperator.NotEqual => path.Exists(),
            _ => throw _scan.Fail(QueryErrorKind.BadOperator, "null can only be compared with == and !=."),
        };
    }

    private QueryOperator? TakeOperator()
    {
        _scan.SkipBlanks();
        foreach (var (text, op) in Operators)
        {
            if (_scan.TryTake(text))
            {
                return op;
            }
        }

        return _scan.AtNameStart
            ? throw _scan.Fail(QueryErrorKind.NotSupported, "Only the operators ==, !=, >, >=, <, <=, =~, &&, || and ! are supported.")
            : null;
    }

    // Null stands for the literal null.
    private Literal? ReadLiteral(QueryOperator op)
    {
        _scan.SkipBlanks();
        var position = _scan.Index;
        if (op == QueryOperator.Match && _scan.TryTakePattern() is { } pattern)
        {
            return new Literal(pattern, LiteralKind.String, position);
        }

        if (_scan.TryTakeString() is { } text)
        {
            return new Literal(text, LiteralKind.String, position);
        }

        if (_scan.TryTakeNumber() is { } number)
        {
            return new Literal(number, LiteralKind.Number, position);
        }

        if (_scan.At("@") || _scan.At("$"))
        {
            throw _scan.Fail(QueryErrorKind.NotSupported, "A path can only be compared with a literal.");
        }

        return _scan.TryTakeName() switch
        {
            "true" => new Literal("true", LiteralKind.Boolean, position),
            "false" => new Literal("false", LiteralKind.Boolean, position),
            "null" => null,
            not null when _scan.At("(") => throw _scan.Fail(QueryErrorKind.NotSupported, "Functions are not supported."),
            _ => throw _scan.Unexpected("a text in quotes, a number, true, false or null", position),
        };
    }

    private ElementPath ReadPath(AttributeScope scope, string? firstName = null)
    {
        var parts = new List<(AttributePath Path, FilterNode Filter)>();
        List<string> names = firstName is null ? [] : [firstName];
        var positions = new Dictionary<int, int>();
        while (true)
        {
            if (_takesPositions && names.Count > 0 && _scan.TryTakePosition() is { } position)
            {
                positions[names.Count - 1] = position;
            }
            else if (_scan.TryTakeStep() is { } name)
            {
                names.Add(name);
                if (scope.Depth + names.Count > QueryLimits.Depth)
                {
                    throw _scan.Fail(QueryErrorKind.TooLarge, $"The path is more than {QueryLimits.Depth} names deep.");
                }
            }
            else if (_scan.TryTake("[?"))
            {
                var path = Resolve(scope, names, positions);
                scope = path.Target;
                (names, positions) = ([], []);
                parts.Add((path, Nested(() => ReadOr(scope))));
                _scan.Expect("]");
            }
            else
            {
                return new ElementPath(parts, Resolve(scope, names, positions));
            }
        }
    }

    private AttributePath Resolve(AttributeScope scope, List<string> names, Dictionary<int, int> positions)
    {
        var path = scope.Resolve(names);
        if (positions.Count > 0)
        {
            path = path with { Steps = [.. path.Steps.Select((step, i) => positions.TryGetValue(i, out var position) ? new PathStep(step.Name, step.Shape) { Position = position } : step)] };
        }

        if (path.Unknown is { } unknown && _unknown == UnknownAttributes.Refuse)
        {
            _errors.Add(unknown.ToError(_parameter, _scan.Index));
        }

        return path;
    }

    private static QueryOperator Mirror(QueryOperator op) => op switch
    {
        QueryOperator.Greater => QueryOperator.Less,
        QueryOperator.GreaterOrEqual => QueryOperator.LessOrEqual,
        QueryOperator.Less => QueryOperator.Greater,
        QueryOperator.LessOrEqual => QueryOperator.GreaterOrEqual,
        _ => op,
    };

    /// <summary>A path with element filters on the way: <c>note[?(...)].text</c>.</summary>
    private sealed record ElementPath(List<(AttributePath Path, FilterNode Filter)> Parts, AttributePath Rest)
    {
        public FilterNode Wrap(FilterNode node) => Enumerable.Reverse(Parts)
            .Aggregate(node, (inner, part) => At(part.Path, inner is AllOf { Nodes.IsEmpty: true } ? part.Filter : new AllOf(part.Filter, inner)));

        public FilterNode Exists() => Wrap(Rest.Steps.IsEmpty && Parts.Count > 0 ? new AllOf() : new Presence(Rest));

        // A filter on the place itself ($[?...]) needs no search for elements.
        private static FilterNode At(AttributePath path, FilterNode filter) =>
            path.Steps.IsEmpty ? filter : new ElementFilter(path, filter);
    }
}
