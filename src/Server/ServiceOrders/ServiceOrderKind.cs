using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>What the table of service orders holds beside their text, and what follows from their changes.</summary>
internal static class ServiceOrderKind
{
    public static ResourceKind<ServiceOrder> Create() => new(
        Name: "serviceOrder",
        Table: "service_order",
        Route: "/tmf-api/serviceOrdering/v4/serviceOrder",
        Columns:
        [
            new("state", "state", order => EnumNames.Json(order.State)),
            new("orderDate", "order_date", order => TmfDate.Text(order.OrderDate)),
            new("externalId", "external_id", order => order.HasExternalId ? order.ExternalId : null),
        ],
        DateColumn: "order_date",
        Id: order => order.Id,
        State: order => EnumNames.Json(order.State),
        NotFound: ApiErrors.ServiceOrderNotFound,
        Changed: ApiErrors.ServiceOrderChanged)
    {
        // Asked for with every write, and nearly always empty.
        Lists = new Dictionary<string, Func<ServiceOrder, IEnumerable<string>>>
        {
            ["jeopardyAlert.jeopardyType"] = order =>
                order.JeopardyAlert.Count == 0 ? [] : order.JeopardyAlert.Where(alert => alert.HasJeopardyType).Select(alert => alert.JeopardyType),
        },
        Followers = [ServiceOrderEvents.FollowAsync],
    };
}
