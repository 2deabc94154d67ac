namespace ServiceOrdering.Query;

/// <summary>
/// One translation. A condition is SQL that is TRUE where the node holds, and FALSE or NULL elsewhere; AND, OR and
/// EXISTS keep that, and a negation is "IS NOT TRUE".
/// </summary>
internal sealed class SqlTranslation(SqlDialect dialect, SqlColumns columns, string prefix)
{
    private const int MaxSoughtTexts = 10;

    private readonly List<SqlParameter> _parameters = [];
    private readonly SqlPlace _root = new(columns.Document, [], columns.Document, "", "TRUE");
    private readonly (string From, string Json)? _opened = dialect.Open(columns.Document);
    private int _aliases;
    private bool _asksDocument;

    public IReadOnlyList<SqlParameter> Parameters => _parameters;

    // Conditions on columns stay outside, where indexes serve them; what asks the document opens it once.
    public string Condition(FilterNode node)
    {
        if (_opened is not { } opened)
        {
            return Condition(node, _root);
        }

        List<string> outside = [], inside = [];
        foreach (var part in node is AllOf { Nodes.IsEmpty: false } all ? all.Nodes : [node])
        {
            _asksDocument = false;
            var condition = Condition(part, _root);
            if (_asksDocument && part is Comparison comparison && Occurs(comparison) is { } occurs)
            {
                outside.Add(occurs);
            }

            (_asksDocument ? inside : outside).Add(condition);
        }

        if (inside.Count > 0)
        {
            outside.Add($"(SELECT {string.Join(" AND ", inside)} FROM {opened.From})");
        }

        return outside is [var only] ? only : $"({string.Join(" AND ", outside)})";
    }

