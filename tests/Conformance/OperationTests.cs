using System.Text.RegularExpressions;
using Google.Api;

namespace Conformance;

/// <summary>Holds the operations in the documents on conformance against the standards' and against the routes that are served.</summary>
public partial class OperationTests
{
    private const string NotServed = "not served yet";
    private const string Clients = "the client's";

    // The operations of a standard, the document that speaks of them, and a base path of theirs.
    public static TheoryData<string, string, string> Standards => new()
    {
        { "tmf641-v4.1.operations.csv", "conformance.md", "/tmf-api/serviceOrdering/v4" },
        { "tmf641-v4.1.operations.csv", "conformance.md", "/tmf-api/serviceOrderingManagement/v4" },
        { "tmf638-v5.operations.csv", "conformance-tmf638.md", "/tmf-api/serviceInventory/v5" },
        { "tmf638-v5.operations.csv", "conformance-tmf638.md", "/tmf-api/serviceInventoryManagement/v5" },
        // The operations of both versions and of the hub: here they are the same under both paths.
        { "onap-nbi.operations.csv", "conformance-onap-nbi.md", "/nbi/api/v3" },
        { "onap-nbi.operations.csv", "conformance-onap-nbi.md", "/nbi/api/v4" },
    };

    [Theory]
    [MemberData(nameof(Standards))]
    public void Every_operation_of_the_standard_is_in_the_document_once(string operations, string document, string basePath)
    {
        var documented = Documented(document);

        Assert.Contains($"`{basePath}`", Read(document));
        Assert.Equal(
            Read(operations).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim().Replace(",", " ")).Order(StringComparer.Ordinal),
            documented.Where(row => row.Verdict != "choice").Select(row => row.Operation).Order(StringComparer.Ordinal));
        Assert.All(documented, row => Assert.Equal(row.Operation.Contains("/listener/") || row.Operation.Contains("/notification"), row.Verdict == Clients));
    }

    [Theory]
    [MemberData(nameof(Standards))]
    public void Operation_is_supported_or_a_choice_where_it_has_a_route(string operations, string document, string basePath)
    {
        Assert.NotEmpty(Read(operations));
        var claimed = Documented(document).Where(row => row.Verdict is not (NotServed or Clients)).Select(row => row.Operation);

        Assert.Equal(Served(basePath).Order(StringComparer.Ordinal), claimed.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<(string Operation, string Verdict)> Documented(string document) =>
        [.. Row().Matches(Read(document)).Select(row => (row.Groups["operation"].Value, row.Groups["verdict"].Value))];

    private static IEnumerable<string> Served(string basePath) => ContractStructureTests.Files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Select(method => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http))
        .OfType<HttpRule>()
        .SelectMany(rule => rule.AdditionalBindings.Prepend(rule))
        .Select(Operation)
        .Select(operation => (operation.Method, Path: Underscore().Replace(Constant().Replace(operation.Path, "${value}"), name => name.Groups[1].Value.ToUpperInvariant())))
        .Where(operation => operation.Path.StartsWith(basePath + "/", StringComparison.Ordinal))
        .Select(operation => $"{operation.Method} {operation.Path[basePath.Length..]}");

    private static (string Method, string Path) Operation(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
        HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
        HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
        HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
        HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
        _ => (rule.Custom.Kind, rule.Custom.Path),
    };

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(OperationTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    // {api=serviceInventory} binds a field to a part of the path that is always the same.
    [GeneratedRegex(@"\{\w+=(?<value>\w+)\}")]
    private static partial Regex Constant();

    // {hub_id} is hubId in the documents.
    [GeneratedRegex("_([a-z])")]
    private static partial Regex Underscore();

    [GeneratedRegex(@"^\| `(?<operation>[A-Z]+ /[^`]*)` \| (?<verdict>[^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
