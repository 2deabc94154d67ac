using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub resume ID</summary>
internal sealed class HubResumeCommand : ClientCommand
{
    private readonly Argument<string> _id = HubArguments.Id();

    public HubResumeCommand()
        : base("resume", "Send the event that is next now, and go on from there.")
    {
        Add(_id);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub resume {HubArguments.ExampleId}"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new ResumeEventSubscriptionRequest { Id = arguments.GetRequiredValue(_id) };
        var response = await client.EventDeliveries.ResumeEventSubscriptionAsync(request, cancellationToken: cancellationToken);
        HubView.Write(screen, response.EventSubscription);
        return ExitCode.Done;
    }
}
