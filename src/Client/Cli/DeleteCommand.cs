using System.CommandLine;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli;

/// <summary>A command that deletes resources, one after the other.</summary>
internal abstract class DeleteCommand : ClientCommand
{
    private readonly Argument<string[]> _ids;
    private readonly Option<string> _ifMatch = EntityTag.IfMatch();

    protected DeleteCommand(string resources)
        : base("delete", $"Delete {resources} for good, without asking; those that are refused do not keep the others.")
    {
        _ids = new Argument<string[]>("ID") { Description = $"Ids of the {resources}.", Arity = ArgumentArity.OneOrMore };
        Add(_ids);
        Add(_ifMatch);
        Validators.Add(result =>
        {
            if (result.GetValue(_ifMatch) is not null && result.GetValue(_ids) is { Length: > 1 })
            {
                result.AddError("--if-match goes with one ID.");
            }
        });
    }

    protected abstract Task DeleteAsync(ServiceOrderingClient client, string id, string etag, CancellationToken cancellationToken);

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Done;
        foreach (var id in arguments.GetRequiredValue(_ids))
        {
            try
            {
                await DeleteAsync(client, id, EntityTag.Of(arguments, _ifMatch), cancellationToken);
                if (screen.IsTable)
                {
                    screen.WriteLine($"deleted {id}");
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
