using System.CommandLine;

namespace ServiceOrdering.Cli.Config;

/// <summary>service-ordering config …</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand()
        : base("config", "Name servers and who calls them: contexts.")
    {
        Add(new ConfigSetContextCommand());
        Add(new ConfigUseContextCommand());
    }
}
