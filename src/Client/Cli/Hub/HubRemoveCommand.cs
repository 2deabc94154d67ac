using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Events.V1;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub remove ID…</summary>
internal sealed class HubRemoveCommand : ClientCommand
{
    private readonly Argument<string[]> _ids = new("ID") { Description = "Ids of the subscriptions.", Arity = ArgumentArity.OneOrMore };

    public HubRemoveCommand()
        : base("remove", "Remove subscriptions; those that are refused do not keep the others.")
    {
        Add(_ids);
    }

    public override IReadOnlyList<string> Examples => [$"service-ordering hub remove {HubArguments.ExampleId}"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Done;
        foreach (var id in arguments.GetRequiredValue(_ids))
        {
            try
            {
                var request = new DeleteEventSubscriptionRequest { Id = id };
                await client.EventSubscriptions.DeleteEventSubscriptionAsync(request, cancellationToken: cancellationToken);
                if (screen.IsTable)
                {
                    screen.WriteLine($"removed {id}");
                }
            }
            catch (ServiceOrderingException refusal) when (!Failure.IsUnreachable(refusal))
            {
                Failure.Report(refusal, screen.Errors, this);
                exitCode = ExitCode.Refused;
            }
        }

        return exitCode;
    }
}
