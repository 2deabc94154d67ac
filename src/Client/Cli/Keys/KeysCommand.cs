using System.CommandLine;

namespace ServiceOrdering.Cli.Keys;

/// <summary>service-ordering keys …</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand()
        : base("keys", "Give keys to programs, and take them back.")
    {
        Add(new KeysCreateCommand());
        Add(new KeysListCommand());
        Add(new KeysRevokeCommand());
    }
}
