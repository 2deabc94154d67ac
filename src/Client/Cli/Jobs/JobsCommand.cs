using System.CommandLine;

namespace ServiceOrdering.Cli.Jobs;

/// <summary>service-ordering jobs …</summary>
internal sealed class JobsCommand : Command
{
    public JobsCommand()
        : base("jobs", "Do one thing to many orders, or to many items that could not be worked.")
    {
        Add(new JobsCreateCommand());
        Add(new JobsListCommand());
        Add(new JobsGetCommand());
        Add(new JobsWatchCommand());
        Add(new JobsCancelCommand());
    }
}
