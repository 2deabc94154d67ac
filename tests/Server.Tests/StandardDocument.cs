using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace ServiceOrdering.Server.Tests;

/// <summary>A standard's own document, where it is beside the repository: it does not belong to the project.</summary>
internal sealed class StandardDocument
{
    public const string Tmf641 = "TMF641-ServiceOrdering-v4.1.0.swagger.json";
    public const string Tmf638 = "TMF638-ServiceInventory-v5.0.0.oas.yaml";

    // What a document requires and is not held to, with the reason: docs/conformance.md.
    private static readonly Dictionary<string, string[]> NotRequired = new()
    {
        // The definition requires a property that it does not have.
        [Tmf641] = ["ServiceOrderItemRef.id"],
        [Tmf638] = [],
    };

    private readonly string _path;
    private readonly string _script;
    private readonly List<JsonObject> _lines = [];

    private StandardDocument(string path, string script) => (_path, _script) = (path, script);

    /// <summary>Opens it, or skips the test and says why.</summary>
    public static StandardDocument OpenOrSkip(string name)
    {
        var root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
        var path = Path.Combine(root, "..", "shared", "specs", name);
        Assert.SkipUnless(File.Exists(path), $"The standard's document is not at {path}.");
        var tools = Path.Combine(root, "tests", "tools");
        Assert.SkipUnless(Directory.Exists(Path.Combine(tools, "node_modules", "ajv-draft-04")), "tests/tools is not installed: run npm ci there.");
        return new StandardDocument(path, Path.Combine(tools, "validate.mjs"));
    }

    /// <summary>Has something be held against a definition.</summary>
    public void Add(string definition, JsonNode value, string what) =>
        _lines.Add(new JsonObject { ["definition"] = definition, ["value"] = value.DeepClone(), ["what"] = what });

    /// <summary>Asserts that all of it is as the document says.</summary>
    /// <returns>How much it was.</returns>
    public async Task<int> AssertValidAsync()
    {
        using var node = StartOrSkip();
        foreach (var line in _lines)
            await node.StandardInput.WriteLineAsync(line.ToJsonString());
        node.StandardInput.Close();
        var told = await node.StandardOutput.ReadToEndAsync(Cancel);
        await node.WaitForExitAsync(Cancel);
        Assert.True(told.Trim() == $"{_lines.Count} valid", told + await node.StandardError.ReadToEndAsync(Cancel));
        return _lines.Count;
    }

    private Process StartOrSkip()
    {
        try
        {
            return Process.Start(new ProcessStartInfo("node", [_script, _path, .. NotRequired[Path.GetFileName(_path)]]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed.");
            throw;
        }
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
