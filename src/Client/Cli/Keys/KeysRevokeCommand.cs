using System.CommandLine;
using ServiceOrdering.Client;
using ServiceOrdering.Security.V1;

namespace ServiceOrdering.Cli.Keys;

/// <summary>service-ordering keys revoke ID</summary>
internal sealed class KeysRevokeCommand : ClientCommand
{
    private readonly Argument<string> _id = new("ID") { Description = "Id of the key." };

    public KeysRevokeCommand()
        : base("revoke", "Take a key back: every server refuses it within five seconds.") => Add(_id);

    public override IReadOnlyList<string> Examples => ["service-ordering keys revoke 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33"];

    protected override async Task<int> RunAsync(
        ParseResult arguments, ServiceOrderingClient client, Screen screen, CancellationToken cancellationToken)
    {
        var response = await client.ApiKeys.RevokeApiKeyAsync(new RevokeApiKeyRequest { Id = arguments.GetRequiredValue(_id) }, cancellationToken: cancellationToken);
        KeyView.Write(screen, response.ApiKey);
        return ExitCode.Done;
    }
}
