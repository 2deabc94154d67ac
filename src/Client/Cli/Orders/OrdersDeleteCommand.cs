using ServiceOrdering.Client;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Cli.Orders;

/// <summary>service-ordering orders delete ID…</summary>
internal sealed class OrdersDeleteCommand() : DeleteCommand("orders")
{
    public override IReadOnlyList<string> Examples =>
    [
        "service-ordering orders delete 019a3f0e-7c52-7d11-b1c4-6f0d9f1e2a33",
        """
        service-ordering orders list --all -o json --fields state | jq -r '.[] | select(.state == "failed").id' |
            xargs service-ordering orders delete
        """,
    ];

    protected override async Task DeleteAsync(ServiceOrderingClient client, string id, string etag, CancellationToken cancellationToken) =>
        await client.ServiceOrders.DeleteServiceOrderAsync(new DeleteServiceOrderRequest { Id = id, Etag = etag }, cancellationToken: cancellationToken);
}
