using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub replay ID --from POSITION</summary>
internal sealed class HubReplayCommand : ClientCommand
{
    private readonly Argument<string> _id = HubArguments.Id();

    private readonly Option<long> _from = new("--from")
    {
        Description = "Position of the first event to send; 'hub attempts' shows those of the latest.",
        HelpName = "POSITION",
        Required = true,
    };

    public HubReplayCommand()
        : base("replay", "Send events again, from a position of the log on.")
    {
        Add(_id);
        Add(_from);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub replay {HubArguments.ExampleId} --from 1042"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ReplayEventsRequest
        {
            Id = arguments.GetRequiredValue(_id),
            FromPosition = arguments.GetRequiredValue(_from),
        };
        var response = await client.EventSubscriptions.ReplayEventsAsync(request, cancellationToken: cancellationToken);
        HubView.Write(screen, response.EventSubscription);
        return ExitCode.Done;
    }
}
