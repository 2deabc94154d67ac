using System.CommandLine;

namespace ServiceOrdering.Cli;

/// <summary>The options that every command has, besides those of <see cref="CredentialOptions"/>.</summary>
internal static class GlobalOptions
{
    public const string ServerVariable = "SERVICE_ORDERING_SERVER";

    public const string DefaultServer = "http://127.0.0.1:5081";

    public static Option<string> Server { get; } = new("--server", "-s")
    {
        Description = $"Address of the server's gRPC port, with a path where a proxy asks for one; also taken from {ServerVariable} and the context. Default: {DefaultServer}.",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string> Output { get; } = new Option<string>("--output", "-o")
    {
        Description = "A table, or TMF JSON as the REST API has it: as one document, as a line for each resource, as YAML. Also taken from the context. Default: a table on a terminal, otherwise JSON.",
        Recursive = true,
    }.AcceptOnlyFromAmong([.. Screen.Formats.Keys]);

    public static Option<bool> Wide { get; } = new("--wide")
    {
        Description = "Tables with all columns and whole texts, however wide the terminal is.",
        Recursive = true,
    };

    public static Option<TimeSpan?> Timeout { get; } = CreateTimeout();

    private static Option<TimeSpan?> CreateTimeout()
    {
        var timeout = DurationOption.Create("--timeout", "How long to wait for an answer: 500ms, 10s, 2m. Default: 30s; a server that cannot be reached is told within 5 s.");
        timeout.Recursive = true;
        return timeout;
    }
}
