using System.CommandLine;
using System.CommandLine.Invocation;
using System.Data.Common;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Transfer;

namespace ServiceOrdering.Server.Admin;

/// <summary>What the program does for its operator in place of serving: <c>admin</c> and the name of a command.</summary>
internal static class AdminCommands
{
    /// <summary>Everything that was asked for is done.</summary>
    public const int Done = 0;

    /// <summary>It was not done, or not to its end; what was told says why.</summary>
    public const int NotDone = 1;

    /// <summary>The command was not understood: nothing was tried.</summary>
    public const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        using var interruption = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        var parsed = new RootCommand("The server of ServiceOrdering; without 'admin' it serves.")
        {
            new Command("admin", $"What is done while no server serves, or beside it. Exit codes: {Done} done; {NotDone} not done; {WrongUsage} wrong usage.")
            {
                new BackupCommand(),
                new RestoreCommand(),
                new CheckCommand(),
                new CompactCommand(),
                new CreateKeyCommand(),
                new HealthCommand(),
                new MigrateDataCommand(),
                new ConfigurationCommand(),
                new ApiCommand(),
                new OpenApiCommand(),
            },
        }.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
                Console.Error.WriteLine($"error: {error.Message}");
            return WrongUsage;
        }
        try
        {
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (OperationCanceledException) when (interruption.IsCancellationRequested)
        {
            Console.Error.WriteLine("Stopped: nothing is done that is not complete. The same command begins again; migrate-data goes on where it was.");
        }
        catch (Exception e) when (e is DatabaseUnusableException or TransferException or DbException or OptionsValidationException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {e.Message}");
        }
        return NotDone;

        void Interrupt(PosixSignalContext signal)
        {
            // A second Ctrl+C ends what does not heed the first.
            signal.Cancel = !interruption.IsCancellationRequested;
            interruption.Cancel();
        }
    }
}
