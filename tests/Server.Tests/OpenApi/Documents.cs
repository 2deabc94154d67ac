using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ServiceOrdering.Server.OpenApi;

namespace ServiceOrdering.Server.Tests.OpenApi;

/// <summary>The documents in the repository, and the tools that read them.</summary>
internal static class Documents
{
    public static string Folder { get; } = Path.Combine(Root(), "docs", "openapi");

    public static string Tools { get; } = Path.Combine(Root(), "tests", "tools");

    public static IEnumerable<string> Names => DocumentedApi.All.Select(api => api.Name);

    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(PathOf(name)))!;

    public static string PathOf(string name) => Path.Combine(Folder, $"{name}.json");

    /// <summary>The operations of a document: verb, path behind the first server, and the operation.</summary>
    public static IEnumerable<(string Verb, string Path, JsonObject Operation)> Operations(JsonNode document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    /// <summary>Runs a tool of Node.js that reads lines; skips the test where there is none.</summary>
    public static async Task<string> RunNodeAsync(string module, IEnumerable<string> lines, params string[] arguments)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Tools, "node_modules", module)), "tests/tools is not installed: run npm ci there.");
        using var node = StartNode(arguments);
        Assert.SkipWhen(node is null, "node is not installed.");
        var told = node.StandardOutput.ReadToEndAsync(Cancel);
        var complained = node.StandardError.ReadToEndAsync(Cancel);
        foreach (var line in lines)
            await node.StandardInput.WriteLineAsync(line);
        node.StandardInput.Close();
        await node.WaitForExitAsync(Cancel);
        return $"{await told}{await complained}";
    }

    private static Process? StartNode(string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        // The linter asks nobody.
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        start.Environment["NO_COLOR"] = "1";
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
