using System.CommandLine;
using ServiceOrdering.Fulfillment.V1;
using static ServiceOrdering.Cli.Tables;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>Shows jobs: as JSON, one as a card with what could not be done, several as a table.</summary>
internal static class JobView
{
    public static Columns<Job> Columns { get; } = new(
        job => job.Id,
        ["ID", "STATE", "OPERATION", "DONE", "FAILED", "CREATED", "ENDED", "ACTOR", "FILTER"],
        job =>
        [
            Id(job.Id),
            State(Word(job.State)),
            Short(Word(job.Operation)),
            Short($"{job.Done} of {job.Total}"),
            Short($"{job.Failed}"),
            When(job.CreatedDate),
            When(job.EndedDate),
            Cell(job.Actor),
            Cell(job.Filter),
        ]);

    public static Argument<string> IdArgument() => new("ID") { Description = "Id of the job." };

    /// <summary>Whether a job that has ended has done all there was to do.</summary>
    public static int ExitCodeOf(Job job) => job is { State: JobState.Completed, Failed: 0 } ? ExitCode.Done : ExitCode.Refused;

    public static void Write(Screen screen, Job job)
    {
        if (!screen.IsTable)
        {
            screen.WriteData(job);
            return;
        }

        WriteLine(screen, "id", job.Id.Length > 0 ? job.Id : "none: a dry run");
        WriteLine(screen, "state", Word(job.State));
        WriteLine(screen, "operation", Word(job.Operation));
        WriteLine(screen, "filter", job.Filter);
        WriteLine(screen, "actor", job.Actor);
        WriteLine(screen, "note", job.Note);
        WriteLine(screen, "total", $"{job.Total}");
        if (job.Id.Length > 0)
        {
            WriteLine(screen, "succeeded", $"{job.Succeeded}");
            WriteLine(screen, "failed", $"{job.Failed}");
            WriteLine(screen, "recovered", job.Operation == JobOperation.RetryFallout ? $"{job.Recovered}" : "");
            WriteLine(screen, "stops after", $"{job.MaxFailures} failures");
        }

        WriteLine(screen, "created", Time(job.CreatedDate));
        WriteLine(screen, "ended", Time(job.EndedDate));
        if (job.Failures.Count == 0)
        {
            return;
        }

        var failures = Create("NOT DONE", "REASON", "MESSAGE");
        foreach (var failure in job.Failures)
        {
            failures.AddRow(Cell(failure.Id), Cell(failure.Reason), Cell(failure.Message));
        }

        screen.WriteLine("");
        screen.Write(failures);
        if (job.Failed > job.Failures.Count)
        {
            screen.WriteLine($"The first {job.Failures.Count} of {job.Failed} that could not be done.");
        }
    }
}
