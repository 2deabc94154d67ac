using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using ServiceOrdering.Client;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Cli.Keys;

/// <summary>service-ordering keys create NAME --role ROLE</summary>
internal sealed class KeysCreateCommand : ClientCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Who has the key, for people and the log." };
    private readonly Option<string[]> _role = new("--role") { Description = "A role of the holder: reader, partner, orchestrator, order-desk, administrator. May come again.", HelpName = "ROLE" };
    private readonly Option<string[]> _scope = new("--scope") { Description = "A scope of the holder beside those of its roles. May come again.", HelpName = "SCOPE" };
    private readonly Option<string> _party = new("--party") { Description = "Party that the holder is bound to. Default: none.", HelpName = "ID" };
    private readonly Option<Timestamp?> _expires = DateOption.Create("--expires", "Until when the key is good. Default: until it is revoked.");

    public KeysCreateCommand()
        : base("create", "Create a key, and show it: it cannot be shown again.")
    {
        Add(_name);
        Add(_role);
        Add(_scope);
        Add(_party);
        Add(_expires);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering keys create orchestrator --role orchestrator --expires 2027-01-15T08:00:00Z",
        "service-ordering keys create acme --role partner --party CUST-6490",
    ];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var response = await client.ApiKeys.CreateApiKeyAsync(
            new CreateApiKeyRequest
            {
                Name = arguments.GetRequiredValue(_name),
                Roles = { arguments.GetValue(_role) ?? [] },
                Scopes = { arguments.GetValue(_scope) ?? [] },
                Party = arguments.GetValue(_party) ?? "",
                ExpiresDate = arguments.GetValue(_expires),
            },
            cancellationToken: cancellationToken);
        if (!screen.IsTable)
        {
            screen.WriteData(response);
            return ExitCode.Done;
        }

        Tables.WriteLine(screen, "key", response.Key);
        KeyView.Write(screen, response.ApiKey);
        return ExitCode.Done;
    }
}
