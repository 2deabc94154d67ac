using System.CommandLine;

namespace ServiceOrdering.Cli.Cancels;

/// <summary>service-ordering cancels …</summary>
internal sealed class CancelsCommand : Command
{
    public CancelsCommand()
        : base("cancels", "Read and follow requests to cancel orders; \"orders cancel\" makes them.")
    {
        Add(new CancelsListCommand());
        Add(new CancelsGetCommand());
        Add(new CancelsWatchCommand());
    }
}
