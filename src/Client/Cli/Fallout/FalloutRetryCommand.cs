using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout retry ID</summary>
internal sealed class FalloutRetryCommand : ClientCommand
{
    private readonly Argument<string> _id = FalloutArguments.Id();
    private readonly Option<string> _actor = FalloutArguments.Actor();
    private readonly Option<string> _note = FalloutArguments.Note();
    private readonly Option<Characteristic[]> _set = CharacteristicOption.Create("Gives the item's service a characteristic, in the place of the one with its name.");

    public FalloutRetryCommand()
        : base("retry", "Put an item back into the queue, to be tried as often as a new one.")
    {
        Add(_id);
        Add(_set);
        Add(_note);
        Add(_actor);
    }

    public override IReadOnlyList<string> Examples =>
    [
        $"service-ordering fallout retry {FalloutArguments.ExampleId} --note 'the port is free now'",
        $"service-ordering fallout retry {FalloutArguments.ExampleId} --set port=olt-7/3 --set vlan=42",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new RetryFalloutItemRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Actor = arguments.GetValue(_actor) ?? "",
            Note = arguments.GetValue(_note) ?? "",
            ServiceCharacteristic = { arguments.GetValue(_set) ?? [] },
        };
        var response = await client.Fallout.RetryFalloutItemAsync(request, cancellationToken: cancellationToken);
        FalloutView.Write(screen, response.FalloutItem);
        return ExitCode.Done;
    }
}
