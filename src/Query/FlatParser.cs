namespace ServiceOrdering.Query;

/// <summary>
/// The flat grammar: clauses joined by <c>&amp;</c>, alternatives by <c>;</c>. Separators count only as plain characters
/// outside quotes; commas, quotes and operators also when percent-encoded, since many clients encode those.
/// </summary>
internal sealed class FlatParser
{
    private static readonly (string Text, QueryOperator Operator)[] Operators =
    [
        ("==", QueryOperator.Equal),
        (">=", QueryOperator.GreaterOrEqual),
        ("<=", QueryOperator.LessOrEqual),
        ("=~", QueryOperator.Match),
        ("*=", QueryOperator.Match),
        ("!=", QueryOperator.NotEqual),
        (">", QueryOperator.Greater),
        ("<", QueryOperator.Less),
        ("=", QueryOperator.Equal),
    ];

    private static readonly Dictionary<string, QueryOperator> Suffixes = new(StringComparer.Ordinal)
    {
        ["eq"] = QueryOperator.Equal,
        ["ne"] = QueryOperator.NotEqual,
        ["gt"] = QueryOperator.Greater,
        ["gte"] = QueryOperator.GreaterOrEqual,
        ["lt"] = QueryOperator.Less,
        ["lte"] = QueryOperator.LessOrEqual,
        ["regex"] = QueryOperator.Match,
    };

    // Of TMF630, part 2: what is referred to, instead of the references.
    private static readonly HashSet<string> Expansions = new(StringComparer.Ordinal) { "depth", "expand" };

    private readonly QueryText _text;
    private readonly AttributeScope _scope;
    private readonly UnknownAttributes _unknown;
    private readonly List<QueryError> _errors = [];
    private readonly HashSet<(char Quote, bool SplitsAtComma)> _unclosed = [];
    private bool _isTooLarge;
    private int _index;
    private int _clauses;

    private FlatParser(string raw, ResourceSchema schema, UnknownAttributes unknown)
    {
        _unknown = unknown;
        QueryLimits.CheckText(raw, "query");
        _text = QueryText.Decode(raw, "query");
        _scope = schema.Scope;
    }

    public static FilterNode Parse(string raw, ResourceSchema schema, UnknownAttributes unknown)
    {
        var parser = new FlatParser(raw, schema, unknown);
        var alternatives = parser.ReadAlternatives();
        return parser._errors.Count > 0 ? throw new QueryException(parser._errors)
            : alternatives is [var only] ? only
            : alternatives is [] ? new AllOf()
            : new AnyOf([.. alternatives]);
    }

    private List<FilterNode> ReadAlternatives()
    {
        var alternatives = new List<FilterNode>();
        var group = new List<Clause>();
        while (true)
        {
            if (ReadClause() is { } clause)
            {
                Add(group, clause);
            }

            var isEnd = _index >= _text.Length;
            if ((isEnd || _text[_index] == ';') && group.Count > 0)
            {
                alternatives.Add(Combine(group));
                group.Clear();
            }

            if (isEnd || _isTooLarge)
            {
                return alternatives;
            }

            _index++;
        }
    }

    // Repetition of an attribute is the same as a list of values.
    private static void Add(List<Clause> group, Clause clause)
    {
        var same = clause.Operator == QueryOperator.Equal
            ? group.Find(c => c.Operator == QueryOperator.Equal && c.Path.Text == clause.Path.Text)
            : null;
        if (same is null)
        {
            group.Add(clause);
        }
        else
        {
            same.Values.AddRange(clause.Values);
        }
    }

    private FilterNode Combine(List<Clause> group)
    {
        var nodes = new List<FilterNode>();
        foreach (var clause in group)
        {
            if (clause.Values.Count > QueryLimits.Values)
            {
                Fail(QueryErrorKind.TooLarge, clause.Name, $"{clause.Name} has more than {QueryLimits.Values} values.", clause.Position);
            }
            else if (new Condition(clause.Name, _errors).Create(clause.Path, clause.Operator, clause.Values, clause.Position) is { } node)
            {
                nodes.Add(node);
            }
        }

        return nodes is [var only] ? only : new AllOf([.. nodes]);
    }

    private Clause? ReadClause()
    {
        var start = _index;
        while (_index < _text.Length && !IsSeparator(_index) && OperatorAt(_index) is null)
        {
            _index++;
        }

        var sent = _text.Text[start.._index];
        var name = sent.Trim();
        var position = _text.PositionOf(start);
        var found = _index < _text.Length ? OperatorAt(_index) : null;
        if (found is not { } op)
        {
            if (name.Length > 0)
            {
                Fail(QueryErrorKind.BadSyntax, name, $"{name} has no operator; allowed: {Condition.AllowedOperators(AttributeType.Any)}.", position);
            }

            return null;
        }

        if (++_clauses > QueryLimits.Clauses)
        {
            Fail(QueryErrorKind.TooLarge, name, $"The query has more than {QueryLimits.Clauses} conditions.", position);
            return null;
        }

        _index += op.Text.Length;
        var names = name.Split('.').ToList();
        var effective = op.Operator;
        if (names.Count > 1 && Suffixes.TryGetValue(names[^1], out var suffix))
        {
            names.RemoveAt(names.Count - 1);
            effective = suffix;
            if (op.Operator != QueryOperator.Equal)
            {
                Fail(QueryErrorKind.BadOperator, name, $"{name} has two operators: write {name}= or drop the suffix.", position);
            }
        }

        // A pattern is one value: its commas are its own.
        var isApart = sent.EndsWith(' ') && _index < _text.Length && _text[_index] == ' ';
        var values = effective == QueryOperator.Match ? [ReadValue(splitsAtComma: false, isApart)] : ReadValues(isApart);
        if (!CheckName(name, names, position))
        {
            return null;
        }

        var path = _scope.Resolve(names);
        if (path.Unknown is { } unknown && _unknown == UnknownAttributes.Refuse)
        {
            _errors.Add(unknown.ToError(name, position));
        }

        return new Clause(name, path, effective, values, position);
    }

