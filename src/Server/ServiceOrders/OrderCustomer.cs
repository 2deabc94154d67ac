using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.ServiceOrders;

/// <summary>Whose order it is: the related party with the role "customer", or with the one that ONAP's clients give it; in any case.</summary>
internal static class OrderCustomer
{
    private const string Role = "customer";
    private const string OnapRole = "ONAPcustomer";

    public static RelatedParty? Of(ServiceOrder order) => WithRole(order, Role) ?? OfOnap(order);

    public static RelatedParty? OfOnap(ServiceOrder order) => WithRole(order, OnapRole);

    private static RelatedParty? WithRole(ServiceOrder order, string role) => order.RelatedParty.FirstOrDefault(party => party.Role.Equals(role, StringComparison.OrdinalIgnoreCase));
}
