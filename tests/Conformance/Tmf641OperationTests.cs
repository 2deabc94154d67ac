using System.Text.RegularExpressions;
using Google.Api;

namespace Conformance;

/// <summary>Holds the operations in docs/conformance.md against the standard's and against the routes that are served.</summary>
public partial class Tmf641OperationTests
{
    private const string BasePath = "/tmf-api/serviceOrdering/v4";
    private const string NotServed = "not served yet";
    private const string Clients = "the client's";

    private static readonly IReadOnlyList<string> Standard =
        [.. Read("tmf641-v4.1.operations.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim().Replace(",", " "))];

    private static readonly IReadOnlyList<(string Operation, string Verdict)> Documented =
        [.. Row().Matches(Read("conformance.md")).Select(row => (row.Groups["operation"].Value, row.Groups["verdict"].Value))];

    [Fact]
    public void Every_operation_of_the_standard_is_in_the_document_once() =>
        Assert.Equal(Standard.Order(StringComparer.Ordinal), Documented.Where(row => row.Verdict != "choice").Select(row => row.Operation).Order(StringComparer.Ordinal));

    [Fact]
    public void Operation_is_supported_or_a_choice_where_it_has_a_route()
    {
        var claimed = Documented.Where(row => row.Verdict is not (NotServed or Clients)).Select(row => row.Operation);

        Assert.Equal(Served().Order(StringComparer.Ordinal), claimed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_listeners_are_the_clients() =>
        Assert.All(Documented, row => Assert.Equal(row.Operation.Contains("/listener/"), row.Verdict == Clients));

    private static IEnumerable<string> Served() => ContractStructureTests.Files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Select(method => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http))
        .OfType<HttpRule>()
        .SelectMany(rule => rule.AdditionalBindings.Prepend(rule))
        .Select(Operation)
        .Where(operation => operation.Path.StartsWith(BasePath + "/", StringComparison.Ordinal))
        .Select(operation => $"{operation.Method} {operation.Path[BasePath.Length..]}");

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
        using var reader = new StreamReader(typeof(Tmf641OperationTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^\| `(?<operation>[A-Z]+ /[^`]*)` \| (?<verdict>[^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
