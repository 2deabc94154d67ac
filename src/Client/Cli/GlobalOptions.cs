using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>The options that every command has, besides those of <see cref="CredentialOptions"/>.</summary>
internal static class GlobalOptions
{
    public const string ServerVariable = "SERVICE_ORDERING_SERVER";

    public const string DefaultServer = "http://127.0.0.1:5081";

    public static Option<string> Server { get; } = new("--server", "-s")
    {
        Description = $"Address of the server's gRPC port; also taken from {ServerVariable} and the context. Default: {DefaultServer}.",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string> Output { get; } = new Option<string>("--output", "-o")
    {
        Description = "TMF JSON, as the REST API has it, or a table. Default: a table on a terminal, otherwise JSON.",
        Recursive = true,
    }.AcceptOnlyFromAmong("json", "table");
}
