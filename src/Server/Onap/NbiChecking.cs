using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.ServiceOrders;
using ServiceOrdering.Server.Storage;
using Tmf.Common.V4;
using Tmf.ServiceOrdering.V4;
using static ServiceOrdering.Server.Errors.RequestFields;
using Service = Tmf.ServiceInventory.V5.Service;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// What ONAP's NBI asks of orders that were placed by it: that what is added has no id yet, and that the inventory names the
/// customer for whom something is changed or ended.
/// </summary>
internal sealed class NbiChecking(Database database, ResourceKind<Service> kind)
{
    // Without a customer an order is for everybody, and ONAP has that one from the beginning.
    private const string GenericCustomer = "generic";

    internal static readonly string Named = NamedWithin("");

    private static string NamedWithin(string seen) =>
        $"""
        select count(*) from (select 1 from service_value where path = 'relatedParty.partyOrPartyRole.id' and value = @id
            {(seen.Length == 0 ? "" : $"and id in (select id from service where true{seen})")} limit 1) named
        """;

    /// <summary>All that is wrong with an order.</summary>
    public async ValueTask<IReadOnlyList<ServiceOrderProblem>> CheckAsync(ServiceOrder order, Sight sight, string path)
    {
        if (!NbiExtensions.IsOfNbi(order))
            return [];
        var items = ServiceOrderItems.All(order, path).ToList();
        if (items.Exists(placed => placed.Item.Action is OrderItemAction.Modify or OrderItemAction.Delete)
            && OrderCustomer.OfOnap(order)?.Id is { } customer and not GenericCustomer
            && await database.ReadAsync(session => session.FindAsync<long>(NamedWithin(kind.Seen(sight)), Parameters.Of("id", customer).With(sight))) == 0)
        {
            return [new ServiceOrderProblem(null, Violation($"{path}related_party", ErrorReason.CustomerUnknown, $"No service of the inventory is of the customer '{customer}'."))];
        }
        return
        [
            .. items.Where(placed => placed.Item is { Action: OrderItemAction.Add, Service.Id.Length: > 0 }).Select(placed => new ServiceOrderProblem(
                placed.Item.Id,
                Violation($"{placed.Path}.service.id", ErrorReason.ServiceKnown, $"Item '{placed.Item.Id}' adds a service, and names one by its id '{placed.Item.Service.Id}'."))),
        ];
    }
}
