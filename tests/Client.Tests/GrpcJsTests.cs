using System.ComponentModel;
using System.Diagnostics;

namespace ServiceOrdering.Client.Tests;

/// <summary>A client that shares no code with the server: only the protos.</summary>
public sealed class GrpcJsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_grpc_js_client_places_reads_and_lists_orders()
    {
        var tools = Repository.PathOf("tests", "tools");
        var isInstalled = Directory.Exists(Path.Combine(tools, "node_modules", "@grpc"));
        Assert.SkipUnless(isInstalled, "The tools are not installed: run npm ci in tests/tools.");
        using var node = StartNode(Path.Combine(tools, "orders.mjs"), new Uri(server.Address).Authority);
        Assert.SkipWhen(node is null, "node is not installed.");

        var output = node.StandardOutput.ReadToEndAsync(Token);
        var errors = await node.StandardError.ReadToEndAsync(Token);
        await node.WaitForExitAsync(Token);

        Assert.True(node.ExitCode == 0, $"orders.mjs ended with {node.ExitCode}:{Environment.NewLine}{await output}{errors}");
        Assert.Contains("all as the contract says", await output);
    }

    private static Process? StartNode(params string[] args)
    {
        try
        {
            var start = new ProcessStartInfo("node", args) { RedirectStandardOutput = true, RedirectStandardError = true };
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
