using System.Text;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>What the table of service orders holds beside their text, and what follows from their changes.</summary>
internal static class ServiceOrderKind
{
    private const string Party = "relatedParty.id";

    // What is longer nobody can write any more; it is not in the index, and nobody's.
    private const int LongestParty = 1000;

    /// <summary>What a condition on the id of an order holds for that names the party <c>@party</c>.</summary>
    public const string OrdersOfParty = $"(select id from service_order_value where path = '{Party}' and value = @party)";

    /// <summary>The parties that an order names.</summary>
    public static IReadOnlyCollection<string> PartiesOf(ServiceOrder order) => order.RelatedParty.Count == 0
        ? []
        : [.. order.RelatedParty.Where(party => party.HasId).Select(party => party.Id).Where(id => Encoding.UTF8.GetByteCount(id) <= LongestParty).Distinct()];

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
        // Asked for with every write, and often empty.
        Lists = new Dictionary<string, Func<ServiceOrder, IEnumerable<string>>>
        {
            ["jeopardyAlert.jeopardyType"] = order =>
                order.JeopardyAlert.Count == 0 ? [] : order.JeopardyAlert.Where(alert => alert.HasJeopardyType).Select(alert => alert.JeopardyType),
            [Party] = PartiesOf,
        },
        Visibility = new(PartiesOf, $"id in {OrdersOfParty}"),
        Followers = [ServiceOrderEvents.FollowAsync, ItemCounts.FollowAsync],
    };
}
