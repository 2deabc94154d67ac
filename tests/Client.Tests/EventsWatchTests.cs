using System.CommandLine;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

public sealed class EventsWatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_prints_a_line_for_each_message_and_at_the_end_the_token_to_continue_with()
    {
        var first = await CreateAsync();
        var begun = await WatchUntilAsync("snapshotComplete", "--snapshot", "--id", first);
        var token = TokenOf(begun);
        var second = await CreateAsync();

        var resumed = await WatchUntilAsync(second, "--from", token);

        Assert.Equal(ExitCode.Interrupted, begun.ExitCode);
        Assert.Equal(first, (string?)Lines(begun)[1]["snapshotItem"]!["id"]);
        var created = Lines(resumed)[^1]["event"]!;
        Assert.Equal(("ServiceOrderCreateEvent", second), ((string?)created["eventType"], (string?)created["event"]!["serviceOrder"]!["id"]));
    }

    [Fact]
    public async Task Watch_as_a_table_shows_time_type_id_and_state_in_a_row()
    {
        var begun = await WatchUntilAsync("checkpoint");
        var id = await CreateAsync();

        var run = await WatchUntilAsync(id, "--from", TokenOf(begun), "-o", "table");

        Assert.Matches($@"(?m)^\d{{4}}-\S+ \S+Z +ServiceOrderCreateEvent +{id} +acknowledged$", run.Output);
    }

    [Fact]
    public async Task Watch_from_the_start_shows_what_happened_before()
    {
        var id = await CreateAsync();

        var run = await WatchUntilAsync("ServiceOrderCreateEvent", "--from-start", "--id", id);

        Assert.Equal(2, Lines(run).Count);
        Assert.NotNull(Lines(run)[0]["checkpoint"]);
        Assert.Equal(id, (string?)Lines(run)[1]["event"]!["event"]!["serviceOrder"]!["id"]);
    }

    [Fact]
    public async Task A_token_that_is_none_is_refused()
    {
        var run = await WatchUntilAsync("never", "--from", "nonsense");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("RESUME_TOKEN_INVALID", run.Errors);
    }

    private static List<JsonNode> Lines(Run run) =>
        [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private static string TokenOf(Run run) => run.Errors.Split("--from ")[1].Split(Environment.NewLine)[0];

    private async Task<string> CreateAsync()
    {
        using var client = ServiceOrderingClient.Connect(server.Address);
        return (await client.ServiceOrders.CreateServiceOrderAsync(Orders.Minimal(), cancellationToken: Token)).ServiceOrder.Id;
    }

    /// <summary>Runs the command until it has printed a text, and interrupts it then.</summary>
    private async Task<Run> WatchUntilAsync(string text, params string[] args)
    {
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var output = new SeenWriter(text, interruption);
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(
            ["events", "watch", .. args, "--server", server.Address],
            new InvocationConfiguration { Output = output, Error = errors },
            interruption.Token);
        return new Run(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record Run(int ExitCode, string Output, string Errors);

    private sealed class SeenWriter(string text, CancellationTokenSource interruption) : StringWriter
    {
        public override void WriteLine()
        {
            base.WriteLine();
            Check();
        }

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Check();
        }

        private void Check()
        {
            if (ToString().Contains(text, StringComparison.Ordinal))
            {
                interruption.Cancel();
            }
        }
    }
}
