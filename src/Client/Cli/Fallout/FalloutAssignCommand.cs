using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Fulfillment.V1;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout assign ID</summary>
internal sealed class FalloutAssignCommand : ClientCommand
{
    private readonly Argument<string> _id = FalloutArguments.Id();
    private readonly Option<string> _to = new("--to") { Description = "Who looks after it; '' for nobody. Default: as before.", HelpName = "NAME" };
    private readonly Option<string> _note = new("--note") { Description = "A remark, for people.", HelpName = "TEXT" };
    private readonly Option<string> _actor = FalloutArguments.Actor();

    public FalloutAssignCommand()
        : base("assign", "Say who looks after an item, or add a remark, or both.")
    {
        Add(_id);
        Add(_to);
        Add(_note);
        Add(_actor);
        Validators.Add(result =>
        {
            if (result.GetValue(_to) is null && result.GetValue(_note) is null)
            {
                result.AddError("--to or --note is required.");
            }
        });
    }

    public override IReadOnlyList<string> Examples =>
    [
        $"service-ordering fallout assign {FalloutArguments.ExampleId} --to ines --note 'asks the field team'",
        $"service-ordering fallout assign {FalloutArguments.ExampleId} --to ''",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var request = new AssignFalloutItemRequest
        {
            Id = arguments.GetRequiredValue(_id),
            Actor = arguments.GetValue(_actor) ?? "",
            Note = arguments.GetValue(_note) ?? "",
        };
        if (arguments.GetValue(_to) is { } assignee)
        {
            request.Assignee = assignee;
        }

        var response = await client.Fallout.AssignFalloutItemAsync(request, cancellationToken: cancellationToken);
        FalloutView.Write(screen, response.FalloutItem);
        return ExitCode.Done;
    }
}
