using System.CommandLine;

namespace ServiceOrdering.Cli.Hub;

/// <summary>service-ordering hub …</summary>
internal sealed class HubCommand : Command
{
    public HubCommand()
        : base("hub", "Register listeners that events are sent to, and see and steer the delivery.")
    {
        Add(new HubAddCommand());
        Add(new HubListCommand());
        Add(new HubGetCommand());
        Add(new HubRemoveCommand());
        Add(new HubAttemptsCommand());
        Add(new HubResumeCommand());
        Add(new HubReplayCommand());
        Add(new HubRotateSecretCommand());
    }
}
