using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Jobs;
using ServiceOrdering.Server.Tests.Fulfillment;
using Tmf.Common.V4;

namespace ServiceOrdering.Server.Tests.Jobs;

/// <summary>What is done to many at once.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task Job_retries_what_its_filter_lets_through_and_tells_what_has_recovered()
    {
        using var server = new FalloutServer();
        var id = await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2", "3"));
        await server.FailAsync(2, "noPort");
        await server.FailAsync(1, "noLine");

        var job = await server.RunAsync(JobOperation.RetryFallout, "causeCode=noPort", request =>
        {
            request.Actor = "kim";
            request.Note = "There are ports again.";
            request.ServiceCharacteristic.Add(new Characteristic { Name = "port", Value = Value.ForNumber(2) });
        });

        Assert.Equal((JobState.Completed, 2, 2, 2, 0, 0), (job.State, job.Total, job.Done, job.Succeeded, job.Failed, job.Recovered));
        Assert.NotNull(job.EndedDate);
        var retried = await server.ListAsync("state=retried");
        Assert.Equal([(job.Id, 1), (job.Id, 1)], retried.Select(item => (item.JobId, item.Retries)));
        Assert.Equal("kim: Retried. There are ports again.", $"{retried[0].Notes.Single().Author}: {retried[0].Notes.Single().Text}");
        Assert.Equal("noLine", Assert.Single(await server.ListAsync("state=open")).CauseCode);
        Assert.Equal(job.Id, server.Working.EventsOf(id)[^1].Event["correlationId"]!.GetValue<string>());
        var assignments = new List<Assignment>();
        while (assignments.Count < 2)
            assignments.AddRange(await server.Working.PollAsync(2));
        Assert.All(assignments, assignment => Assert.Equal(2, assignment.Item.Service.ServiceCharacteristic.Single().Value.NumberValue));
        await server.Working.CompleteAsync(assignments[0]);
        await server.Working.ReportAsync(assignments[1], FalloutServer.Failure());
        Assert.Equal(1, (await server.EndOfAsync(job)).Recovered);
        Assert.Equal(1, Assert.Single((await server.Jobs.ListJobsAsync(new ListJobsRequest { Filter = "state=completed" }, cancellationToken: Cancel)).Jobs).Recovered);
        Assert.Equal("kim", (await server.Working.ReadAsync(id))["note"]![0]!["author"]!.GetValue<string>());
    }

    [Fact]
    public async Task Dry_run_counts_and_starts_nothing()
    {
        using var server = new FalloutServer();
        await server.Working.PlaceAsync(WorkingServer.Order("", "1", "2", "3"));
        await server.FailAsync(3);
        await server.RetryAsync((await server.ListAsync())[0]);

        var all = await server.StartAsync(JobOperation.FailFallout, more: request => request.DryRun = true);
        var some = await server.StartAsync(JobOperation.RetryFallout, "state=retried,open", request => request.DryRun = true);
        var refusal = await FalloutServer.RefusedAsync(StatusCode.InvalidArgument, "REQUEST_INVALID", () => server.StartAsync(JobOperation.FailFallout, "state=lost", request => request.DryRun = true));

        Assert.Equal(("", JobState.Unspecified, 2, 2), (all.Id, all.State, all.Total, some.Total));
        Assert.Equal("QUERY_INVALID", refusal.Violations.Single().Reason);
        Assert.Empty((await server.Jobs.ListJobsAsync(new ListJobsRequest(), cancellationToken: Cancel)).Jobs);
        Assert.Equal(2, (await server.ListAsync("state=open")).Count);
    }

    [Fact]
    public async Task Job_fails_items_for_good()
    {
        using var server = new FalloutServer();
        var (id, _) = await server.FallOutAsync();

        var job = await server.RunAsync(JobOperation.FailFallout);

        Assert.Equal((JobState.Completed, 1), (job.State, job.Succeeded));
        Assert.Equal(FalloutState.Failed, (await server.OfAsync(id)).State);
        Assert.Equal("failed", (await server.Working.ReadAsync(id))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Job_holds_orders_and_another_one_resumes_them()
    {
        using var server = new FalloutServer();
        var later = $"{DateTime.UtcNow.AddDays(1):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}";
        var working = await server.Working.PlaceAsync(WorkingServer.Order("\"category\":\"a\"", "1"));
        var waiting = await server.Working.PlaceAsync(WorkingServer.Order($"\"category\":\"a\",\"requestedStartDate\":\"{later}\"", "1"));
        var other = await server.Working.PlaceAsync(WorkingServer.Order("\"category\":\"b\"", "1"));
        await server.Working.WaitForAsync(working, "inProgress");
        await server.Working.WaitForAsync(other, "inProgress");

        var held = await server.RunAsync(JobOperation.HoldOrders, "category=a", request => request.Note = "Strike.");
        Assert.Equal(["held", "held", "inProgress"], await StatesAsync());
        var resumed = await server.RunAsync(JobOperation.ResumeOrders, "category=a");

        Assert.Equal(["inProgress", "acknowledged", "inProgress"], await StatesAsync());
        Assert.Equal((JobState.Completed, 2, 2), (held.State, held.Total, held.Succeeded));
        Assert.Equal((JobState.Completed, 2, 2), (resumed.State, resumed.Total, resumed.Succeeded));
        Assert.Equal(
            ["Held by a job. Strike.", "Resumed by a job."],
            (await server.Working.ReadAsync(working))["note"]!.AsArray().Select(note => note!["text"]!.GetValue<string>()));

        async Task<List<string>> StatesAsync()
        {
            var states = new List<string>();
            foreach (var id in new[] { working, waiting, other })
                states.Add((await server.Working.ReadAsync(id))["state"]!.GetValue<string>());
            return states;
        }
    }

    [Theory]
    [InlineData(null, JobState.Completed, 5)]
    [InlineData(4, JobState.Stopped, 5)]
    [InlineData(2, JobState.Stopped, 3)]
    [InlineData(0, JobState.Stopped, 1)]
    public async Task Job_goes_on_behind_failures_until_there_are_too_many(int? most, JobState state, int failed)
    {
        using var server = new FalloutServer();
        for (var i = 0; i < 5; i++)
            await server.FallOutAsync();

        // Held by their items, and not as a whole.
        var job = await server.RunAsync(JobOperation.ResumeOrders, "state=held", request =>
        {
            if (most is { } limit)
                request.MaxFailures = limit;
        });

        Assert.Equal((state, failed, failed, 0), (job.State, job.Done, job.Failed, job.Succeeded));
        Assert.Equal(failed, job.Failures.Select(failure => failure.Id).Distinct().Count());
        Assert.All(job.Failures, failure => Assert.Equal("SERVICE_ORDER_CHANGE_FORBIDDEN", failure.Reason));
        Assert.Contains("not suspended as a whole", job.Failures[0].Message);
    }

    [Fact]
    public async Task What_came_after_a_job_is_not_its_business()
    {
        using var server = new FalloutServer();
        var (_, first) = await server.FallOutAsync();
        var (_, second) = await server.FallOutAsync();
        var (_, third) = await server.FallOutAsync();
        var targets = server.Server.Service<JobTargets>();
        var job = new Job { Operation = JobOperation.RetryFallout, Filter = "*", CreatedDate = second.Since };

        var places = await targets.NextAsync(job, JobTargets.Start(job), 10, Cancel);
        var rest = await targets.NextAsync(job, places[0], 10, Cancel);

        Assert.True(first.Since.ToDateTime() < second.Since.ToDateTime() && second.Since.ToDateTime() < third.Since.ToDateTime());
        Assert.Equal([second.Id, first.Id], places.Select(place => place.Id));
        Assert.Equal([first.Id], rest.Select(place => place.Id));
        Assert.Equal(2, await targets.CountAsync(job, Cancel));
    }

    [Fact]
    public async Task Job_that_is_cancelled_ends_between_two_items_and_the_next_one_begins()
    {
        using var server = new FalloutServer();
        var (_, older) = await server.FallOutAsync();
        var (_, newer) = await server.FallOutAsync();
        var release = await TakeTurnAsync(server, older.ServiceOrderId);

        var job = await StartAndDoFirstAsync(server);
        var next = await server.StartAsync(JobOperation.FailFallout);
        var cancelled = (await server.Jobs.CancelJobAsync(new CancelJobRequest { Id = job.Id }, cancellationToken: Cancel)).Job;
        await release();
        var ended = await server.EndOfAsync(next);

        Assert.Equal((JobState.Cancelled, 2, 1), (cancelled.State, cancelled.Total, cancelled.Succeeded));
        Assert.Equal(cancelled, (await server.Jobs.CancelJobAsync(new CancelJobRequest { Id = job.Id }, cancellationToken: Cancel)).Job);
        Assert.Equal((JobState.Completed, 1), (ended.State, ended.Succeeded));
        Assert.Equal((FalloutState.Retried, FalloutState.Failed), ((await server.OfAsync(newer.ServiceOrderId)).State, (await server.OfAsync(older.ServiceOrderId)).State));
    }

    [Fact]
    public async Task Item_that_somebody_else_decides_first_is_a_failure_of_the_job()
    {
        using var server = new FalloutServer();
        var (id, older) = await server.FallOutAsync();
        await server.FallOutAsync();
        var release = await TakeTurnAsync(server, id);
        var job = await StartAndDoFirstAsync(server);

        await server.MoveItemAsync(id, "inProgress");
        await release();

        var ended = await server.EndOfAsync(job);
        Assert.Equal((JobState.Completed, 2, 1, 1), (ended.State, ended.Done, ended.Succeeded, ended.Failed));
        Assert.Equal((older.Id, "FALLOUT_ITEM_NOT_OPEN"), (ended.Failures.Single().Id, ended.Failures.Single().Reason));
        Assert.Equal((FalloutState.Retried, 0, ""), ((await server.OfAsync(id)).State, (await server.OfAsync(id)).Retries, (await server.OfAsync(id)).JobId));
    }

    [Fact]
    public async Task Request_that_is_repeated_starts_one_job()
    {
        using var server = new FalloutServer();
        await server.FallOutAsync();
        var request = new CreateJobRequest { Operation = JobOperation.RetryFallout, Filter = "state=open", RequestId = "once" };

        var first = await server.Jobs.CreateJobAsync(request, cancellationToken: Cancel);
        var again = await server.Jobs.CreateJobAsync(request, cancellationToken: Cancel);
        await FalloutServer.RefusedAsync(StatusCode.FailedPrecondition, "REQUEST_ID_REUSED", () => server.StartAsync(JobOperation.FailFallout, more: other => other.RequestId = "once"));

        Assert.Equal((false, true, first.Job.Id), (first.Replayed, again.Replayed, again.Job.Id));
        Assert.Single((await server.Jobs.ListJobsAsync(new ListJobsRequest(), cancellationToken: Cancel)).Jobs);
    }

    [Fact]
    public async Task Request_is_refused_with_everything_that_is_wrong()
    {
        using var server = new FalloutServer();

        var refusal = await FalloutServer.RefusedAsync(StatusCode.InvalidArgument, "REQUEST_INVALID", () => server.StartAsync(
            JobOperation.HoldOrders,
            "state=lost",
            request =>
            {
                request.MaxFailures = -1;
                request.Note = new string('n', 4001);
                request.ServiceCharacteristic.Add(new Characteristic { Name = "port", Value = Value.ForNumber(2) });
            }));
        var empty = await FalloutServer.RefusedAsync(StatusCode.InvalidArgument, "REQUEST_INVALID", () => server.StartAsync(JobOperation.Unspecified, ""));
        await FalloutServer.RefusedAsync(StatusCode.NotFound, "JOB_NOT_FOUND", () => server.EndOfAsync(new Job { Id = "none" }));

        Assert.Equal(["note", "filter[\"state\"]", "service_characteristic", "max_failures"], refusal.Violations.Select(violation => violation.Field));
        Assert.Equal(["operation", "filter"], empty.Violations.Select(violation => violation.Field));
    }

    [Fact]
    public async Task Job_is_asked_for_and_seen_over_http()
    {
        using var server = new FalloutServer();
        await server.FallOutAsync();

        var created = await server.Server.SendAsync(HttpMethod.Post, "/fulfillment/v1/jobs", """{"operation":"JOB_OPERATION_RETRY_FALLOUT","filter":"state=open"}""");
        Assert.True((int)created.Status == 200, created.Body);
        var job = await server.EndOfAsync(new Job { Id = created.Json["job"]!["id"]!.GetValue<string>() });
        var read = await server.Server.GetAsync($"/fulfillment/v1/jobs/{job.Id}");

        Assert.Equal(("JOB_STATE_COMPLETED", 1), (read.Json["state"]!.GetValue<string>(), read.Json["succeeded"]!.GetValue<int>()));
        Assert.Equal(1, (await server.Server.GetAsync("/fulfillment/v1/jobs")).Json["totalCount"]!.GetValue<int>());
    }

    /// <summary>Keeps others from an order as one does who works on it.</summary>
    /// <returns>What lets them go on.</returns>
    private static async Task<Func<Task>> TakeTurnAsync(FalloutServer server, string orderId)
    {
        var (entered, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        var holding = server.Server.Service<OrderTurns>().TakeAsync(
            orderId,
            async () =>
            {
                entered.SetResult();
                await released.Task;
                return 0;
            },
            Cancel);
        await entered.Task;
        return () =>
        {
            released.SetResult();
            return holding;
        };
    }

    /// <summary>Starts a job that retries all, and sees it do the first: it has looked at the next by then.</summary>
    private static async Task<Job> StartAndDoFirstAsync(FalloutServer server)
    {
        var job = await server.StartAsync(JobOperation.RetryFallout);
        while ((await server.Jobs.GetJobAsync(new GetJobRequest { Id = job.Id }, cancellationToken: Cancel)).Job.Done == 0)
            await Task.Yield();
        return job;
    }
}
