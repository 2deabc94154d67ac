using System.Text.Json;
using ServiceOrdering.Json;

namespace ServiceOrdering.Query;

/// <summary>
/// A filter over resources: parsed once, immutable, evaluated in memory by <see cref="Matches(JsonElement)"/> or in the
/// database by <see cref="SqlDialect"/>, with the same outcome.
/// </summary>
/// <remarks>
/// <para>A condition holds when any value that its path reaches satisfies it. Arrays stand for their elements, a JSON
/// null counts as absent, and an object equals nothing. Two conditions on one array may be satisfied by different
/// elements; the element filter of JSONPath, <c>note[?(@.author=='X' &amp;&amp; @.text=='Y')]</c>, asks both of one.</para>
/// <para>"Not equal" is the negation of "equal": no value reached is equal, so an absent attribute matches it.</para>
/// <para>Values compare by the type of the attribute: texts and enums exactly, in order of their UTF-8 bytes; dates as
/// instants; numbers as IEEE 754 doubles; booleans. Extension members and members of free JSON compare by what is found
/// there: a JSON string as text, a JSON number when the query's value reads as a JSON number, a JSON boolean when it is
/// <c>true</c> or <c>false</c>; anything else does not match. Dates there are texts.</para>
/// <para>Documents are well-formed JSON as the resource's message maps to it, with dates in UTC with milliseconds.</para>
/// </remarks>
public sealed class Filter
{
    private readonly ResourceSchema? _schema;

    private Filter(FilterNode root, ResourceSchema? schema)
    {
        Root = root;
        _schema = schema;
    }

    /// <summary>The filter without conditions: everything matches.</summary>
    public static Filter All { get; } = new(new AllOf(), null);

    /// <summary>The filter that nothing matches.</summary>
    public static Filter None { get; } = new(new AnyOf(), null);

    /// <summary>Whether everything matches because there are no conditions.</summary>
    public bool IsAll => Root is AllOf { Nodes.IsEmpty: true };

    internal FilterNode Root { get; }

    /// <summary>How many conditions there are to be looked at.</summary>
    internal int Conditions => Count(Root);

    /// <summary>
    /// Parses the flat grammar of TMF630: <c>state=held,pending&amp;orderDate.gt=2026-01-01;priority=0</c>. The text is
    /// percent-decoded and a <c>+</c> is a blank, as in a query string; text that nobody encoded works too. A null or
    /// empty text is <see cref="All"/>.
    /// </summary>
    /// <exception cref="QueryException">Lists every problem of the text.</exception>
    public static Filter Parse(string? query, ResourceSchema schema, UnknownAttributes unknown = UnknownAttributes.MatchNothing) =>
        string.IsNullOrWhiteSpace(query) ? All : new Filter(FlatParser.Parse(query, schema, unknown), schema);

    /// <summary>
    /// Parses the JSONPath of <c>filter=</c>, not percent-encoded: <c>$[?(@.state=='held' &amp;&amp; @.priority&lt;3)]</c>, or
    /// a path whose elements are asked for: <c>$.note[?(@.author=='X')]</c>. It starts from the collection or from its name:
    /// <c>$.serviceOrder[*].note</c>. A null or empty text is <see cref="All"/>.
    /// </summary>
    /// <exception cref="QueryException">The text is not valid, or asks for what is not supported.</exception>
    public static Filter ParseJsonPath(string? path, ResourceSchema schema, UnknownAttributes unknown = UnknownAttributes.MatchNothing) =>
        string.IsNullOrWhiteSpace(path) ? All : new Filter(JsonPathParser.Parse(path, schema, unknown), schema);

    /// <summary>Both filters at once.</summary>
    /// <exception cref="ArgumentException">They are over different resources.</exception>
    public static Filter And(Filter left, Filter right)
    {
        if (left.IsAll || right.IsAll)
        {
            return left.IsAll ? right : left;
        }

        return left._schema == right._schema
            ? new Filter(new AllOf(left.Root, right.Root), left._schema)
            : throw new ArgumentException("The filters are over different resources.", nameof(right));
    }

    /// <summary>Either filter.</summary>
    /// <exception cref="ArgumentException">They are over different resources.</exception>
    public static Filter Or(Filter left, Filter right)
    {
        if (left.IsAll || right.IsAll)
        {
            return All;
        }

        return left._schema == right._schema
            ? new Filter(new AnyOf(left.Root, right.Root), left._schema)
            : throw new ArgumentException("The filters are over different resources.", nameof(right));
    }

    /// <summary>Whether a resource, given as its JSON object, matches.</summary>
    public bool Matches(JsonElement resource) => Root.Matches(resource);

