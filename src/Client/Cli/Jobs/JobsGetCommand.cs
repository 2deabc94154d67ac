using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>service-ordering jobs get ID</summary>
internal sealed class JobsGetCommand : ClientCommand
{
    private readonly Argument<string> _id = JobView.IdArgument();

    public JobsGetCommand()
        : base("get", "Show one job, how far it is, and what could not be done.") => Add(_id);

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering jobs get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        "service-ordering jobs get 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33 -o json | jq -r '.failures[].id'",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var response = await client.Jobs.GetJobAsync(new GetJobRequest { Id = arguments.GetRequiredValue(_id) }, cancellationToken: cancellationToken);
        JobView.Write(screen, response.Job);
        return ExitCode.Done;
    }
}
