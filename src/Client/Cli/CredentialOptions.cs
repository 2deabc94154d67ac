using System.CommandLine;
using ServiceOrdering.Cli.Config;

namespace ServiceOrdering.Cli;

/// <summary>
/// The options that say who calls. What is secret need not stand on the command line, where others on the machine can read it: each
/// such option has one that names a file, and a variable of the environment.
/// </summary>
internal static class CredentialOptions
{
    public const string TokenVariable = "SERVICE_ORDERING_TOKEN";
    public const string ApiKeyVariable = "SERVICE_ORDERING_API_KEY";
    public const string ClientIdVariable = "SERVICE_ORDERING_CLIENT_ID";
    public const string ClientSecretVariable = "SERVICE_ORDERING_CLIENT_SECRET";
    public const string ContextVariable = "SERVICE_ORDERING_CONTEXT";
    public const string ConfigVariable = "SERVICE_ORDERING_CONFIG";

    public static Option<string> Context { get; } = Create("--context", "NAME", $"Name of a context: a server, its credentials, and how results are written; also taken from {ContextVariable}. Default: the one that is used.");

    public static Option<string> Config { get; } = Create("--config", "FILE", $"File with the contexts; also taken from {ConfigVariable}. Default: service-ordering/config.json in the user's configuration.");

    public static Option<string> Token { get; } = Create("--token", "TOKEN", $"Bearer token; also taken from {TokenVariable}. Others can read a command line: rather use --token-file.");

    public static Option<string> TokenFile { get; } = Create("--token-file", "FILE", "File with the bearer token.");

    public static Option<string> ApiKey { get; } = Create("--api-key", "KEY", $"API key; also taken from {ApiKeyVariable}. Rather use --api-key-file.");

    public static Option<string> ApiKeyFile { get; } = Create("--api-key-file", "FILE", "File with the API key.");

    public static Option<string> ClientId { get; } = Create("--client-id", "ID", $"Account at a provider of tokens; also taken from {ClientIdVariable}.");

    public static Option<string> ClientSecret { get; } = Create("--client-secret", "SECRET", $"Secret of the account; also taken from {ClientSecretVariable}. Rather use --client-secret-file.");

    public static Option<string> ClientSecretFile { get; } = Create("--client-secret-file", "FILE", "File with the secret of the account.");

    public static Option<string> Authority { get; } = Create("--authority", "URL", "The provider of tokens, whose discovery document says where they are issued.");

    public static Option<string> TokenEndpoint { get; } = Create("--token-endpoint", "URL", "Where the provider issues tokens, in place of --authority.");

    public static Option<string> Scope { get; } = Create("--scope", "SCOPES", "Scopes to ask the provider for. Default: what it gives by itself.");

    public static Option<string> Audience { get; } = Create("--audience", "NAME", "For whom the token is to be, where the provider asks for that.");

    public static Option<string> CaCert { get; } = Create("--cacert", "FILE", "PEM file with the authorities that the server's certificate has to come from. Default: the machine's.");

    public static Option<string> Cert { get; } = Create("--cert", "FILE", "PEM file with the certificate to show to the server.");

    public static Option<string> Key { get; } = Create("--key", "FILE", "PEM file with the private key of --cert. Default: it is in the same file.");

    public static Option<bool> InTheClear { get; } = new("--credentials-in-the-clear")
    {
        Description = "Send credentials without TLS to another machine, as inside a mesh that encrypts by itself.",
        Recursive = true,
    };

    /// <summary>All that a context can hold.</summary>
    public static IReadOnlyList<Option<string>> Stored { get; } =
        [GlobalOptions.Server, GlobalOptions.Output, Token, TokenFile, ApiKey, ApiKeyFile, ClientId, ClientSecret, ClientSecretFile, Authority, TokenEndpoint, Scope, Audience, CaCert, Cert, Key];

    public static void AddTo(Command root)
    {
        Context.CompletionSources.Add(completion => new ConfigFile(completion.ParseResult).Names);
        root.Add(Context);
        root.Add(Config);
        foreach (var option in Stored.Skip(2))
        {
            root.Add(option);
        }

        root.Add(InTheClear);
    }

    private static Option<string> Create(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName, Recursive = true };
}
