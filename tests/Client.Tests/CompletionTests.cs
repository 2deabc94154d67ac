using System.CommandLine;
using System.Diagnostics;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>What shells complete with Tab.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-completion-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Contexts => Path.Combine(_folder.FullName, "config.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("service-ordering ", "orders")]
    [InlineData("service-ordering ord", "orders")]
    [InlineData("service-ordering orders l", "list")]
    [InlineData("service-ordering orders list --lim", "--limit")]
    [InlineData("service-ordering orders list --ser", "--server")]
    [InlineData("service-ordering orders list -o ", "table json jsonl yaml")]
    [InlineData("service-ordering orders list --filter ", "state=held state=assessingCancellation")]
    [InlineData("service-ordering services list --filter state=i", "state=inactive")]
    [InlineData("service-ordering work list --state ", "blocked waiting delayed leased")]
    [InlineData("service-ordering jobs create ", "retryFallout holdOrders")]
    [InlineData("service-ordering events watch --type Service", "ServiceCreateEvent ServiceOrderStateChangeEvent")]
    [InlineData("service-ordering completion ", "bash zsh fish")]
    public async Task The_program_says_what_fits(string line, string expected)
    {
        var (exitCode, output) = await RunAsync($"[suggest:{line.Length}]", line);

        Assert.Equal(ExitCode.Done, exitCode);
        Assert.Subset(output.Split('\n', StringSplitOptions.TrimEntries).ToHashSet(), expected.Split(' ').ToHashSet());
    }

    [Theory]
    [InlineData("config use-context ")]
    [InlineData("orders list --context ")]
    public async Task Contexts_are_completed_by_their_names(string line)
    {
        await RunAsync("config", "set-context", "lab", "--server", "http://127.0.0.1:1", "--config", Contexts);
        line = $"service-ordering --config {Contexts} {line}";

        Assert.Contains("lab", (await RunAsync($"[suggest:{line.Length}]", line)).Output);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Shells_can_read_their_scripts(string shell)
    {
        var script = Path.Combine(_folder.FullName, $"script.{shell}");
        await File.WriteAllTextAsync(script, (await RunAsync("completion", shell)).Output, Token);
        using var check = Tool.Start(shell, "-n", script);
        Assert.SkipWhen(check is null, $"{shell} is not installed.");

        var (output, errors) = await Tool.OutputAsync(check);

        Assert.Equal((0, "", ""), (check.ExitCode, output, errors));
    }

    [Theory]
    [InlineData("service-ordering orders lis\t", "service-ordering orders list ")]
    [InlineData("service-ordering orders list --filter state=hel\t", "service-ordering orders list --filter state=held")]
    [InlineData("service-ordering work list --state \t\t", "blocked  delayed  leased   waiting")]
    public async Task Tab_completes_in_a_real_bash(string typed, string shown)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pseudo-terminal that a program could be given.");
        var program = Path.Combine(_folder.FullName, "service-ordering");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{Repository.Program("Cli", "service-ordering.dll")}' \"$@\"\n", Token);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var profile = Path.Combine(_folder.FullName, "profile");
        await File.WriteAllTextAsync(profile, $"PATH={_folder.FullName}:$PATH\nPS1='ready> '\nsource <(service-ordering completion bash)\n", Token);
        // script gives the shell a terminal.
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", $"bash --noprofile --rcfile '{profile}' -i", "/dev/null"])
        {
            Environment = { ["TERM"] = "dumb" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var shell = Tool.Start(start);
        Assert.SkipWhen(shell is null, "script is not installed (Debian has it in bsdutils).");
        var read = "";
        await ReadUntilAsync("ready> ");

        // Ctrl-U takes away what was typed.
        await shell.StandardInput.WriteAsync(typed);
        await shell.StandardInput.FlushAsync(Token);
        await ReadUntilAsync(shown);
        await shell.StandardInput.WriteAsync("\u0015exit\n");
        await shell.StandardInput.FlushAsync(Token);
        await Tool.OutputAsync(shell);

        async Task ReadUntilAsync(string text)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            var buffer = new char[1024];
            while (!read.Contains(text, StringComparison.Ordinal))
            {
                int count;
                try
                {
                    count = await shell.StandardOutput.ReadAsync(buffer, limit.Token);
                }
                catch (OperationCanceledException)
                {
                    shell.Kill();
                    count = 0;
                }

                Assert.True(count > 0, $"The terminal shows '{read}' and not '{text}'.");
                read += new string(buffer, 0, count);
            }
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = output }, Token);
        return (exitCode, output.ToString());
    }
}
