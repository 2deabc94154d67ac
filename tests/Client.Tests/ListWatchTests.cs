using System.CommandLine;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>Lists that stay and tell what changes.</summary>
public sealed class ListWatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_comes_for_each_order_that_is_there_is_new_changes_and_goes()
    {
        var id = await CommandRun.PlaceAsync(server);
        await using var watch = new Watch(server, "orders", "list", "--filter", "state=acknowledged,held", "--watch", "-o", "table");
        await watch.SaysAsync($"{id}  acknowledged");
        Assert.StartsWith("ID", watch.Lines[0]);

        var second = await CommandRun.PlaceAsync(server);
        await watch.SaysAsync($"{second}  acknowledged");
        await CommandRun.OfAsync(server, "orders", "hold", id);
        await watch.SaysAsync($"{id}  held");
        await CommandRun.OfAsync(server, "orders", "delete", second);
        await watch.SaysAsync($"{second}  (gone)");

        Assert.Equal(ExitCode.Interrupted, await watch.EndAsync());
        Assert.Single(watch.Lines, line => line.StartsWith($"{second}  acknowledged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("services", "-o", "jsonl")]
    [InlineData("services", "-o", "yaml")]
    public async Task Services_come_as_data_where_that_is_wanted(params string[] args)
    {
        await using var watch = new Watch(server, [args[0], "list", "--watch", .. args[1..]]);

        var created = await CommandRun.OfAsync(server, "services", "create", "-f", Repository.Example("create-broadband-service.json"));

        await watch.SaysAsync((string)created.Json["id"]!);
        Assert.Equal(ExitCode.Interrupted, await watch.EndAsync());
    }

    [Theory]
    [InlineData("cancels")]
    [InlineData("jobs")]
    [InlineData("hub")]
    public async Task What_no_events_tell_of_is_looked_at_again(string kind)
    {
        await using var watch = new Watch(server, kind, "list", "--watch", "-o", "table");
        await watch.SaysAsync("ID");

        var id = await CommandRun.PlaceAsync(server);
        var made = kind switch
        {
            "cancels" => await CommandRun.OfAsync(server, "orders", "cancel", id),
            "jobs" => await CommandRun.OfAsync(server, "jobs", "create", "holdOrders", "--filter", $"id={id}"),
            _ => await CommandRun.OfAsync(server, "hub", "add", "http://127.0.0.1:1/listener"),
        };

        await watch.SaysAsync((string)made.Json["id"]!);
        Assert.Equal(ExitCode.Interrupted, await watch.EndAsync());
    }

    [Fact]
    public async Task A_filter_that_is_refused_ends_it()
    {
        var run = await CommandRun.OfAsync(server, "orders", "list", "--watch", "--filter", "state=sleeping");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("--filter", run.Errors);
    }

    /// <summary>A command that goes on until it is interrupted.</summary>
    private sealed class Watch : IAsyncDisposable
    {
        private readonly CancellationTokenSource _interruption = CancellationTokenSource.CreateLinkedTokenSource(Token);
        private readonly LineWriter _output = new();
        private readonly Task<int> _running;

        public Watch(RunningServer server, params string[] args)
        {
            var configuration = new InvocationConfiguration { Output = TextWriter.Synchronized(_output), Error = TextWriter.Null };
            _running = Task.Run(() => CommandLine.RunAsync([.. args, "--server", server.Address], configuration, _interruption.Token));
        }

        public string[] Lines => _output.ToString()!.Split(Environment.NewLine);

        public Task SaysAsync(string text) => _output.SaysAsync(text);

        public async Task<int> EndAsync()
        {
            await _interruption.CancelAsync();
            return await _running;
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            _interruption.Dispose();
            await _output.DisposeAsync();
        }
    }

    /// <summary>Keeps what is written, and can wait for it.</summary>
    private sealed class LineWriter : StringWriter
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void WriteLine(string? value)
        {
            lock (_gate)
            {
                base.WriteLine(value);
                Tell();
            }
        }

        public override void WriteLine()
        {
            lock (_gate)
            {
                base.WriteLine();
                Tell();
            }
        }

        public override string ToString()
        {
            lock (_gate)
            {
                return base.ToString();
            }
        }

        public async Task SaysAsync(string text)
        {
            while (true)
            {
                Task next;
                lock (_gate)
                {
                    if (base.ToString().Contains(text, StringComparison.Ordinal))
                    {
                        return;
                    }

                    next = _written.Task;
                }

                await next.WaitAsync(TimeSpan.FromMinutes(1), Token);
            }
        }

        private void Tell()
        {
            _written.SetResult();
            _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
