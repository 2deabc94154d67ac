using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub attempts ID</summary>
internal sealed class HubAttemptsCommand : ClientCommand
{
    private readonly Argument<string> _id = HubArguments.Id();

    public HubAttemptsCommand()
        : base("attempts", "Show the latest attempts to deliver, newest first.")
    {
        Add(_id);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub attempts {HubArguments.ExampleId}"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ListDeliveryAttemptsRequest { Id = arguments.GetRequiredValue(_id) };
        var response = await client.EventDeliveries.ListDeliveryAttemptsAsync(request, cancellationToken: cancellationToken);
        await screen.WriteAsync(HubView.AttemptColumns, response.DeliveryAttempts.ToAsyncEnumerable());
        return ExitCode.Done;
    }
}
