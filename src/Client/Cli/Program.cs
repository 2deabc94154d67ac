using System.CommandLine;
using System.Runtime.InteropServices;
using ServiceOrdering.Cli;

// Ours and not the library's handling of signals, which begins only after the command did.
using var interruption = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await CommandLine.RunAsync(args, new InvocationConfiguration { ProcessTerminationTimeout = null }, interruption.Token);

void Interrupt(PosixSignalContext signal)
{
    // A second Ctrl-C ends a program that does not heed the first.
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
