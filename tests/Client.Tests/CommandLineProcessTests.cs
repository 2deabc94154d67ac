using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>The program as a shell runs it: for what a process alone has, its streams, environment and signals.</summary>
public sealed class CommandLineProcessTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_piped_in_comes_out_as_json()
    {
        using var process = Start(server.Address, "orders", "create", "--file", "-");
        await process.StandardInput.WriteAsync(await File.ReadAllTextAsync(Repository.Example("create-fiber-order.json"), Token));
        process.StandardInput.Close();

        var output = await process.StandardOutput.ReadToEndAsync(Token);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);

        Assert.Equal(ExitCode.Done, process.ExitCode);
        Assert.Equal("BSS-2026-000417", (string?)JsonNode.Parse(output)!["externalId"]);
    }

    [Fact]
    public async Task Version_is_told()
    {
        using var process = Start(server.Address, "--version");

        Assert.Matches(@"^\d+\.\d+\.\d+", await process.StandardOutput.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        Assert.Equal(ExitCode.Done, process.ExitCode);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_command_that_waits()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that another process could send.");
        using var silent = new SilentServer();
        using var process = Start(silent.Address, "orders", "get", "x");
        await silent.Connected;

        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal("interrupted", (await process.StandardError.ReadToEndAsync(Token)).Trim());
        await process.WaitForExitAsync(Token);

        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
    }

    private static Process Start(string address, params string[] args) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "service-ordering.dll"), .. args])
        {
            Environment = { [GlobalOptions.ServerVariable] = address },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