    // A document that equals one of the texts has it as it is between quotes, unless JSON may escape it. Looking for it is
    // a sixth of the work of opening the document.
    private string? Occurs(Comparison comparison)
    {
        var isText = comparison.Path.Type is AttributeType.Text or AttributeType.Enum or AttributeType.Date;
        return isText && comparison is { Operator: QueryOperator.Equal, Operands.Length: > 0 and <= MaxSoughtTexts }
            && comparison.Operands.All(operand => operand.Text!.All(c => char.IsAsciiLetterOrDigit(c) || "-_.: ".Contains(c, StringComparison.Ordinal)))
            ? $"({string.Join(" OR ", comparison.Operands.Select(operand => dialect.Occurs(Parameter($"\"{operand.Text}\""), columns.Document)))})"
            : null;
    }

    /// <summary>The value that a resource sorts by.</summary>
    public string SortValue(AttributePath path)
    {
        _asksDocument = false;
        var value = Reach(path, _root, place => Sorted(path.Type, place), (rows, inner) => $"(SELECT {inner} FROM {rows.From} WHERE {rows.Where} LIMIT 1)");
        return _asksDocument && _opened is { } opened ? $"(SELECT {value} FROM {opened.From})" : value;
    }

    private string Sorted(AttributeType type, SqlPlace place) => type switch
    {
        _ when place.IsColumn => place.Value,
        AttributeType.Number => dialect.Number(place),
        AttributeType.Boolean => dialect.Boolean(place),
        AttributeType.Any => dialect.SortFound(place),
        _ => dialect.Text(place),
    };

    private string Condition(FilterNode node, SqlPlace place) => node switch
    {
        AllOf { Nodes.IsEmpty: true } => "TRUE",
        AnyOf { Nodes.IsEmpty: true } => "FALSE",
        AllOf all => "(" + string.Join(" AND ", all.Nodes.Select(inner => Condition(inner, place))) + ")",
        AnyOf any => "(" + string.Join(" OR ", any.Nodes.Select(inner => Condition(inner, place))) + ")",
        Not not => $"(({Condition(not.Node, place)}) IS NOT TRUE)",
        Presence presence => Exists(presence.Path, place, found => found.Present),
        ElementFilter element => Exists(element.Path, place, found => $"({found.Present} AND {Condition(element.Filter, found)})"),
        Comparison comparison when ReferenceEquals(place, _root) && columns.Lists.TryGetValue(comparison.Path.Text, out var list) =>
            Compare(comparison, list),
        Comparison comparison => Exists(comparison.Path, place, found => Compare(comparison, found)),
        _ => throw new InvalidOperationException($"{node.GetType().Name} has no translation."),
    };

    private string Exists(AttributePath path, SqlPlace place, Func<SqlPlace, string> test) => path.Type == AttributeType.None
        ? "FALSE"
        : Reach(path, place, test, (rows, inner) => $"EXISTS (SELECT 1 FROM {rows.From} WHERE {rows.Where} AND {inner})");

    private string Reach(AttributePath path, SqlPlace place, Func<SqlPlace, string> test, Func<SqlRows, string, string> nest)
    {
        if (ReferenceEquals(place, _root) && path.IsSingle && columns.Attributes.TryGetValue(path.Text, out var column))
        {
            return test(new SqlPlace(place.Json, [], column, "", $"{column} IS NOT NULL") { IsColumn = true });
        }

        if (ReferenceEquals(place, _root) && _opened is { } opened)
        {
            _asksDocument = true;
            place = new SqlPlace(opened.Json, [], opened.Json, "", "TRUE");
        }

        return Step(path.Steps.AsSpan(), place);

        string Step(ReadOnlySpan<PathStep> steps, SqlPlace from)
        {
            if (steps.IsEmpty)
            {
                return test(from);
            }

            IReadOnlyList<string> names = [.. from.Path, steps[0].Name];
            switch (steps[0].Shape)
            {
                case StepShape.One:
                    return Step(steps[1..], dialect.At(from.Json, names));

                case StepShape.Many:
                    var elements = dialect.Elements(from.Json, names, NextAlias());
                    return nest(elements, Step(steps[1..], elements.Place));

                default:
                    var members = dialect.Members(from.Json, from.Path, Parameter(steps[0].Name), NextAlias());
                    return nest(members, Step(steps[1..], members.Place));
            }
        }
    }

    private string Compare(Comparison comparison, SqlValues list)
    {
        var test = Compare(comparison, list.Value, Texts(comparison));
        return $"{columns.Attributes["id"]} IN (SELECT {list.Id} FROM {list.Table} WHERE {list.Where} AND {test})";
    }

    private string Compare(Comparison comparison, SqlPlace place) => comparison.Path.Type switch
    {
        AttributeType.Text or AttributeType.Enum or AttributeType.Date => Compare(comparison, dialect.Text(place), Texts(comparison)),
        AttributeType.Number => Compare(comparison, dialect.Number(place), Numbers(comparison)),
        AttributeType.Boolean => Compare(comparison, dialect.Boolean(place), [.. comparison.Operands.Select(o => dialect.Boolean(place, o.Boolean!.Value))]),
        AttributeType.Any => CompareFound(comparison, place),
        _ => "FALSE",
    };

    // Free JSON: each reading of the query's values meets the JSON type it fits.
    private string CompareFound(Comparison comparison, SqlPlace place)
    {
        var texts = Texts(comparison);
        var numbers = Numbers(comparison);
        var alternatives = new List<string>();
        if (texts.Count > 0)
        {
            alternatives.Add($"({dialect.IsText(place)} AND {Compare(comparison, dialect.Text(place), texts)})");
        }

        if (numbers.Count > 0)
        {
            alternatives.Add($"({dialect.IsNumber(place)} AND {Compare(comparison, dialect.Number(place), numbers)})");
        }

        if (comparison.Operator == QueryOperator.Equal)
        {
            alternatives.AddRange(comparison.Operands.Select(o => o.Boolean).OfType<bool>().Distinct()
                .Select(value => dialect.IsBoolean(place, value)));
        }

        return alternatives.Count == 0 ? "FALSE" : $"({string.Join(" OR ", alternatives)})";
    }

    private string Compare(Comparison comparison, string value, List<string> operands) => (comparison.Operator, operands) switch
    {
        (_, []) => "FALSE",
        (QueryOperator.Equal, [var only]) => $"{value} = {only}",
        (QueryOperator.Equal, _) => $"{value} IN ({string.Join(", ", operands)})",
        (QueryOperator.Greater, _) => $"{value} > {operands[0]}",
        (QueryOperator.GreaterOrEqual, _) => $"{value} >= {operands[0]}",
        (QueryOperator.Less, _) => $"{value} < {operands[0]}",
        (QueryOperator.LessOrEqual, _) => $"{value} <= {operands[0]}",
        (QueryOperator.Match, _) => dialect.IsMatch(operands[0], value),
        _ => throw new InvalidOperationException($"{comparison.Operator} has no translation."),
    };

    private List<string> Texts(Comparison comparison) => [.. comparison.Operands.Select(operand => operand.Text).OfType<string>()
        .Select(text => Parameter(comparison.Operator == QueryOperator.Match ? dialect.Pattern(text) : text))];

    private List<string> Numbers(Comparison comparison) =>
        [.. comparison.Operands.Select(operand => operand.Number).OfType<double>().Select(number => Parameter(number))];

    private string Parameter(object value)
    {
        var name = $"@{prefix}{_parameters.Count}";
        _parameters.Add(new SqlParameter(name, value));
        return name;
    }

    private string NextAlias() => $"j{_aliases++}";
}
