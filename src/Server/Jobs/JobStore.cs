using ServiceOrdering.Fulfillment.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Fulfillment;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Jobs;

/// <summary>What is done to jobs, each a script of steps in one write. How far a job is stands beside it, and changes with it.</summary>
internal sealed class JobStore(Database database, ResourceTable<Job> jobs, JobTargets targets, TimeProvider time)
{
    // The other way round in the index of lists, in PostgreSQL too.
    internal const string First = "select id from job where state = 'running' order by created_date nulls first limit 1";

    private const string Requests = "job";
    private const int MostFailuresKept = 100;

    /// <summary>Raised when a job was started here.</summary>
    public event Action? Started;

    /// <summary>Starts a job, or counts what it would be about.</summary>
    public async Task<CreateJobResponse> CreateAsync(Caller caller, Job asked, RequestId? requestId, bool isDryRun, CancellationToken cancellationToken)
    {
        var response = await Database.RetryAsync(async () =>
        {
            if (requestId is not null && !isDryRun
                && await database.ReadAsync(session => RequestIds.FindAnswerAsync<CreateJobResponse>(session, caller, Requests, requestId, time.GetUtcNow())) is { Resource: var answer })
            {
                answer.Replayed = true;
                return answer;
            }
            var job = asked.Clone();
            job.CreatedDate = time.Now();
            job.Total = await targets.CountAsync(job, cancellationToken);
            var made = new CreateJobResponse { Job = job };
            if (isDryRun)
                return made;
            job.Id = ResourceId.New();
            job.State = JobState.Running;
            var draft = new Draft<Job>(job);
            var text = JsonFormat.ToUtf8Bytes(made);
            return await database.WriteAsync(
                caller,
                async write =>
                {
                    await RequestIds.AddAsync(write, Requests, requestId, text);
                    await jobs.WriteAsync(write, before: null, draft);
                    await SetPlaceAsync(write, job.Id, JobTargets.Start(job));
                    return made;
                },
                cancellationToken);
        });
        if (!isDryRun)
            Started?.Invoke();
        return response;
    }

    /// <summary>A job with how far it is.</summary>
    public async Task<Job> GetAsync(string id, Sight sight)
    {
        var job = (await jobs.GetAsync(id, sight)).Resource;
        await CountRecoveredAsync([job]);
        return job;
    }

    /// <summary>Ends a job that has not ended.</summary>
    public async Task<Job> CancelAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var job = await Database.RetryAsync(async () =>
        {
            var before = await jobs.GetAsync(id, Sight.All);
            return before.Resource.State == JobState.Running ? await EndAsync(caller, before, JobState.Cancelled, cancellationToken) : before;
        });
        await CountRecoveredAsync([job.Resource]);
        return job.Resource;
    }

    /// <summary>Tells of jobs how many of the items that they retried have recovered since.</summary>
    public async ValueTask CountRecoveredAsync(IReadOnlyCollection<Job> shown)
    {
        var retries = shown.Where(job => job.Operation == JobOperation.RetryFallout && job.Id.Length > 0).ToList();
        if (retries.Count == 0)
            return;
        var recovered = await database.ReadAsync(session => FalloutTable.RecoveredAsync(session, [.. retries.Select(job => job.Id)]));
        foreach (var job in retries)
            job.Recovered = recovered.GetValueOrDefault(job.Id);
    }

    /// <summary>The job that is to be carried out now: the first that has not ended; null for none.</summary>
    public ValueTask<string?> FindFirstAsync() => database.ReadAsync(session => session.FindAsync<string>(First));

    /// <summary>A job that has not ended, and the place behind what it has done; null where it has.</summary>
    public async ValueTask<(Stored<Job> Job, PagePlace Place)?> FindRunningAsync(string id)
    {
        // In this order: a place that is newer than the job is found out when the job is written.
        if (await database.ReadAsync(session => jobs.FindAsync(session, id, Sight.All)) is not { Resource.State: JobState.Running } job)
            return null;
        var (date, target) = await database.ReadAsync(session => session.FindAsync<(string? Date, string? Id)>(
            "select date, target_id from job_place where job_id = @id", Parameters.Of("id", id)));
        return date is null ? null : (job, new PagePlace(date, target!));
    }

    /// <summary>Whether a job is as it was read: neither ended nor carried on by another server.</summary>
    public async ValueTask<bool> IsUnchangedAsync(Stored<Job> job) => (await database.ReadAsync(session => jobs.FindAsync(session, job.Resource.Id, Sight.All)))?.Version == job.Version;

    /// <summary>Does something to one that a job is about, and keeps in the same write that it was done; or only that it could not be.</summary>
    /// <param name="before">The job.</param>
    /// <param name="place">Its place with this one behind it.</param>
    /// <param name="step">What is done; null for nothing.</param>
    /// <param name="failure">Why it could not be done; null where it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ConflictException">The job, or what it is about, is no longer as it was read.</exception>
    public Task<Stored<Job>> AdvanceAsync(Stored<Job> before, PagePlace place, Func<Write, ValueTask>? step, JobFailure? failure, CancellationToken cancellationToken)
    {
        var job = before.Resource.Clone();
        job.Done++;
        if (failure is null)
            job.Succeeded++;
        else
            job.Failed++;
        if (failure is not null && job.Failures.Count < MostFailuresKept)
            job.Failures.Add(failure);
        var isTooMany = job.Failed > job.MaxFailures;
        if (isTooMany)
            End(job, JobState.Stopped);
        var draft = new Draft<Job>(job);
        return database.WriteAsync(
            new Caller(new Identity(job.Actor), job.Id),
            async write =>
            {
                if (step is not null)
                    await step(write);
                await SetPlaceAsync(write, job.Id, place);
                return await jobs.WriteAsync(write, before, draft);
            },
            cancellationToken);
    }

    /// <summary>Ends a job.</summary>
    /// <exception cref="ConflictException">It is no longer as it was read.</exception>
    public Task<Stored<Job>> EndAsync(Caller caller, Stored<Job> before, JobState state, CancellationToken cancellationToken, JobFailure? failure = null)
    {
        var job = before.Resource.Clone();
        End(job, state);
        if (failure is not null)
            job.Failures.Add(failure);
        var draft = new Draft<Job>(job);
        return database.WriteAsync(caller, write => jobs.WriteAsync(write, before, draft), cancellationToken);
    }

    private void End(Job job, JobState state)
    {
        job.State = state;
        job.EndedDate = time.Now();
    }

    private static ValueTask SetPlaceAsync(Write write, string id, PagePlace place) => write.Session.SendAsync(
        """
        insert into job_place (job_id, date, target_id) values (@id, @date, @target)
        on conflict (job_id) do update set date = excluded.date, target_id = excluded.target_id
        """,
        Parameters.Of("id", id).With("date", place.Date).With("target", place.Id));
}
