using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using ServiceOrdering.Server.Resources;
using Tmf.ServiceInventory.V5;

namespace ServiceOrdering.Server.ServiceInventory;

/// <summary>What the table of services holds beside their text, and what follows from their changes.</summary>
internal static class ServiceKind
{
    private const string Party = "relatedParty.partyOrPartyRole.id";

    /// <summary>The parties that a service names; null for one that does not face customers.</summary>
    public static IReadOnlyCollection<string>? PartiesOf(Service service) => ServiceClasses.FacesCustomers(service) ? [.. NamedIn(service).Distinct()] : null;

    public static ResourceKind<Service> Create() => new(
        Name: "service",
        Table: "service",
        // Of the two base paths that serve the inventory, the one that the standard's document names.
        Route: "/tmf-api/serviceInventory/v5/service",
        Columns:
        [
            new("state", "state", service => EnumNames.Json(service.State)),
            new("serviceDate", "service_date", service => service.ServiceDate),
            new("serviceType", "service_type", service => service.HasServiceType ? service.ServiceType : null),
            new("name", "name", service => service.HasName ? service.Name : null),
            new("serviceSpecification.id", "service_specification_id", service => service.ServiceSpecification is { HasId: true } specification ? specification.Id : null),
            // The one text of the words that there are for it.
            new(null, "facing", service => ServiceClasses.FacesCustomers(service) ? "customer" : null),
        ],
        DateColumn: "service_date",
        Id: service => service.Id,
        State: service => EnumNames.Json(service.State),
        NotFound: ApiErrors.ServiceNotFound,
        Changed: ApiErrors.ServiceChanged)
    {
        Lists = new Dictionary<string, Func<Service, IEnumerable<string>>>
        {
            [Party] = NamedIn,
            ["serviceCharacteristic.name"] = service => service.ServiceCharacteristic.Select(characteristic => characteristic.Name),
            ["serviceOrderItem.serviceOrderId"] = service =>
                service.ServiceOrderItem.Where(item => item.HasServiceOrderId).Select(item => item.ServiceOrderId),
            ["serviceRelationship.service.id"] = service =>
                service.ServiceRelationship.Where(relationship => relationship.Service is { HasId: true }).Select(relationship => relationship.Service.Id),
            ["supportingService.id"] = service => service.SupportingService.Where(supporting => supporting.HasId).Select(supporting => supporting.Id),
        },
        // A party has few services, and finds them by its id, not by which of all face customers.
        Visibility = new(PartiesOf, $"coalesce(facing, '') = 'customer' and id in (select id from service_value where path = '{Party}' and value = @party)", "facing = 'customer'"),
        Followers = [ServiceRelations.FollowAsync, ServiceEvents.FollowAsync],
    };

    private static IEnumerable<string> NamedIn(Service service) =>
        service.RelatedParty.Where(party => party.PartyOrPartyRole is { HasId: true }).Select(party => party.PartyOrPartyRole.Id);
}
