using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.CancelServiceOrders;

/// <summary>What the table of requests to cancel orders holds beside their text, and what follows from their changes.</summary>
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
        Followers = [CancelServiceOrderEvents.FollowAsync],
    };

    /// <summary>The instant that a UUID of version 7 starts with: 48 bits of milliseconds.</summary>
    private static string CreatedOf(string id) => TmfDate.Text(TmfDate.Of(DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id[..8] + id[9..13], 16))));
}
