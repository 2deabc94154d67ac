using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub replay ID --after TOKEN</summary>
internal sealed class HubReplayCommand : ClientCommand
{
    private readonly Argument<string> _id = HubArguments.Id();

    private readonly Option<string> _after = new("--after")
    {
        Description = "Token after which events are sent: that of an attempt ('hub attempts'), a subscription ('hub get') or a watch.",
        HelpName = "TOKEN",
        Required = true,
    };

    public HubReplayCommand()
        : base("replay", "Send events again, those after a token.")
    {
        Add(_id);
        Add(_after);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub replay {HubArguments.ExampleId} --after AQAAAAAAAAAB"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ReplayEventsRequest
        {
            Id = arguments.GetRequiredValue(_id),
            ResumeToken = arguments.GetRequiredValue(_after),
        };
        var response = await client.EventDeliveries.ReplayEventsAsync(request, cancellationToken: cancellationToken);
        HubView.Write(screen, response.EventSubscription);
        return ExitCode.Done;
    }
}