    private bool CheckName(string name, List<string> names, int position)
    {
        if (PlainPath.IsJsonPath(name) || (name == "filter" && _scope.Schema?.Find(name) is null))
        {
            return Fail(QueryErrorKind.BadSyntax, name, "JSONPath is the value of the parameter filter: filter=$[?(@.state=='held')].", position);
        }

        if (Expansions.Contains(name) && _scope.Schema?.Find(name) is null)
        {
            return Fail(QueryErrorKind.NotSupported, name, $"'{name}' is not supported: what is referred to is asked for by its own id.", position);
        }

        if (names.Exists(n => n.Length == 0))
        {
            var problem = name.Length == 0 ? "An attribute is missing before the operator." : $"{name} has an empty name between dots.";
            return Fail(QueryErrorKind.BadSyntax, name, problem, position);
        }

        if (names.Count > QueryLimits.Depth)
        {
            return Fail(QueryErrorKind.TooLarge, name, $"{name} is more than {QueryLimits.Depth} names deep.", position);
        }

        // Where an attribute has no members, what follows its dot was meant as an operator.
        var owner = _scope.Resolve(names[..^1]).Type;
        return owner is AttributeType.Object or AttributeType.Any or AttributeType.None
            || Fail(QueryErrorKind.BadOperator, name, $".{names[^1]} is not an operator; allowed: {Condition.AllowedOperators(owner)}.", position);
    }

    private List<Literal> ReadValues(bool isApart)
    {
        var values = new List<Literal> { ReadValue(splitsAtComma: true, isApart) };
        while (_index < _text.Length && _text[_index] == ',')
        {
            _index++;
            values.Add(ReadValue(splitsAtComma: true, isApart));
        }

        return values;
    }

    /// <param name="splitsAtComma">Whether a comma ends the value.</param>
    /// <param name="isApart">Whether the operator stands apart from both sides, as people write: <c>state = held</c>.</param>
    private Literal ReadValue(bool splitsAtComma, bool isApart)
    {
        bool IsEnd(int index) => index >= _text.Length || IsSeparator(index) || (splitsAtComma && _text[index] == ',');

        var start = _index;
        var opening = start;
        while (!IsEnd(opening) && _text[opening] == ' ')
        {
            opening++;
        }

        // Where one quote was not closed, none behind it is.
        if (opening < _text.Length && _text[opening] is '"' or '\'' && !_unclosed.Contains((_text[opening], splitsAtComma)))
        {
            for (var closing = opening + 1; closing < _text.Length; closing++)
            {
                // Only a quote that ends the value closes it; without one the quotes are ordinary characters.
                if (_text[closing] == _text[opening] && EndBehind(closing) is { } end)
                {
                    _index = end;
                    return new Literal(_text.Text[(opening + 1)..closing], LiteralKind.Plain, _text.PositionOf(opening));
                }
            }

            _unclosed.Add((_text[opening], splitsAtComma));
        }

        while (!IsEnd(_index))
        {
            _index++;
        }

        // A blank that was sent as such is between the words; one that was encoded is part of the value.
        var (first, last) = (start, _index);
        while (first < last && IsBetweenWords(first))
        {
            first++;
        }

        while (last > first && IsBetweenWords(last - 1))
        {
            last--;
        }

        return new Literal(_text.Text[first..last], LiteralKind.Plain, _text.PositionOf(start));

        int? EndBehind(int closing)
        {
            var end = closing + 1;
            while (!IsEnd(end) && IsBetweenWords(end))
            {
                end++;
            }

            return IsEnd(end) ? end : null;
        }

        bool IsBetweenWords(int index) => _text[index] == ' ' && (isApart || !_text.IsEncoded(index));
    }

    private bool IsSeparator(int index) => _text[index] is '&' or ';' && !_text.IsEncoded(index);

    private (string Text, QueryOperator Operator)? OperatorAt(int index)
    {
        foreach (var op in Operators)
        {
            if (string.CompareOrdinal(_text.Text, index, op.Text, 0, op.Text.Length) == 0)
            {
                return op;
            }
        }

        return null;
    }

    private bool Fail(QueryErrorKind kind, string parameter, string message, int position)
    {
        _isTooLarge |= kind == QueryErrorKind.TooLarge;
        _errors.Add(new QueryError(kind, parameter, message, position));
        return false;
    }

    private sealed record Clause(string Name, AttributePath Path, QueryOperator Operator, List<Literal> Values, int Position);
}
