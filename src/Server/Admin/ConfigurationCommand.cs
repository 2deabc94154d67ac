using System.CommandLine;
using ServiceOrdering.Server.Admin.Configuration;

namespace ServiceOrdering.Server.Admin;

/// <summary>Tells of each key of the configuration what it is.</summary>
internal sealed class ConfigurationCommand : Command
{
    public ConfigurationCommand()
        : base("configuration", "Print all keys of the configuration, each with its type, its default and its meaning: docs/configuration.md.") => SetAction(_ =>
        {
            Console.Write(new ConfigurationReference().Write());
            return AdminCommands.Done;
        });
}
