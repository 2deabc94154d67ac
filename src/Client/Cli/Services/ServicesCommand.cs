using System.CommandLine;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services …</summary>
internal sealed class ServicesCommand : Command
{
    public ServicesCommand()
        : base("services", "Read and keep the services of the inventory.")
    {
        Add(new ServicesListCommand());
        Add(new ServicesGetCommand());
        Add(new ServicesCreateCommand());
        Add(new ServicesPatchCommand());
        Add(new ServicesDeleteCommand());
        Add(new ServicesTopologyCommand());
    }
}