    /// <summary>Whether a resource matches. Many filters over one resource share one parsed document.</summary>
    public bool Matches(JsonDocument resource) => Root.Matches(resource.RootElement);

    /// <summary>Whether a resource, given as UTF-8 JSON in which at most <see cref="JsonFormat.MaxStoredDepth"/> levels are nested, matches.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public bool Matches(ReadOnlyMemory<byte> utf8Json)
    {
        if (IsAll)
        {
            return true;
        }

        using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = JsonFormat.MaxStoredDepth });
        return Matches(document);
    }

    /// <summary>
    /// The values of a text or enum attribute of which at least one must be present in a resource for it to match. False
    /// when the filter implies no such set. A cheap way to pass over filters that an event cannot match.
    /// </summary>
    public bool TryGetRequiredValues(string path, out IReadOnlySet<string> values)
    {
        var found = RequiredValues(Root, path);
        values = found ?? [];
        return found is not null;
    }

    /// <summary>
    /// The same, for a filter that asks for nothing else: it is "this attribute has one of these values". Its matches can be
    /// counted ahead.
    /// </summary>
    public bool TryGetOnlyValues(string path, out IReadOnlySet<string> values)
    {
        values = new HashSet<string>();
        return Root is Comparison or AllOf { Nodes: [Comparison] } && TryGetRequiredValues(path, out values);
    }

    /// <summary>
    /// Paths of the text and enum attributes that <see cref="TryGetRequiredValues"/> knows values of, texts first: by one of
    /// them, many filters can be found from a resource without asking each.
    /// </summary>
    public IReadOnlyList<string> RequiredPaths => [.. Comparisons(Root)
        .Where(comparison => comparison.Path.Type is AttributeType.Text or AttributeType.Enum)
        .OrderBy(comparison => comparison.Path.Type == AttributeType.Enum)
        .Select(comparison => comparison.Path.Text)
        .Distinct()
        .Where(path => TryGetRequiredValues(path, out _))];

    /// <summary>The texts that an attribute is compared equal with, in the order of the query.</summary>
    public IReadOnlyList<string> TextsOf(string path) =>
        [.. EqualTo(Root, path).SelectMany(comparison => comparison.Operands).Select(operand => operand.Text).OfType<string>().Distinct()];

    /// <summary>The paths of all attributes that are looked at, each once.</summary>
    public IReadOnlyList<string> Paths => [.. PathsOf(Root).Distinct()];

    private static IEnumerable<string> PathsOf(FilterNode node) => node switch
    {
        AllOf all => all.Nodes.SelectMany(PathsOf),
        AnyOf any => any.Nodes.SelectMany(PathsOf),
        Not not => PathsOf(not.Node),
        PathNode path => [path.Path.Text],
        _ => [],
    };

    private static IEnumerable<Comparison> EqualTo(FilterNode node, string path) => node switch
    {
        Comparison { Operator: QueryOperator.Equal } comparison when comparison.Path.Text == path => [comparison],
        AllOf all => all.Nodes.SelectMany(inner => EqualTo(inner, path)),
        AnyOf any => any.Nodes.SelectMany(inner => EqualTo(inner, path)),
        Not not => EqualTo(not.Node, path),
        _ => [],
    };

    private static int Count(FilterNode node) => node switch
    {
        AllOf all => all.Nodes.Sum(Count),
        AnyOf any => any.Nodes.Sum(Count),
        Not not => Count(not.Node),
        ElementFilter element => Count(element.Filter),
        _ => 1,
    };

    private static IEnumerable<Comparison> Comparisons(FilterNode node) => node switch
    {
        Comparison { Operator: QueryOperator.Equal } comparison => [comparison],
        AllOf all => all.Nodes.SelectMany(Comparisons),
        AnyOf any => any.Nodes.SelectMany(Comparisons),
        _ => [],
    };

    private static HashSet<string>? RequiredValues(FilterNode node, string path)
    {
        switch (node)
        {
            case Comparison { Operator: QueryOperator.Equal, Path.Type: AttributeType.Text or AttributeType.Enum } comparison
                when comparison.Path.Text == path:
                return [.. comparison.Operands.Select(operand => operand.Text!)];

            case AllOf all:
                return all.Nodes.Select(inner => RequiredValues(inner, path)).FirstOrDefault(found => found is not null);

            case AnyOf { Nodes.IsEmpty: false } any:
                var sets = any.Nodes.Select(inner => RequiredValues(inner, path)).ToList();
                return sets.Contains(null) ? null : [.. sets.SelectMany(set => set!)];

            default:
                return null;
        }
    }
}
