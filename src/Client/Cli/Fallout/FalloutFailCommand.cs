using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout fail ID</summary>
internal sealed class FalloutFailCommand : ClientCommand
{
    private readonly Argument<string> _id = FalloutArguments.Id();
    private readonly Option<string> _actor = FalloutArguments.Actor();
    private readonly Option<string> _note = FalloutArguments.Note();
    private readonly Option<string> _message = new("--message")
    {
        Description = "What the item is given as an error message, beside the error that it fell out with. Default: none.",
        HelpName = "TEXT",
    };

    public FalloutFailCommand()
        : base("fail", "Fail an item for good, and what depends on it.")
    {
        Add(_id);
        Add(_message);
        Add(_note);
        Add(_actor);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering fallout fail {FalloutArguments.ExampleId} --message 'No fibre at this address.'"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new FailFalloutItemRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Actor = arguments.GetValue(_actor) ?? "",
            Note = arguments.GetValue(_note) ?? "",
        };
        if (arguments.GetValue(_message) is { } message)
        {
            request.ErrorMessages.Add(new ServiceOrderItemErrorMessage { Message = message });
        }

        var response = await client.Fallout.FailFalloutItemAsync(request, cancellationToken: cancellationToken);
        FalloutView.Write(screen, response.FalloutItem);
        return ExitCode.Done;
    }
}
