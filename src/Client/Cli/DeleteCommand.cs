using System.CommandLine;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli;

/// <summary>A command that deletes resources, one after the other.</summary>
internal abstract class DeleteCommand : ClientCommand
{
    private readonly Argument<string[]> _ids;

    protected DeleteCommand(string resources)
        : base("delete", $"Delete {resources} for good, without asking; those that are refused do not keep the others.")
    {
        _ids = new Argument<string[]>("ID") { Description = $"Ids of the {resources}.", Arity = ArgumentArity.OneOrMore };
        Add(_ids);
    }

    protected abstract Task DeleteAsync(ServiceOrderingClient client, string id, CancellationToken cancellationToken);

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Done;
        foreach (var id in arguments.GetRequiredValue(_ids))
        {
            try
            {
                await DeleteAsync(client, id, cancellationToken);
                if (!screen.IsJson)
                {
                    screen.WriteLine($"deleted {id}");
                }
            }
            catch (ServiceOrderingException refusal) when (!Failure.IsUnreachable(refusal))
            {
                Failure.Report(refusal, screen.Errors);
                exitCode = ExitCode.Refused;
            }
        }

        return exitCode;
    }
}
