using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>The commands that work items, and those that follow an order while they are worked.</summary>
public sealed class WorkCommandTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync(("Fulfillment:FirstBackoff", "00:00:00"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_simulator_works_an_order_to_its_end_and_the_watch_ends_with_it()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var simulating = RunAsync(stop.Token, "work", "run", "--simulate", "--name", "demo", "--duration", "20ms", "--concurrency", "2", "--seed", "7");
        var id = await CreateAsync("create-fiber-order.json");

        var watch = await RunAsync("orders", "watch", id, "-o", "table");
        var timeline = await RunAsync("orders", "timeline", id, "-o", "table");
        await stop.CancelAsync();
        var simulator = await simulating;

        Assert.Equal((ExitCode.Done, ""), (watch.ExitCode, watch.Errors));
        Assert.EndsWith("order completed", watch.Output.TrimEnd());
        Assert.Matches(@"(?m) \+\d+\.\d{3} s +changed: serviceOrderItem +items? (2|2 3) inProgress", timeline.Output);
        Assert.Matches(@"(?m)^ *\S+ \S+Z +created +order acknowledged, items 1 2 3 acknowledged", timeline.Output);
        Assert.Equal(ExitCode.Done, simulator.ExitCode);
        Assert.Equal(3, Count(simulator, $"taken      {id}"));
        Assert.Equal(3, Count(simulator, $"completed  {id}"));
        Assert.Contains("gpon-access-6490", simulator.Output);
    }

    [Fact]
    public async Task What_the_simulator_fails_is_tried_again_until_the_order_fails()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var simulating = RunAsync(stop.Token, "work", "run", "--simulate", "--duration", "0s", "--failure-rate", "1");
        var id = await CreateAsync("create-minimal-order.json");

        var watch = await RunAsync("orders", "watch", id, "-o", "json");
        await stop.CancelAsync();
        var simulator = await simulating;

        Assert.Equal(ExitCode.Done, watch.ExitCode);
        Assert.Equal("failed", (string?)JsonNode.Parse(watch.Output.TrimEnd().Split('\n')[^1])!["event"]!["event"]!["serviceOrder"]!["state"]);
        Assert.Equal(5, Count(simulator, "failed     "));
        Assert.Contains("attempt 5", simulator.Output);
    }

    [Fact]
    public async Task Items_that_nobody_takes_are_listed()
    {
        var id = await CreateAsync("create-fiber-order.json");
        await UntilAsync(async () => (await ListAsync("--order", id)).Count == 3);

        var table = await RunAsync("work", "list", "--order", id, "-o", "table");
        var waiting = await ListAsync("--state", "waiting", "--order", id);
        var limited = await RunAsync("work", "list", "--limit", "1", "-o", "table");

        Assert.Matches($@"(?m)^ *{id} +1 +blocked +[\d.]+ s +add +internet-access +InternetAccess +1 +CUST-6490", table.Output);
        Assert.Matches($@"(?m)^ *{id} +2 +waiting, no worker ", table.Output);
        Assert.Equal(["2", "3"], waiting.Select(item => (string?)item!["itemId"]));
        Assert.Contains("There are more; --limit shows them.", limited.Output);
    }

    [Fact]
    public async Task Workers_are_listed_with_what_they_can_do()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var simulating = RunAsync(stop.Token, "work", "run", "--simulate", "--name", "access", "--concurrency", "5", "--capability", "specification=gpon-access,action=add");
        await UntilAsync(async () => (await RunAsync("work", "workers")).Output.Contains("\"credit\":5", StringComparison.Ordinal));

        var workers = await RunAsync("work", "workers", "-o", "table");
        await stop.CancelAsync();
        await simulating;

        Assert.Matches(@"(?m)^ *access +[\d.]+ s +5 +0 +action=add,specification=gpon-access", workers.Output);
    }

    [Fact]
    public async Task An_order_is_held_and_resumed()
    {
        var id = await CreateAsync("create-minimal-order.json");
        await UntilAsync(async () => (await ListAsync("--order", id)).Count == 1);

        var held = await RunAsync("orders", "hold", id);
        var again = await RunAsync("orders", "resume", id);

        Assert.Equal("held", (string?)JsonNode.Parse(held.Output)!["state"]);
        Assert.Equal("inProgress", (string?)JsonNode.Parse(again.Output)!["state"]);
    }

    [Fact]
    public async Task An_order_that_is_not_there_is_refused()
    {
        foreach (var command in new[] { "watch", "timeline", "hold" })
        {
            var run = await RunAsync("orders", command, "nowhere");

            Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Output));
            Assert.Contains("nowhere", run.Errors);
        }
    }

    [Fact]
    public async Task Wrong_usage_of_the_simulator_is_told()
    {
        foreach (var options in new[] { "--simulate --duration soon", "--simulate --failure-rate 2", "--simulate --capability colour=red", "--duration 1s" })
        {
            var run = await RunAsync(["work", "run", .. options.Split(' ')]);

            Assert.Equal(ExitCode.NotDone, run.ExitCode);
            Assert.NotEmpty(run.Errors);
        }
    }

    [Fact]
    public async Task Help_ends_with_examples()
    {
        foreach (var command in new[] { "work run", "work list", "work workers", "orders hold", "orders resume", "orders watch", "orders timeline" })
        {
            var run = await RunAsync([.. command.Split(' '), "--help"]);

            Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Errors));
            Assert.Contains($"service-ordering {command}", run.Output[run.Output.IndexOf("Examples:", StringComparison.Ordinal)..]);
        }
    }

    private static int Count(Run run, string text) => run.Output.Split('\n').Count(line => line.StartsWith(text, StringComparison.Ordinal));

    private async Task<string> CreateAsync(string example) => (string)JsonNode.Parse((await RunAsync("orders", "create", "-f", Repository.Example(example))).Output)!["id"]!;

    private async Task<JsonArray> ListAsync(params string[] args) => JsonNode.Parse((await RunAsync(["work", "list", .. args])).Output)!.AsArray();

    /// <summary>Asks again until it is so.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var limit = DateTime.UtcNow.AddMinutes(1);
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < limit, string.Create(CultureInfo.InvariantCulture, $"It is not so by {limit:T}."));
        }
    }

    private Task<Run> RunAsync(params string[] args) => RunAsync(Token, args);

    private async Task<Run> RunAsync(CancellationToken interruption, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var configuration = new InvocationConfiguration { Output = TextWriter.Synchronized(output), Error = TextWriter.Synchronized(errors) };
        var exitCode = await Task.Run(() => CommandLine.RunAsync([.. args, "--server", _server.Address], configuration, interruption), CancellationToken.None);
        return new Run(exitCode, output.ToString(), errors.ToString());
    }

    private sealed record Run(int ExitCode, string Output, string Errors);
}
