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
        var errors = arguments.InvocationConfiguration.Error;
        try
        {
            using var connection = Connection.Of(arguments, errors);
            var screen = Screen.For(arguments, connection.Context);
            using var client = connection.Open();
            try
            {
                return await RunAsync(arguments, connection, client, screen, cancellationToken);
            }
            catch (ServiceOrderingException failure) when (Failure.IsUnreachable(failure) && !Failure.IsOfProvider(failure))
            {
                return Failure.ReportNoAnswer(connection.Server, await connection.FindProblemAsync(cancellationToken) ?? Failure.Cause(failure, connection.Foreign), errors);
            }
        }
        catch (Exception exception)
        {
            return Failure.Report(exception, errors, this);
        }
    }

    /// <summary>Runs the command, unless the server is silent and cannot be reached.</summary>
    private async Task<int> RunAsync(ParseResult arguments, Connection connection, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var silence = connection.FindSilenceAsync(ending.Token);
        var running = RunAsync(arguments, client, screen, ending.Token);
        try
        {
            if (await Task.WhenAny(running, silence) == running || cancellationToken.IsCancellationRequested)
            {
                return await running;
            }

            return Failure.ReportNoAnswer(connection.Server, await silence, screen.Errors);
        }
        finally
        {
            await ending.CancelAsync();
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)silence).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
