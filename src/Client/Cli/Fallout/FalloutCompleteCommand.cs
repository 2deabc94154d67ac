using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.Common.V4;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout complete ID</summary>
internal sealed class FalloutCompleteCommand : ClientCommand
{
    private readonly Argument<string> _id = FalloutArguments.Id();
    private readonly Option<string> _actor = FalloutArguments.Actor();
    private readonly Option<string> _note = FalloutArguments.Note();
    private readonly InputFile _file = new("JSON file with what was added to the service, or made different, as a worker would report it", isRequired: false);

    public FalloutCompleteCommand()
        : base("complete", "Complete an item by hand: the inventory has the service then.")
    {
        Add(_id);
        Add(_file.Option);
        Add(_note);
        Add(_actor);
    }

    public override IReadOnlyList<string> Examples =>
    [
        $"service-ordering fallout complete {FalloutArguments.ExampleId} --note 'patched by hand'",
        $$"""echo '{"serviceCharacteristic":[{"name":"port","value":"olt-7/3"}]}' | service-ordering fallout complete {{FalloutArguments.ExampleId}} -f -""",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new CompleteFalloutItemRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Actor = arguments.GetValue(_actor) ?? "",
            Note = arguments.GetValue(_note) ?? "",
            Completion = new Completion(),
        };
        if (arguments.GetValue(_file.Option) is not null)
        {
            request.Completion.Service = TmfJson.Read<ServiceRefOrValue>(await _file.ReadAsync(arguments, cancellationToken), _file.Name(arguments));
        }

        var response = await client.Fallout.CompleteFalloutItemAsync(request, cancellationToken: cancellationToken);
        FalloutView.Write(screen, response.FalloutItem);
        return ExitCode.Done;
    }
}
