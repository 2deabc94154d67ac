using System.Globalization;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Spectre.Console;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>Follows a job to its end. No events tell of jobs: it is asked for again and again.</summary>
internal static class JobProgress
{
    private const int BarWidth = 30;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    /// <summary>Follows a job on the screen: on a terminal a bar that is drawn again in its place, else a line for each change.</summary>
    public static async Task<Job> FollowAsync(ServiceOrderingClient client, Job job, Screen screen, CancellationToken cancellationToken)
    {
        if (!screen.IsTerminal || !screen.IsTable)
        {
            return await FollowAsync(client, job, told => screen.WriteProgress(Line(told)), cancellationToken);
        }

        await screen.LiveAsync(async draw => job = await FollowAsync(client, job, told => draw(new Text(Bar(told, DateTimeOffset.UtcNow))), cancellationToken));
        return job;
    }

    /// <summary>Follows a job.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="job">The job as it was last.</param>
    /// <param name="tell">Gets it as it is, and after each change.</param>
    /// <param name="cancellationToken">Ends it; the job goes on.</param>
    /// <returns>The job as it has ended.</returns>
    public static async Task<Job> FollowAsync(ServiceOrderingClient client, Job job, Action<Job> tell, CancellationToken cancellationToken)
    {
        tell(job);
        while (job.State == JobState.Running)
        {
            await Task.Delay(BetweenLooks, cancellationToken);
            var next = (await client.Jobs.GetJobAsync(new GetJobRequest { Id = job.Id }, cancellationToken: cancellationToken)).Job;
            if (!next.Equals(job))
            {
                tell(next);
            }

            job = next;
        }

        return job;
    }

    /// <summary>How far a job is: <c>running 120 of 300, 2 failed</c>.</summary>
    public static string Line(Job job) =>
        $"{Tables.Word(job.State)} {job.Done} of {job.Total}{(job.Failed > 0 ? $", {job.Failed} failed" : "")}{(job.Recovered > 0 ? $", {job.Recovered} recovered" : "")}";

    /// <summary>The same with a bar, and how long it takes yet.</summary>
    public static string Bar(Job job, DateTimeOffset now)
    {
        var part = job.Total <= 0 ? (job.State == JobState.Running ? 0 : 1) : Math.Clamp((double)job.Done / job.Total, 0, 1);
        var filled = (int)(part * BarWidth);
        var left = job is { State: JobState.Running, Done: > 0, CreatedDate: not null }
            ? $", {Left((now - job.CreatedDate.ToDateTimeOffset()) * ((1 / part) - 1))} left"
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{new string('█', filled)}{new string('░', BarWidth - filled)} {Math.Floor(100 * part),3} % {Line(job)}{left}");
    }

    private static string Left(TimeSpan time) => time < TimeSpan.FromMinutes(2) ? $"{Math.Max(0, Math.Ceiling(time.TotalSeconds))} s" : Tables.Duration(time);
}
