using System.CommandLine;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>What a command has said, and how it has ended.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Errors)
{
    public JsonNode Json => JsonNode.Parse(Output)!;

    public override string ToString() => $"{ExitCode}: {Output}{Errors}";

    /// <summary>Runs the program against a server.</summary>
    public static Task<CommandRun> OfAsync(RunningServer server, params string[] args) => OfAsync(server, TestContext.Current.CancellationToken, args);

    /// <summary>Runs the program against a server, until it is interrupted.</summary>
    public static async Task<CommandRun> OfAsync(RunningServer server, CancellationToken interruption, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var configuration = new InvocationConfiguration { Output = TextWriter.Synchronized(output), Error = TextWriter.Synchronized(errors) };
        var exitCode = await Task.Run(() => CommandLine.RunAsync(args.Contains("--server") ? args : [.. args, "--server", server.Address], configuration, interruption), CancellationToken.None);
        return new CommandRun(exitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Places an order and gives its id.</summary>
    public static async Task<string> PlaceAsync(RunningServer server, string example = "create-minimal-order.json") =>
        (string)(await OfAsync(server, "orders", "create", "-f", Repository.Example(example))).Json["id"]!;

    /// <summary>Runs it again until it is so.</summary>
    public static async Task<CommandRun> UntilAsync(RunningServer server, Func<CommandRun, bool> isSo, params string[] args)
    {
        var limit = DateTime.UtcNow.AddMinutes(1);
        while (true)
        {
            var run = await OfAsync(server, args);
            if (isSo(run))
            {
                return run;
            }

            Assert.True(DateTime.UtcNow < limit, $"It is not so: {run}");
        }
    }
}
