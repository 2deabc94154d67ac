using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>What the table of requests to cancel orders holds beside their text.</summary>
internal static class CancelServiceOrderKind
{
    public static ResourceKind<CancelServiceOrder> Create() => new(
        Name: "cancelServiceOrder",
        Table: "cancel_service_order",
        Route: "/tmf-api/serviceOrdering/v4/cancelServiceOrder",
        Columns:
        [
            new("state", "state", task => EnumNames.Json(task.State)),
            new("serviceOrder.id", "service_order_id", task => task.ServiceOrder.Id),
            // The standard gives a request no date of its own; its id has one.
            new(null, "created", task => CreatedOf(task.Id)),
        ],
        DateColumn: "created",
        Id: task => task.Id,
        State: task => EnumNames.Json(task.State),
        NotFound: ApiErrors.CancelServiceOrderNotFound,
        Changed: null)
    {
        // A request names no party: it is whose its order is.
        Visibility = new(Parties: null, $"service_order_id in {ServiceOrderKind.OrdersOfParty}"),
    };

    /// <summary>The instant that a UUID of version 7 starts with: 48 bits of milliseconds.</summary>
    private static string CreatedOf(string id) => TmfDate.Text(TmfDate.Of(DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id[..8] + id[9..13], 16))));
}
