using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>The commands that cancel orders.</summary>
public sealed class CancelCommandTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_order_that_nobody_works_on_is_cancelled_at_once()
    {
        var id = await CommandRun.PlaceAsync(_server);

        var cancel = await CommandRun.OfAsync(_server, "orders", "cancel", id, "--reason", "moved away", "--wait");
        var again = await CommandRun.OfAsync(_server, "orders", "cancel", id);
        var listed = await CommandRun.OfAsync(_server, "cancels", "list", "--filter", $"serviceOrder.id={id}", "-o", "table");
        var got = await CommandRun.OfAsync(_server, "cancels", "get", (string)cancel.Json["id"]!, "-o", "table");
        var watched = await CommandRun.OfAsync(_server, "cancels", "watch", (string)cancel.Json["id"]!, "-o", "table");

        Assert.Equal((ExitCode.Done, "", "done"), (cancel.ExitCode, cancel.Errors, (string?)cancel.Json["state"]));
        Assert.Equal("cancelled", (string?)(await CommandRun.OfAsync(_server, "orders", "get", id)).Json["state"]);
        Assert.Equal(ExitCode.Refused, again.ExitCode);
        Assert.EndsWith("[SERVICE_ORDER_NOT_CANCELLABLE]", again.Errors.TrimEnd());
        Assert.Matches($@"(?m)^ *{cancel.Json["id"]} +done +{id} .* moved away", listed.Output);
        Assert.Matches(@"(?m)^ *reason +moved away", got.Output);
        Assert.Equal(ExitCode.Done, watched.ExitCode);
        Assert.Matches(@"(?m)^now +done", watched.Output);
    }

    [Fact]
    public async Task A_worker_is_asked_and_the_wait_ends_with_what_it_says()
    {
        await using var client = _server.Connect();
        using var stop = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var worker = new OrderWorker(client, new OrderWorkerOptions { Name = "stubborn", ShutdownTimeout = TimeSpan.Zero }, async (work, token) =>
        {
            work.OnCancellation(_ => throw new InvalidOperationException("The trench is dug."));
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            return WorkResult.Completed();
        }).RunAsync(stop.Token);
        var id = await CommandRun.PlaceAsync(_server);
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        var cancel = await CommandRun.OfAsync(_server, "orders", "cancel", id, "--wait");

        Assert.Equal((ExitCode.Refused, "done"), (cancel.ExitCode, (string?)cancel.Json["state"]));
        Assert.Contains("The trench is dug.", (string?)cancel.Json["completionMessage"]);
        await stop.CancelAsync();
        await worker.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_request_with_a_date_waits_for_it()
    {
        var id = await CommandRun.PlaceAsync(_server);

        var cancel = await CommandRun.OfAsync(_server, "orders", "cancel", id, "--at", "2100-01-15T08:00:00+01:00");

        Assert.Equal((ExitCode.Done, "accepted", "2100-01-15T07:00:00.000Z"), (cancel.ExitCode, (string?)cancel.Json["state"], (string?)cancel.Json["requestedCancellationDate"]));
    }

    [Fact]
    public async Task An_order_that_is_not_there_is_refused()
    {
        var cancel = await CommandRun.OfAsync(_server, "orders", "cancel", "nowhere");

        Assert.Equal((ExitCode.Refused, ""), (cancel.ExitCode, cancel.Output));
        Assert.Contains("nowhere", cancel.Errors);
    }
}
