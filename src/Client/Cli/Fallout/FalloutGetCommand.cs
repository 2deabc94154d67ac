using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout get ID</summary>
internal sealed class FalloutGetCommand : ClientCommand
{
    private readonly Argument<string> _id = FalloutArguments.Id();

    public FalloutGetCommand()
        : base("get", "Show one item that could not be worked, with what was done about it.") => Add(_id);

    public override IReadOnlyList<string> Examples => [$"service-ordering fallout get {FalloutArguments.ExampleId}"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var response = await client.Fallout.GetFalloutItemAsync(new GetFalloutItemRequest { Id = arguments.GetRequiredValue(_id) }, cancellationToken: cancellationToken);
        FalloutView.Write(screen, response.FalloutItem);
        return ExitCode.Done;
    }
}
