using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests.ServiceInventory;

/// <summary>Services to create, and ways to look at the answers.</summary>
internal static class ExampleServices
{
    public const string Minimal = """{"state":"active","serviceSpecification":{"id":"s"},"@type":"Service"}""";

    /// <summary>The smallest service with other members, and its state where that is given.</summary>
    public static string With(string members, string state = "active") =>
        $$"""{"state":"{{state}}","serviceSpecification":{"id":"s"},"@type":"Service",{{members}}}""";

    /// <summary>An example of TM Forum's user guide. They are not part of this repository: where they are not beside it, the test is skipped.</summary>
    public static string Guide(string name)
    {
        var file = Path.Combine(Root(), "..", "shared", "examples", "tmf638-v5", name);
        Assert.SkipUnless(File.Exists(file), "The examples of TM Forum's user guide are not beside the repository.");
        return File.ReadAllText(file);
    }

    public static async Task<JsonObject> CreateServiceAsync(this RunningServer server, string json = Minimal)
    {
        var answer = await server.SendAsync(HttpMethod.Post, RunningServer.ServicePath, json);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body);
        return answer.Json.AsObject();
    }

    public static Task<RestAnswer> PatchServiceAsync(
        this RunningServer server, JsonObject service, string patch, string mediaType = "application/merge-patch+json", params (string, string)[] headers) =>
        server.SendAsync(HttpMethod.Patch, PathOf(service), patch, [("Content-Type", mediaType), .. headers]);

    public static string PathOf(JsonObject service) => $"{RunningServer.ServicePath}/{service["id"]}";

    /// <summary>Asserts that everything of one JSON value is in another; objects may have more there.</summary>
    public static void AssertHolds(JsonNode? expected, JsonNode? actual, string place = "")
    {
        switch (expected)
        {
            case JsonObject members:
                var found = Assert.IsType<JsonObject>(actual);
                foreach (var (name, value) in members)
                    AssertHolds(value, found[name], $"{place}/{name}");
                break;
            case JsonArray elements:
                var list = Assert.IsType<JsonArray>(actual);
                Assert.Equal(elements.Count, list.Count);
                for (var i = 0; i < elements.Count; i++)
                    AssertHolds(elements[i], list[i], $"{place}/{i}");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual) || IsSameInstant(expected, actual), $"{place}: expected {expected?.ToJsonString()}, got {actual?.ToJsonString()}");
                break;
        }
    }

    private static bool IsSameInstant(JsonNode? expected, JsonNode? actual) =>
        DateTimeOffset.TryParse((string?)expected, out var one) && DateTimeOffset.TryParse((string?)actual, out var other) && one == other;

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (!File.Exists(Path.Combine(folder.FullName, "ServiceOrdering.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
