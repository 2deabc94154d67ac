using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Robustness;

/// <summary>
/// Bodies drawn from the schemas of the standards: what a schema allows is created and comes back whole, what it forbids is
/// refused with its place. 100 that are allowed and 200 that are not; with ROBUSTNESS_BODIES=long, 2,000 and 5,000.
/// </summary>
public sealed class GeneratedBodiesTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ROBUSTNESS_BODIES") == "long";

    private static readonly Dictionary<string, Api> Apis = new()
    {
        ["TMF641"] = new("TMF641-ServiceOrdering-v4.1.0.swagger.json", "ServiceOrder_Create", FuzzedServer.Orders)
        {
            SetByServer = ["state", "errorMessage"],
            Choices =
            [
                new("required", @"^RelatedParty\.(@type|@referredType)$", "", "TM Forum's own examples leave it out."),
                new("required", @"^Feature\.featureCharacteristic$", "", "A feature may be switched without being configured."),
                new("required", @"^ServiceOrderItemRef\.id$", "", "The definition requires a property that it does not have."),
                new("", "", @"^(/serviceOrderItem/\d+)+/(state|errorMessage)(/|$)", "The server's, and not read."),
            ],
        },
        ["TMF638"] = new("TMF638-ServiceInventory-v5.0.0.oas.yaml", "Service_FVO", "/tmf-api/serviceInventory/v5/service")
        {
            SetByServer = [],
            Choices =
            [
                new("required", @"\.@type$", "/.+/@type$", "The class of what stands in a service is filled in."),
                new("", "", "^/(id|href)$", "The server's, and not read."),
                new("enum", @"^(FeatureRelationship\.relationshipType|Expression\.expressionLanguage|Individual\.status|Organization\.status)$", "", "Text, see the deviations of docs/conformance-tmf638.md."),
                new("type", @"^Expression\.expressionValue$", "", "TM Forum's own example has a JSON object."),
            ],
        },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Standards => [.. Apis.Keys];

    [Theory]
    [MemberData(nameof(Standards))]
    public async Task What_the_schema_allows_comes_back_whole_and_what_it_forbids_is_refused_with_its_place(string name)
    {
        var api = Apis[name];
        var bodies = await DrawAsync(api, valid: IsLong ? 2000 : 100, invalid: IsLong ? 5000 : 200);
        await using var server = new FuzzedServer(null, "Checking:Mode=Manual");
        await server.InitializeAsync();
        var wrong = new List<string>();
        var (created, refused, chosen) = (0, 0, 0);
        foreach (var drawn in bodies)
        {
            var body = drawn["body"]!;
            using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await server.Rest.PostAsync(api.Path, content, Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            if (drawn["fault"] is null)
            {
                created++;
                var lost = answer.StatusCode == HttpStatusCode.Created ? Lost(body, JsonNode.Parse(text), "", api) : $"{(int)answer.StatusCode} {text}";
                if (lost is not null)
                    wrong.Add($"allowed: {lost}");
                continue;
            }
            var fault = $"{drawn["fault"]} {drawn["property"]}";
            var place = (string)drawn["place"]!;
            if (answer.StatusCode == HttpStatusCode.Created && api.IsChosen(drawn))
                chosen++;
            // What has lost its class is of another one then, which may require more.
            else if ((int)answer.StatusCode is >= 400 and < 500 && Names(text, api.IsChosen(drawn) ? place[..place.LastIndexOf('/')] : place))
                refused++;
            else
                wrong.Add($"{fault} at {place}: {(int)answer.StatusCode} {(answer.StatusCode == HttpStatusCode.Created ? "" : text)}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {created} allowed, {refused} refused, {chosen} taken by choice");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {bodies.Count}:\n{string.Join('\n', wrong.GroupBy(each => each.Split(" at ")[0]).Select(each => $"{each.Count()} x {each.First()}").Take(40))}");
    }

    /// <summary>Whether a refusal names the place, or what it stands in or holds.</summary>
    private static bool Names(string text, string place) => JsonNode.Parse(text)!["errors"]?.AsArray().Any(error =>
        (string?)error!["path"] is { Length: > 0 } path && (path == place || place.StartsWith(path + "/", StringComparison.Ordinal) || path.StartsWith(place + "/", StringComparison.Ordinal))) ?? false;

    /// <summary>What of a body is not in an answer; null where all of it is. Null members and empty lists are absent ones.</summary>
    private static string? Lost(JsonNode? sent, JsonNode? found, string place, Api api)
    {
        switch (sent)
        {
            case JsonObject members:
                return members.Where(member => !IsSetByServer(place, member.Key, api) && member.Value is not null and not JsonArray { Count: 0 })
                    .Select(member => found is JsonObject others && others.ContainsKey(member.Key) ? Lost(member.Value, others[member.Key], $"{place}/{member.Key}", api) : $"{place}/{member.Key} is lost")
                    .FirstOrDefault(lost => lost is not null);
            case JsonArray elements:
                return found is not JsonArray list || list.Count != elements.Count ? $"{place} has other elements"
                    : Enumerable.Range(0, elements.Count).Select(i => Lost(elements[i], list[i], $"{place}/{i}", api)).FirstOrDefault(lost => lost is not null);
            default:
                return JsonNode.DeepEquals(sent, found) ? null : $"{place} is {found?.ToJsonString()} and was {sent?.ToJsonString()}";
        }
    }

    private static bool IsSetByServer(string place, string member, Api api) =>
        (place.Length == 0 && member is "id" or "href") || (place.Split('/') is [.., "serviceOrderItem", _] && place.StartsWith("/serviceOrderItem", StringComparison.Ordinal) && api.SetByServer.Contains(member));

    private static async Task<List<JsonNode>> DrawAsync(Api api, int valid, int invalid)
    {
        var root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
        var document = Path.Combine(root, "..", "shared", "specs", api.Document);
        Assert.SkipUnless(File.Exists(document), $"The standard's document is not at {document}.");
        Assert.SkipUnless(Directory.Exists(Path.Combine(root, "tests", "tools", "node_modules", "yaml")), "tests/tools is not installed: run npm ci there.");
        var seed = Environment.GetEnvironmentVariable("ROBUSTNESS_SEED") ?? "1";
        using var node = StartOrSkip(Path.Combine(root, "tests", "tools", "bodies.mjs"), document, api.Schema, seed, $"{valid}", $"{invalid}");
        var drawn = new List<JsonNode>();
        while (await node.StandardOutput.ReadLineAsync(Cancel) is { } line)
            drawn.Add(JsonNode.Parse(line)!);
        await node.WaitForExitAsync(Cancel);
        Assert.Equal(valid + invalid, drawn.Count);
        return drawn;
    }

    private static Process StartOrSkip(params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed.");
            throw;
        }
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    /// <summary>An operation that creates, and where it is not what its schema says.</summary>
    private sealed record Api(string Document, string Schema, string Path)
    {
        /// <summary>Members of an order's items that are the server's.</summary>
        public required string[] SetByServer { get; init; }

        /// <summary>What is taken although the schema forbids it.</summary>
        public required Choice[] Choices { get; init; }

        public bool IsChosen(JsonNode drawn) => Choices.Any(choice =>
            ((string)drawn["fault"]!).Contains(choice.Fault, StringComparison.Ordinal)
            && Regex.IsMatch((string)drawn["property"]!, choice.Property) && Regex.IsMatch((string)drawn["place"]!, choice.Place));
    }

    /// <summary>What is taken although a schema forbids it, with the reason.</summary>
    /// <param name="Fault">The kind of fault; empty for any.</param>
    /// <param name="Property">Which properties.</param>
    /// <param name="Place">Where.</param>
    /// <param name="Reason">Why.</param>
    private sealed record Choice(string Fault, string Property, string Place, string Reason);
}
