namespace ServiceOrdering.Client.Tests;

/// <summary>A client that shares no code with the server: only the protos.</summary>
public sealed class GrpcJsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string Tools = Repository.PathOf("tests", "tools");

    [Fact]
    public Task A_grpc_js_client_places_reads_and_lists_orders() =>
        SaysAsync("all as the contract says", Path.Combine(Tools, "orders.mjs"), new Uri(server.Address).Authority);

    [Fact]
    public Task Grpc_js_loads_every_file_of_the_contract() =>
        SaysAsync("every file is loaded", Path.Combine(Tools, "load-protos.mjs"), Repository.PathOf("protos"));

    private static async Task SaysAsync(string expected, params string[] arguments)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Tools, "node_modules", "@grpc")), "The tools are not installed: run npm ci in tests/tools.");
        using var node = Tool.Start("node", arguments);
        Assert.SkipWhen(node is null, "node is not installed.");

        var (output, errors) = await Tool.OutputAsync(node);

        Assert.True(output.Contains(expected, StringComparison.Ordinal), output + errors);
    }
}
