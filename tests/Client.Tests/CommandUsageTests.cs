using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Cli;
using ServiceOrdering.Cli.Jobs;
using ServiceOrdering.Cli.Transfer;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Client.Tests;

/// <summary>What is told before a server is asked: by the commands for when things go wrong.</summary>
public sealed class CommandUsageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("orders cancel")]
    [InlineData("orders cancel x --at tomorrow", "such as 2026-01-15T08:00:00Z")]
    [InlineData("orders cancel x --at 2026-01-15T08:00:00", "such as 2026-01-15T08:00:00Z")]
    [InlineData("orders jeopardy --all --limit 1", "exclude each other")]
    [InlineData("cancels")]
    [InlineData("cancels get")]
    [InlineData("fallout list --fields id")]
    [InlineData("fallout retry x --set port", "--set takes NAME=VALUE, not 'port'")]
    [InlineData("fallout assign x", "--to or --note is required")]
    [InlineData("fallout complete x -f no-such-file.json", "no-such-file.json")]
    [InlineData("jobs create retryFallout", "--filter")]
    [InlineData("jobs create deleteOrders --filter *", "cancelOrders")]
    [InlineData("jobs create holdOrders --filter * --dry-run --wait", "exclude each other")]
    [InlineData("jobs create holdOrders --filter * --max-failures few", "whole number")]
    [InlineData("import no-such-file.ndjson", "no-such-file.ndjson cannot be read")]
    [InlineData("import x --concurrency 0", "--concurrency takes a number from 1 to 256")]
    [InlineData("import x --kind cancels", "services")]
    [InlineData("completion csh", "fish")]
    [InlineData("orders list --timeout 5", "--timeout takes a time such as")]
    [InlineData("orders delete x y --if-match 1", "--if-match goes with one ID")]
    [InlineData("orders list -o xml", "jsonl")]
    public async Task Wrong_usage_is_told_on_stderr(string args, string told = "")
    {
        var run = await RunAsync([.. args.Split(' '), "--server", "http://127.0.0.1:1"]);

        Assert.Equal(ExitCode.NotDone, run.ExitCode);
        Assert.Contains(told, run.Errors);
        Assert.NotEmpty(run.Errors);
        Assert.DoesNotContain("System.", run.Errors);
    }

    [Theory]
    [InlineData("orders cancel")]
    [InlineData("orders jeopardy")]
    [InlineData("cancels list")]
    [InlineData("cancels get")]
    [InlineData("cancels watch")]
    [InlineData("fallout list")]
    [InlineData("fallout get")]
    [InlineData("fallout retry")]
    [InlineData("fallout complete")]
    [InlineData("fallout fail")]
    [InlineData("fallout assign")]
    [InlineData("jobs create")]
    [InlineData("jobs list")]
    [InlineData("jobs get")]
    [InlineData("jobs watch")]
    [InlineData("jobs cancel")]
    [InlineData("export orders")]
    [InlineData("export services")]
    [InlineData("import")]
    [InlineData("completion")]
    public async Task Help_ends_with_examples(string command)
    {
        var run = await RunAsync([.. command.Split(' '), "--help"]);

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Errors));
        Assert.Contains($"service-ordering {command}", run.Output[run.Output.IndexOf("Examples:", StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task Operations_of_jobs_are_in_the_help()
    {
        var run = await RunAsync("jobs", "create", "--help");

        Assert.All(new[] { "retryFallout", "failFallout", "holdOrders", "resumeOrders", "cancelOrders" }, operation => Assert.Contains(operation, run.Output));
    }

    [Fact]
    public void Progress_is_a_line_with_a_bar_that_says_how_long_it_takes_yet()
    {
        var created = new DateTimeOffset(2026, 1, 15, 8, 0, 0, TimeSpan.Zero);
        var job = new Job { State = JobState.Running, Total = 300, Done = 120, Failed = 2, CreatedDate = Timestamp.FromDateTimeOffset(created) };

        Assert.Equal("running 120 of 300, 2 failed", JobProgress.Line(job));
        Assert.Equal("████████████░░░░░░░░░░░░░░░░░░  40 % running 120 of 300, 2 failed, 30 s left", JobProgress.Bar(job, created.AddSeconds(20)));

        job.State = JobState.Completed;
        (job.Done, job.Recovered) = (300, 7);
        Assert.Equal($"{new string('█', 30)} 100 % completed 300 of 300, 2 failed, 7 recovered", JobProgress.Bar(job, created.AddSeconds(50)));
        Assert.StartsWith(new string('░', 30), JobProgress.Bar(new Job { State = JobState.Running }, created));
        Assert.StartsWith(new string('█', 30), JobProgress.Bar(new Job { State = JobState.Completed }, created));
    }

    [Theory]
    [InlineData(6000, 0.6, 0.0, "████████████░░░░░░░░  60 % 6,000 orders, 3,000/s, 2 s left")]
    [InlineData(2000, 0.75, 0.5, "███████████████░░░░░  75 % 2,000 orders, 1,000/s, 2 s left")]
    [InlineData(8000, 1.0, 0.0, "████████████████████ 100 % 8,000 orders, 4,000/s")]
    [InlineData(8000, null, 0.0, "8,000 orders, 4,000/s")]
    public void Progress_of_a_transfer_is_a_line_that_says_how_fast_it_is(long done, double? part, double begin, string line) =>
        Assert.Equal(line, ProgressLine.Text(done, part, begin, TimeSpan.FromSeconds(2), "orders"));

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = errors }, Token);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
