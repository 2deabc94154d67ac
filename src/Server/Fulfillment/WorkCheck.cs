using ServiceOrdering.Json;
using ServiceOrdering.Server.Storage;
using ServiceOrdering.Server.Storage.Integrity;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.Fulfillment;

/// <summary>
/// Finds out whether each row of the queue stands where its order lets it stand. That all unfinished items are in it, and no others,
/// is found with the orders.
/// </summary>
internal sealed class WorkCheck : IIntegrityCheck
{
    private static readonly string[] Open = ["waiting", "delayed", "leased"];
    private static readonly string[] Any = [.. Open, "blocked"];
    private static readonly string[] Still = ["blocked", "leased"];

    public async ValueTask CheckAsync(Session session, Findings findings, CancellationToken cancellationToken)
    {
        await findings.StartAsync(session, "work");
        (string Id, IReadOnlyDictionary<string, Readiness> Items) last = ("", new Dictionary<string, Readiness>());
        await foreach (var row in session.StreamAsync<Row>(
            "select order_id as OrderId, item_id as ItemId, work.state as State, token as Token, due as Due, body as Body from work join service_order on id = order_id order by order_id, item_id"))
        {
            cancellationToken.ThrowIfCancellationRequested();
            findings.Looked(row.Body.Length);
            try
            {
                if (last.Id != row.OrderId)
                    last = (row.OrderId, WorkItems.Of(JsonFormat.Parse<ServiceOrder>(row.Body)));
            }
            catch (InvalidDataException)
            {
                // It is told with the orders.
                continue;
            }
            if (!last.Items.TryGetValue(row.ItemId, out var readiness))
                continue;
            if (!Allowed(readiness).Contains(row.State))
                findings.Add($"work: the item {row.ItemId} of the order {row.OrderId} is '{row.State}', and by its order it is {Named(readiness)}.");
            else if (row.State == "leased" && (row.Token is null || row.Due is null))
                findings.Add($"work: the item {row.ItemId} of the order {row.OrderId} is 'leased' to nobody, or without end.");
        }
    }

    private static string[] Allowed(Readiness readiness) => readiness switch
    {
        Readiness.Ready => Open,
        Readiness.Blocked => Still,
        _ => Any,
    };

    private static string Named(Readiness readiness) => readiness switch
    {
        Readiness.Ready => "ready to be worked",
        Readiness.Blocked => "not to be worked now",
        _ => "under way",
    };

    private sealed class Row
    {
        public required string OrderId { get; init; }

        public required string ItemId { get; init; }

        public required string State { get; init; }

        public string? Token { get; init; }

        public long? Due { get; init; }

        public required string Body { get; init; }
    }
}
