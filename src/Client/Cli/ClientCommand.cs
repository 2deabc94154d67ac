using System.CommandLine;
using ServiceOrdering.Cli.Config;
using ServiceOrdering.Client;

namespace ServiceOrdering.Cli;

/// <summary>A command that calls the server. Whatever goes wrong in it ends as plain lines on stderr and an exit code.</summary>
internal abstract class ClientCommand : Command, IHasExamples
{
    protected ClientCommand(string name, string description)
        : base(name, description)
    {
        SetAction(RunAsync);
    }

    public abstract IReadOnlyList<string> Examples { get; }

    protected abstract Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken);

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var screen = Screen.For(arguments);
        var server = "";
        try
        {
            using var connection = Connection.Of(arguments, screen.Errors);
            server = connection.Server;
            using var client = connection.Open();
            return await RunAsync(arguments, client, screen, cancellationToken);
        }
        catch (Exception exception)
        {
            return Failure.Report(exception, server, screen.Errors);
        }
    }
}
