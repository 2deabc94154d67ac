using System.ComponentModel;
using System.Diagnostics;

namespace Conformance;

/// <summary>The tables are what the script draws. The standards lie beside the project, not in it.</summary>
public class DrawnFactsTests
{
    [Fact]
    public async Task Table_of_tmf641_is_what_the_swagger_says()
    {
        var root = Root();
        var swagger = Path.Combine(root, "..", "shared", "specs", "TMF641-ServiceOrdering-v4.1.0.swagger.json");
        Assert.SkipUnless(File.Exists(swagger), $"The swagger is not at {swagger}.");

        var start = new ProcessStartInfo("node", [Path.Combine(root, "tests", "Conformance", "draw-facts.mjs"), swagger])
        {
            RedirectStandardOutput = true,
        };
        using var node = StartOrSkip(start);
        var drawn = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, node.ExitCode);
        Assert.Equal(Fact.ReadText(Fact.Tmf641), drawn);
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
            directory = directory.Parent ?? throw new DirectoryNotFoundException("ServiceOrdering.sln is in no directory above the tests.");
        }

        return directory.FullName;
    }
}
