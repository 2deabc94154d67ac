using System.CommandLine;

namespace ServiceOrdering.Cli.Fallout;

/// <summary>service-ordering fallout …</summary>
internal sealed class FalloutCommand : Command
{
    public FalloutCommand()
        : base("fallout", "See items that could not be worked, and decide what becomes of them; \"jobs create\" decides many.")
    {
        Add(new FalloutListCommand());
        Add(new FalloutGetCommand());
        Add(new FalloutRetryCommand());
        Add(new FalloutCompleteCommand());
        Add(new FalloutFailCommand());
        Add(new FalloutAssignCommand());
    }
}
