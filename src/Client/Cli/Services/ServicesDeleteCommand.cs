using ServiceOrdering.Client;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Cli.Services;

/// <summary>service-ordering services delete ID…</summary>
internal sealed class ServicesDeleteCommand() : DeleteCommand("services")
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering services delete 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        """
        service-ordering services list --all --filter state=terminated -o json --fields none | jq -r '.[].id' |
            xargs service-ordering services delete
        """,
    ];

    protected override async Task DeleteAsync(ServiceOrderingClient client, string id, string etag, CancellationToken cancellationToken) =>
        await client.Services.DeleteServiceAsync(new DeleteServiceRequest { Id = id, Etag = etag }, cancellationToken: cancellationToken);
}
