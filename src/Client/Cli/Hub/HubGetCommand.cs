using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub get ID</summary>
internal sealed class HubGetCommand : ClientCommand
{
    private readonly Argument<string> _id = HubArguments.Id();

    public HubGetCommand()
        : base("get", "Show one subscription and how its delivery goes.")
    {
        Add(_id);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub get {HubArguments.ExampleId}"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new GetEventSubscriptionRequest { Id = arguments.GetRequiredValue(_id) };
        var response = await client.EventSubscriptions.GetEventSubscriptionAsync(request, cancellationToken: cancellationToken);
        HubView.Write(screen, response.EventSubscription);
        return ExitCode.Done;
    }
}
