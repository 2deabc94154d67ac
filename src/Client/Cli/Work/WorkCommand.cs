using System.CommandLine;

namespace ServiceOrdering.Cli.Work;

/// <summary>service-ordering work …</summary>
internal sealed class WorkCommand : Command
{
    public WorkCommand()
        : base("work", "See the items that orders wait for, and who works them; work them for a demonstration.")
    {
        Add(new WorkListCommand());
        Add(new WorkWorkersCommand());
        Add(new WorkRunCommand());
    }
}
