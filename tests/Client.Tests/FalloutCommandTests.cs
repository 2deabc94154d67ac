using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>The commands about items that could not be worked, and about jobs over many of them.</summary>
public sealed class FalloutCommandTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private ServiceOrderingClient _client = null!;
    private volatile bool _fails = true;

    private readonly CancellationTokenSource _stop = new();
    private Task _worker = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync(("Fulfillment:OnFailure", "Hold"));
        _client = _server.Connect();
        _worker = new OrderWorker(_client, new OrderWorkerOptions { Name = "unlucky" }, (_, _) => Task.FromResult(
            _fails ? WorkResult.Failed([new() { Code = "PORT_BUSY", Message = "The port is in use." }], retryable: false) : WorkResult.Completed())).RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        _stop.Dispose();
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_item_is_listed_assigned_and_retried()
    {
        var order = await CommandRun.PlaceAsync(_server);
        var fallout = await FalloutAsync(order);

        var table = await CommandRun.OfAsync(_server, "fallout", "list", "--filter", "state=open", "-o", "table");
        var assigned = await CommandRun.OfAsync(_server, "fallout", "assign", fallout, "--to", "ines", "--note", "asks the field team");
        _fails = false;
        var retried = await CommandRun.OfAsync(_server, "fallout", "retry", fallout, "--set", "port=olt-7/3", "--set", "vlan=42", "--note", "free now");
        var got = await CommandRun.UntilAsync(_server, run => run.Output.Contains("recovered", StringComparison.Ordinal), "fallout", "get", fallout, "-o", "table");
        var again = await CommandRun.OfAsync(_server, "fallout", "retry", fallout);

        Assert.Matches($@"(?m)^ *{fallout} +open .* failure +{order} +1 +add .* The port is in use\.", table.Output);
        Assert.Equal("ines", (string?)assigned.Json["assignee"]);
        Assert.Equal((ExitCode.Done, ""), (retried.ExitCode, retried.Errors));
        Assert.Contains("asks the field team", got.Output);
        Assert.Equal(ExitCode.Refused, again.ExitCode);
        Assert.EndsWith("[FALLOUT_ITEM_NOT_OPEN]", again.Errors.TrimEnd());
        var service = (await CommandRun.OfAsync(_server, "orders", "get", order)).Json["serviceOrderItem"]![0]!["service"]!["serviceCharacteristic"]!.AsArray();
        Assert.Equal(["port:\"olt-7/3\"", "vlan:42"], service.Select(each => $"{each!["name"]}:{each["value"]!.ToJsonString()}"));
    }

    [Fact]
    public async Task An_item_is_completed_and_another_failed_by_hand()
    {
        var (first, second) = (await CommandRun.PlaceAsync(_server), await CommandRun.PlaceAsync(_server));
        var (done, lost) = (await FalloutAsync(first), await FalloutAsync(second));

        var completed = await CommandRun.OfAsync(_server, "fallout", "complete", done, "--note", "patched by hand", "--actor", "ines");
        var failed = await CommandRun.OfAsync(_server, "fallout", "fail", lost, "--message", "No fibre at this address.");

        Assert.Equal(("completed", "failed"), ((string?)completed.Json["state"], (string?)failed.Json["state"]));
        Assert.Equal("completed", (string?)(await CommandRun.OfAsync(_server, "orders", "get", first)).Json["state"]);
        var order = (await CommandRun.OfAsync(_server, "orders", "get", second)).Json;
        Assert.Equal("failed", (string?)order["state"]);
        Assert.Contains("No fibre at this address.", order["serviceOrderItem"]![0]!["errorMessage"]!.ToJsonString());
    }

    [Fact]
    public async Task A_job_is_counted_started_and_followed_to_its_end()
    {
        var orders = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add(await CommandRun.PlaceAsync(_server));
            await FalloutAsync(orders[^1]);
        }

        var dry = await CommandRun.OfAsync(_server, "jobs", "create", "failFallout", "--filter", "causeCode=PORT_BUSY", "--dry-run");
        var created = await CommandRun.OfAsync(_server, "jobs", "create", "failFallout", "--filter", "causeCode=PORT_BUSY", "--note", "gave up", "--wait", "-o", "table");
        var listed = await CommandRun.OfAsync(_server, "jobs", "list", "--filter", "state=completed");
        var id = (string)Assert.Single(listed.Json.AsArray())!["id"]!;
        var watched = await CommandRun.OfAsync(_server, "jobs", "watch", id);
        var cancelled = await CommandRun.OfAsync(_server, "jobs", "cancel", id);
        var got = await CommandRun.OfAsync(_server, "jobs", "get", id);

        Assert.Equal("3", (string?)dry.Json["total"]);
        Assert.Equal((ExitCode.Done, ""), (created.ExitCode, created.Errors));
        Assert.Matches(@"(?m)^running \d of 3", created.Output);
        Assert.Matches(@"(?m)^ *succeeded +3", created.Output);
        Assert.Equal("completed 3 of 3", watched.Output.TrimEnd());
        Assert.Equal(("completed", "gave up"), ((string?)cancelled.Json["state"], (string?)got.Json["note"]));
        Assert.All(await Task.WhenAll(orders.Select(order => CommandRun.OfAsync(_server, "orders", "get", order))), run => Assert.Equal("failed", (string?)run.Json["state"]));
    }

    [Fact]
    public async Task What_is_not_there_is_refused()
    {
        foreach (var command in new[] { "fallout get", "fallout retry", "jobs get", "jobs watch", "jobs cancel" })
        {
            var run = await CommandRun.OfAsync(_server, [.. command.Split(' '), "nowhere"]);

            Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Output));
            Assert.Contains("nowhere", run.Errors);
        }
    }

    /// <summary>The fallout of an order, once it has one.</summary>
    private async Task<string> FalloutAsync(string order)
    {
        var run = await CommandRun.UntilAsync(_server, run => run.Json.AsArray().Count > 0, "fallout", "list", "--filter", $"serviceOrderId={order}&state=open");
        return (string)run.Json[0]!["id"]!;
    }
}
