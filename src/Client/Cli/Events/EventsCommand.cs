using System.CommandLine;

namespace ServiceOrdering.Cli.Events;

/// <summary>service-ordering events …</summary>
internal sealed class EventsCommand : Command
{
    public EventsCommand()
        : base("events", "Follow what happens to orders, services and requests to cancel.") => Add(new EventsWatchCommand());
}
