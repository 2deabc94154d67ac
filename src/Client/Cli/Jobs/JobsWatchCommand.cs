using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>service-ordering jobs watch ID</summary>
internal sealed class JobsWatchCommand : ClientCommand
{
    private readonly Argument<string> _id = JobView.IdArgument();

    public JobsWatchCommand()
        : base("watch", $"Show how far a job is until it has ended; where the output is no terminal, a line for each change. Exit code {ExitCode.Refused} unless all is done.") => Add(_id);

    public override IReadOnlyList<string> Examples => ["service-ordering jobs watch 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var job = (await client.Jobs.GetJobAsync(new GetJobRequest { Id = arguments.GetRequiredValue(_id) }, cancellationToken: cancellationToken)).Job;
        job = screen.IsChosen && !screen.IsTable
            ? await JobProgress.FollowAsync(client, job, screen.WriteMessage, cancellationToken)
            : screen.IsTerminal ? await JobProgress.FollowAsync(client, job, screen, cancellationToken)
            : await JobProgress.FollowAsync(client, job, told => screen.WriteLine(JobProgress.Line(told)), cancellationToken);
        return JobView.ExitCodeOf(job);
    }
}
