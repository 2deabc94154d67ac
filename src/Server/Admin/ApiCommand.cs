using System.CommandLine;
using ServiceOrdering.Server.OpenApi;

namespace ServiceOrdering.Server.Admin;

/// <summary>Tells what the services, methods and messages of the contract are.</summary>
internal sealed class ApiCommand : Command
{
    public ApiCommand()
        : base("api", "Print all services, methods, routes, scopes and messages of the contract, with what it says of them: docs/api.md.") => SetAction(_ =>
        {
            Console.Write(new ApiReference().Write());
            return AdminCommands.Done;
        });
}
