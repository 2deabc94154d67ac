using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Work;

/// <summary>service-ordering work workers</summary>
internal sealed class WorkWorkersCommand() : ClientCommand("workers", "List the workers that are connected to the server.")
{
    public override IReadOnlyList<string> Examples => ["service-ordering work workers"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var response = await client.Fulfillment.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: cancellationToken);
        await screen.WriteAsync(WorkView.WorkerColumns, response.Workers.ToAsyncEnumerable());
        return ExitCode.Done;
    }
}
