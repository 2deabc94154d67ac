using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>service-ordering jobs cancel ID</summary>
internal sealed class JobsCancelCommand : ClientCommand
{
    private readonly Argument<string> _id = JobView.IdArgument();

    public JobsCancelCommand()
        : base("cancel", "End a job. What it has done stays done.") => Add(_id);

    public override IReadOnlyList<string> Examples => ["service-ordering jobs cancel 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var response = await client.Jobs.CancelJobAsync(new CancelJobRequest { Id = arguments.GetRequiredValue(_id) }, cancellationToken: cancellationToken);
        JobView.Write(screen, response.Job);
        return ExitCode.Done;
    }
}
