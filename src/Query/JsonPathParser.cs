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
    private readonly List<QueryError> _errors = [];
    private int _depth;
    private int _clauses;

    private JsonPathParser(string text)
    {
        QueryLimits.CheckText(text, Parameter);
        _scan = new JsonPathScanner(text);
    }

    public static FilterNode Parse(string text, ResourceSchema schema)
    {
        var parser = new JsonPathParser(text);
        var node = parser.ReadQuery(schema.Scope);
        return parser._errors.Count > 0 ? throw new QueryException(parser._errors) : node;
    }

    // "$[?(...)]", "$.note[?(...)]", and the same without "$".
    private FilterNode ReadQuery(AttributeScope scope)
    {
        _scan.SkipBlanks();
        var start = _scan.Index;
        var path = ReadPath(scope, firstName: _scan.TryTake("$") ? null : _scan.TryTakeName());
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
            var leaf = new Condition(Parameter, _errors).Create(path.Rest, isNot ? QueryOperator.Equal : op, [value], position);
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

        return _scan.TryTakeName() switch
        {
            "true" => new Literal("true", LiteralKind.Boolean, position),
            "false" => new Literal("false", LiteralKind.Boolean, position),
            "null" => null,
            null when _scan.At("@") || _scan.At("$") =>
                throw _scan.Fail(QueryErrorKind.NotSupported, "A path can only be compared with a literal."),
            not null when _scan.At("(") => throw _scan.Fail(QueryErrorKind.NotSupported, "Functions are not supported."),
            _ => throw _scan.Unexpected("a text in quotes, a number, true, false or null", position),
        };
    }

    private ElementPath ReadPath(AttributeScope scope, string? firstName = null)
    {
        var parts = new List<(AttributePath Path, FilterNode Filter)>();
        List<string> names = firstName is null ? [] : [firstName];
        while (true)
        {
            if (_scan.TryTakeStep() is { } name)
            {
                names.Add(name);
                if (scope.Depth + names.Count > QueryLimits.Depth)
                {
                    throw _scan.Fail(QueryErrorKind.TooLarge, $"The path is more than {QueryLimits.Depth} names deep.");
                }
            }
            else if (_scan.TryTake("[?"))
            {
                var path = scope.Resolve(names);
                scope = path.Target;
                names = [];
                parts.Add((path, Nested(() => ReadOr(scope))));
                _scan.Expect("]");
            }
            else
            {
                return new ElementPath(parts, scope.Resolve(names));
            }
        }
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
