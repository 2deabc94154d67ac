using System.Diagnostics;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Tests.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Tests.Jobs;

/// <summary>Jobs whose servers are killed while they carry them out.</summary>
[Collection(typeof(Alone))]
public sealed class JobCrashTests : IDisposable
{
    private const int ItemsPerOrder = 10;
    private static readonly int Orders = Environment.GetEnvironmentVariable("CHAOS_FULL") is { Length: > 0 } ? 500 : 30;
    private static readonly int Items = Orders * ItemsPerOrder;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private static readonly (string, string)[] Settings =
        [("Checking:Mode", "Asynchronous"), ("Fulfillment:OnFailure", "Hold"), ("Storage:LeaseDuration", "00:00:02"), ("Storage:Patience", "00:00:04")];

    private readonly TestDatabase _database = new();
    private Replicas _replicas = null!;

    public void Dispose()
    {
        _replicas?.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Every_item_is_retried_exactly_once_and_the_job_knows_it()
    {
        await StartAsync();
        var job = await AskAsync(JobOperation.RetryFallout, maxFailures: 0);

        await KillTwiceAsync(() => Count("fallout_item", "retried"), Items);

        var ended = await EndOfAsync(job);
        Assert.Equal((JobState.Completed, Items, Items, Items, 0), (ended.State, ended.Total, ended.Done, ended.Succeeded, ended.Failed));
        Assert.Equal(Items, Count("fallout_item", "retried"));
        Assert.Equal([(1, job.Id)], (await ListAsync()).Select(item => (item.Retries, item.JobId)).Distinct());
        Assert.All(await NotesAsync(), notes => Assert.Equal(ItemsPerOrder, notes.Distinct().Count()));
        Assert.Equal(Items, _database.Query<long>("select count(*) from work where state = 'waiting' and attempt = 0")[0]);
    }

    [Fact]
    public async Task Job_stops_at_its_failures_whoever_has_counted_them()
    {
        await StartAsync();
        var most = Orders * 4 / 5;
        // Held by their items, and not as a whole.
        var job = await AskAsync(JobOperation.ResumeOrders, most);

        await KillTwiceAsync(() => FailedOf(job), most);

        var ended = await EndOfAsync(job);
        Assert.Equal((JobState.Stopped, Orders, most + 1, most + 1), (ended.State, ended.Total, ended.Done, ended.Failed));
        Assert.Equal(Math.Min(100, most + 1), ended.Failures.Select(failure => failure.Id).Distinct().Count());
    }

    /// <summary>Starts the servers, and has every item of every order fall out.</summary>
    private async Task StartAsync()
    {
        _replicas = await Replicas.StartAsync(TestDatabase.IsPostgres ? 2 : 1, _database, TestDatabase.IsPostgres ? TestDatabase.Server : ("127.0.0.1", 1), Settings);
        using var client = _replicas.Grpc();
        var work = new FulfillmentService.FulfillmentServiceClient(client.CallInvoker);
        var placing = Task.Run(
            async () =>
            {
                for (var i = 0; i < Orders; i++)
                {
                    var order = new ServiceOrder();
                    for (var item = 0; item < ItemsPerOrder; item++)
                        order.ServiceOrderItem.Add(new ServiceOrderItem { Id = $"{item}", Action = OrderItemAction.Add, Service = new ServiceRefOrValue { Name = "s" } });
                    await client.ServiceOrders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order }, cancellationToken: Cancel);
                }
            },
            Cancel);
        for (var left = Items; left > 0;)
        {
            var polled = await work.PollWorkAsync(new PollWorkRequest { Worker = "w", MaxItems = 100 }, cancellationToken: Cancel);
            await Task.WhenAll(polled.Assignments.Select(assignment => work.ReportWorkAsync(
                new ReportWorkRequest { LeaseToken = assignment.LeaseToken, Failure = new Failure { ErrorMessages = { new ServiceOrderItemErrorMessage { Message = "no" } } } }, cancellationToken: Cancel).ResponseAsync));
            left -= polled.Assignments.Count;
        }
        await placing;
        Assert.Equal(Items, Count("fallout_item", "open"));
    }

    private async Task<Job> AskAsync(JobOperation operation, int maxFailures)
    {
        using var client = _replicas.Grpc();
        var jobs = new JobService.JobServiceClient(client.CallInvoker);
        return (await jobs.CreateJobAsync(new CreateJobRequest { Operation = operation, Filter = "*", MaxFailures = maxFailures }, cancellationToken: Cancel)).Job;
    }

    /// <summary>Kills a server when a quarter is done, and the other one, where there is one, at a half: one of them carries the job out.</summary>
    private async Task KillTwiceAsync(Func<long> done, int all)
    {
        for (var kill = 1; kill <= 2; kill++)
        {
            await UntilAsync(() => done() >= kill * all / 4);
            TestContext.Current.TestOutputHelper?.WriteLine($"{done()} of {all} were done; running: {Count("job", "running")}");
            _replicas[kill].Process.Kill();
            await _replicas[kill].StartAsync();
        }
    }

    private async Task<Job> EndOfAsync(Job job)
    {
        await UntilAsync(() => Count("job", "running") == 0);
        using var client = _replicas.Grpc();
        return (await new JobService.JobServiceClient(client.CallInvoker).GetJobAsync(new GetJobRequest { Id = job.Id }, cancellationToken: Cancel)).Job;
    }

    private async Task<List<FalloutItem>> ListAsync()
    {
        using var client = _replicas.Grpc();
        var fallout = new FalloutService.FalloutServiceClient(client.CallInvoker);
        var items = new List<FalloutItem>();
        var request = new ListFalloutItemsRequest { Limit = 1000 };
        do
        {
            var page = await fallout.ListFalloutItemsAsync(request, cancellationToken: Cancel);
            items.AddRange(page.FalloutItems);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(Items, items.Count);
        return items;
    }

    /// <summary>What the orders' notes say, order by order.</summary>
    private async Task<List<List<string>>> NotesAsync()
    {
        using var client = _replicas.Grpc();
        var page = await client.ServiceOrders.ListServiceOrdersAsync(new ListServiceOrdersRequest { Limit = 1000 }, cancellationToken: Cancel);
        Assert.Equal(Orders, page.ServiceOrders.Count);
        return [.. page.ServiceOrders.Select(order => order.Note.Select(note => note.Text).ToList())];
    }

    private long Count(string table, string state) => _database.Query<long>($"select count(*) from {table} where state = '{state}'")[0];

    private long FailedOf(Job job) => _database.Query<long>("select version from job where id = @id", new { id = job.Id })[0] - 1;

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var began = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Deadline, "It did not come to an end.");
            await Task.Delay(2, Cancel);
        }
    }
}
