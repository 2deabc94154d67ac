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

        var (exitCode, output, errors) = await EndOf(process);

        Assert.Equal((ExitCode.Done, ""), (exitCode, errors));
        Assert.Equal("BSS-2026-000417", (string?)JsonNode.Parse(output)!["externalId"]);
    }

    [Fact]
    public async Task Version_is_told()
    {
        using var process = Start(server.Address, "--version");

        var (exitCode, output, _) = await EndOf(process);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_a_command_that_waits(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that another process could send.");
        using var silent = new SilentServer();
        using var process = Start(silent.Address, "orders", "get", "x");
        await silent.Connected;

        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);

        Assert.Equal((ExitCode.Interrupted, "", "interrupted" + Environment.NewLine), await EndOf(process));
    }

    private static Process Start(string address, params string[] args) => Process.Start(
        new ProcessStartInfo("dotnet", [Repository.Program("Cli", "service-ordering.dll"), .. args])
        {
            Environment = { [GlobalOptions.ServerVariable] = address },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    private static async Task<(int ExitCode, string Output, string Errors)> EndOf(Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            process.Kill();
        }
    }
}
