using System.ComponentModel;
using System.Diagnostics;

namespace Conformance;

/// <summary>The tables are what the script draws. The standards lie beside the project, not in it.</summary>
public class DrawnFactsTests
{
    [Theory]
    [InlineData(Fact.Tmf641, "TMF641-ServiceOrdering-v4.1.0.swagger.json")]
    [InlineData(Fact.Tmf638, "TMF638-ServiceInventory-v5.0.0.oas.yaml")]
    [InlineData(Fact.OnapNbiV3, "ONAP-NBI-serviceOrder-v3.swagger.json")]
    [InlineData(Fact.OnapNbiV4, "ONAP-NBI-serviceOrder-v4.1.swagger.json")]
    [InlineData(Fact.OnapNbiHubV4, "ONAP-NBI-hub-v4.swagger.json")]
    public async Task Table_is_what_the_document_of_the_standard_says(string table, string document)
    {
        var root = Root();
        var path = Path.Combine(root, "..", "shared", "specs", document);
        Assert.SkipUnless(File.Exists(path), $"The document is not at {path}.");
        Assert.SkipUnless(
            Path.GetExtension(path) == ".json" || Directory.Exists(Path.Combine(root, "tests", "tools", "node_modules", "yaml")),
            "The script needs `npm ci` in tests/tools.");

        var start = new ProcessStartInfo("node", [Path.Combine(root, "tests", "Conformance", "draw-facts.mjs"), path])
        {
            RedirectStandardOutput = true,
        };
        using var node = StartOrSkip(start);
        var drawn = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, node.ExitCode);
        Assert.Equal(Fact.ReadText(table), drawn);
    }

    private static Process StartOrSkip(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node, which runs the script, is not installed.");
            throw;
        }
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ServiceOrdering.sln")))
        {
            directory = directory.Parent
                ?? throw new DirectoryNotFoundException("ServiceOrdering.sln is in no directory above the tests.");
        }

        return directory.FullName;
    }
}
