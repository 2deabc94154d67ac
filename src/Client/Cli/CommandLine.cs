using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ServiceOrdering.Cli.Cancels;
using ServiceOrdering.Cli.Config;
using ServiceOrdering.Cli.Events;
using ServiceOrdering.Cli.Fallout;
using ServiceOrdering.Cli.Hub;
using ServiceOrdering.Cli.Jobs;
using ServiceOrdering.Cli.Keys;
using ServiceOrdering.Cli.Orders;
using ServiceOrdering.Cli.Services;
using ServiceOrdering.Cli.Work;

namespace ServiceOrdering.Cli;

/// <summary>The program: its commands, the options that all of them have, and how it ends.</summary>
internal static class CommandLine
{
    /// <summary>Runs the program.</summary>
    /// <param name="args">What was typed after the program's name.</param>
    /// <param name="configuration">Where output and errors go. Default: the console.</param>
    /// <param name="cancellationToken">Ends the program, as Ctrl-C does.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, InvocationConfiguration? configuration = null, CancellationToken cancellationToken = default)
    {
        configuration ??= new InvocationConfiguration();

        // Failures are told by ClientCommand, in plain words; the library's own handler prints stack traces.
        configuration.EnableDefaultExceptionHandler = false;
        var parsed = Root().Parse(args);
        if (parsed.Action is ParseErrorAction errors)
        {
            errors.ShowHelp = false;
            await parsed.InvokeAsync(configuration, cancellationToken);
            return ExitCode.NotDone;
        }

        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    private static RootCommand Root()
    {
        var root = new RootCommand(
            $"""
            Places and follows orders of telecom services, and keeps the inventory of services.

            Exit codes: {ExitCode.Done} done; {ExitCode.Refused} refused by the server, or not found;
            {ExitCode.NotDone} wrong usage, unreadable file or no server; {ExitCode.NotLetIn} not let in: credentials are missing, no good or
            not enough; {ExitCode.Interrupted} interrupted.
            """)
        {
            GlobalOptions.Server,
            GlobalOptions.Output,
            new OrdersCommand(),
            new CancelsCommand(),
            new WorkCommand(),
            new FalloutCommand(),
            new JobsCommand(),
            new EventsCommand(),
            new ServicesCommand(),
            new HubCommand(),
            new KeysCommand(),
            new ConfigCommand(),
        };
        CredentialOptions.AddTo(root);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        return root;
    }
}
