namespace Conformance;

/// <summary>
/// One row of a table that draw-facts.mjs drew: a definition of a standard, or one of its properties. The type is a scalar
/// of JSON schema, "enum", "any", "family" (the values are its classes) or another definition, in brackets where it is an array.
/// </summary>
public sealed record Fact(
    string Definition, string Property, string Type, string Format, bool Required, IReadOnlyList<string> Values)
{
    public const string Tmf641 = "tmf641-v4.1.facts.csv";

    public const string Tmf638 = "tmf638-v5.facts.csv";

    public const string OnapNbiV3 = "onap-nbi-v3.facts.csv";

    public const string OnapNbiV4 = "onap-nbi-v4.facts.csv";

    public const string OnapNbiHubV4 = "onap-nbi-hub-v4.facts.csv";

    public bool IsArray => Type.StartsWith('[');

    /// <summary>The type without its brackets.</summary>
    public string ElementType => Type.Trim('[', ']');

    public static string ReadText(string table)
    {
        using var reader = new StreamReader(typeof(Fact).Assembly.GetManifestResourceStream(table)!);
        return reader.ReadToEnd();
    }

    public static ILookup<string, Fact> Read(string table) => ReadText(table)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Skip(1)
        .Select(line => line.Split(','))
        .Select(cell => new Fact(
            cell[0], cell[1], cell[2], cell[3], cell[4] == "required", cell[5].Split('|', StringSplitOptions.RemoveEmptyEntries)))
        .ToLookup(fact => fact.Definition, StringComparer.Ordinal);
}
