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
using ServiceOrdering.Cli.Shells;
using ServiceOrdering.Cli.Transfer;
using ServiceOrdering.Cli.Work;
using ServiceOrdering.Json;

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
        if (parsed.Action is ParseErrorAction)
        {
            Report(parsed, configuration.Error);
            return ExitCode.NotDone;
        }

        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>What is wrong with what was typed, and below it what was probably meant. The library would write that to the output.</summary>
    private static void Report(ParseResult parsed, TextWriter errors)
    {
        var wrong = parsed.Errors.Select(error => error.Message).Distinct().ToList();
        if (parsed.UnmatchedTokens.Count > 0)
        {
            // A word that is no command says it better than that there is none.
            wrong = [.. parsed.UnmatchedTokens.Select(token => $"There is no {(token.StartsWith('-') ? "option" : parsed.CommandResult.Command.Subcommands.Count > 0 ? "command" : "argument")} '{token}' here.").Take(1)];
        }

        wrong.ForEach(error => errors.WriteLine($"error: {error}"));

        var command = parsed.CommandResult.Command;
        foreach (var token in parsed.UnmatchedTokens)
        {
            var known = token.StartsWith('-')
                ? Options(command).Select(option => option.Name)
                : command.Subcommands.Where(each => !each.Hidden).Select(each => each.Name);
            if (NearName.Find(token, known) is { } near)
            {
                errors.WriteLine($"did you mean '{near}'?");
            }
        }

        var path = Line(command).Reverse().Select(each => each is RootCommand ? "service-ordering" : each.Name);
        errors.WriteLine($"{string.Join(' ', path)} --help shows what there is.");
    }

    /// <summary>The options that a command takes, those that all commands below another one have among them.</summary>
    public static IEnumerable<Option> Options(Command command) =>
        Line(command).SelectMany(each => each.Options.Where(option => each == command || option.Recursive));

    /// <summary>A command, and those that it is below.</summary>
    private static IEnumerable<Command> Line(Command command) =>
        command.Parents.OfType<Command>().SelectMany(Line).Prepend(command);

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
            GlobalOptions.Wide,
            GlobalOptions.Timeout,
            new OrdersCommand(),
            new CancelsCommand(),
            new WorkCommand(),
            new FalloutCommand(),
            new JobsCommand(),
            new EventsCommand(),
            new ServicesCommand(),
            new HubCommand(),
            new KeysCommand(),
            new ExportCommand(),
            new ImportCommand(),
            new ConfigCommand(),
            new CompletionCommand(),
        };
        CredentialOptions.AddTo(root);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExamplesHelp((HelpAction)help.Action!);
        return root;
    }
}
