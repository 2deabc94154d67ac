using System.CommandLine;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>What is told of what was typed: in its own words, and where results do not go.</summary>
public sealed class OptionNamesTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("orders list --filter state=sleeping", "--filter[\"state\"]: ")]
    [InlineData("orders list --sort nothing", "--sort")]
    [InlineData("orders list --limit -1", "--limit: ")]
    [InlineData("orders list --offset -1", "--offset: ")]
    [InlineData("events watch --type NoEvent", "--type")]
    [InlineData("hub add nonsense", "CALLBACK: ")]
    [InlineData("hub add http://127.0.0.1:1 --secret x", "--secret: ")]
    [InlineData("jobs create holdOrders --filter state=sleeping", "--filter")]
    public async Task Refusals_speak_of_options(string args, string told)
    {
        var run = await CommandRun.OfAsync(server, args.Split(' '));

        Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Output));
        Assert.Contains($"  {told}", run.Errors);
    }

    [Theory]
    [InlineData("order", "did you mean 'orders'?")]
    [InlineData("orders lsit", "did you mean 'list'?")]
    [InlineData("orders list --fliter x", "did you mean '--filter'?")]
    [InlineData("orders list --outptu json", "did you mean '--output'?")]
    public async Task What_was_probably_meant_is_told_below_the_error(string args, string told)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();

        var exitCode = await CommandLine.RunAsync(args.Split(' '), new InvocationConfiguration { Output = output, Error = errors }, TestContext.Current.CancellationToken);

        Assert.Equal((ExitCode.NotDone, ""), (exitCode, output.ToString()));
        var lines = errors.ToString().Split(Environment.NewLine);
        Assert.StartsWith("error: ", lines[0]);
        Assert.Equal(told, lines[1]);
    }

    [Theory]
    [InlineData("orders", "create-minimal-order.json", """{"description":"new"}""")]
    [InlineData("services", "create-broadband-service.json", """{"description":"new"}""")]
    public async Task A_change_is_made_only_to_what_was_read(string kind, string example, string patch)
    {
        var id = (string)(await CommandRun.OfAsync(server, kind, "create", "-f", Repository.Example(example))).Json["id"]!;
        var etag = (await CommandRun.OfAsync(server, kind, "get", id, "--etag")).Output.Trim();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, patch, TestContext.Current.CancellationToken);

        // Shells take the quotes away.
        var changed = await CommandRun.OfAsync(server, kind, "patch", id, "-f", file, "--if-match", etag.Trim('"'));
        var late = await CommandRun.OfAsync(server, kind, "patch", id, "-f", file, "--if-match", etag);
        var deleted = await CommandRun.OfAsync(server, kind, "delete", id, "--if-match", etag);
        File.Delete(file);

        Assert.Matches("^\"[^\"]+\"$", etag);
        Assert.Equal(ExitCode.Done, changed.ExitCode);
        Assert.Equal([ExitCode.Refused, ExitCode.Refused], [late.ExitCode, deleted.ExitCode]);
        Assert.Contains("_CHANGED]", late.Errors + deleted.Errors);
    }

    [Fact]
    public async Task A_context_says_how_results_are_written()
    {
        var folder = Directory.CreateTempSubdirectory("service-ordering-output-");
        var file = Path.Combine(folder.FullName, "config.json");
        await CommandRun.OfAsync(server, "config", "set-context", "lab", "-o", "yaml", "--config", file);
        var id = await CommandRun.PlaceAsync(server);

        var asContext = await CommandRun.OfAsync(server, "orders", "get", id, "--config", file);
        var asTyped = await CommandRun.OfAsync(server, "orders", "get", id, "--config", file, "-o", "json");
        folder.Delete(recursive: true);

        Assert.StartsWith($"id: \"{id}\"", asContext.Output);
        Assert.Equal(id, (string?)asTyped.Json["id"]);
    }
}
